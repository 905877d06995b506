#pragma once

#include <vector>

#include "loadgen/users/user.hpp"

/// For the sources of User only.
namespace throng::users {

struct User::Ask {
  measure::Operation operation = measure::Operation::kFetch;  ///< kFetch or kPresence
  pacing::TimePoint due{};
  pacing::TimePoint began{};
  std::uint32_t number = 0;  ///< kFetch: as `ref` on the wire
  // kPresence:
  std::uint32_t asked = 0;
  std::uint32_t online = 0;
  std::vector<protocol::UserId> unanswered = {};
};

}  // namespace throng::users
