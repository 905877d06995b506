#pragma once

#include <cstdint>
#include <limits>
#include <lua.hpp>
#include <string_view>
#include <vector>

#include "loadgen/scenario/actions.hpp"

namespace throng::scenario {

/// What a coroutine waits for: the alternatives of Outcome, in their order.
enum class Awaits : std::uint8_t {
  kTime,
  kLogin,
  kSends,
  kFetch,
  kPresence,
  kUpload,
  kDownload,
  kChatChange,
  kNothing
};

/// A user's coroutine as C++ sees it.
struct Coroutine {
  lua_State* thread = nullptr;  ///< null before the start and after the end
  pacing::TimePoint due{};      ///< when the user meant to do what it does now
  pacing::TimePoint started{};
  pacing::TimePoint went_on{};        ///< when it was resumed last
  std::uint32_t turns_in_moment = 0;  ///< resumes at that same time
  Awaits awaits = Awaits::kNothing;
  bool ended = false;
};

inline constexpr LocalUser kNobody = std::numeric_limits<LocalUser>::max();

/// What the functions of `me` work on: the users of one worker and which of them is on. Owned by
/// the worker's thread.
struct Stage {
  Actions& actions;
  std::vector<Coroutine> coroutines{};
  LocalUser running = kNobody;                ///< whose code runs now
  const Message* message = nullptr;           ///< while on_message runs, and only then
  std::vector<std::uint64_t> user_numbers{};  ///< of the presence query that is being made
};

}  // namespace throng::scenario
