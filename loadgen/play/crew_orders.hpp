#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "loadgen/play/worker.hpp"
#include "loadgen/scenario/source.hpp"
#include "loadgen/transport/target.hpp"

namespace throng::play {

/// Who joins a run from another machine.
struct JoinedCrew {
  std::string name;
  unsigned cores = 1;    ///< of its machine
  unsigned threads = 1;  ///< workers that it wants
};

/// All that a crew on another machine is told of the run. What follows from the scenario and the
/// seed it works out itself: the plan, and who knows whom.
struct CrewOrders {
  scenario::Source source;
  transport::Target target;
  std::string secret;              ///< of the target's tokens
  std::int64_t token_expires = 0;  ///< in ms since 1970
  std::uint64_t seed = 0;          ///< of people and schedules
  std::uint64_t stamp_seed = 0;
  std::uint64_t users = 0;  ///< of the whole run
  pacing::Duration ramp{};
  pacing::Duration warm_up{};
  pacing::Duration duration{};
  bool live_tallies = false;
  std::uint32_t sessions_per_connection = 1;
  std::uint64_t first_user = 0;         ///< at the target
  std::vector<std::uint64_t> chat_ids;  ///< at the target
  std::uint64_t graph_sum = 0;          ///< sum_of() it
  std::vector<Slice> slices;            ///< of the crew's workers
};

/// Gives each user of the run a token until then, in ms since 1970; an `admin`'s may act on any
/// chat.
std::function<std::string(protocol::UserId)> token_mint(const std::string& secret,
                                                        std::int64_t expires, bool admin = false);

/// Equal for equal graphs. Linear in them.
std::uint64_t sum_of(const measure::Roster& roster);

}  // namespace throng::play
