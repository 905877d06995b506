#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "loadgen/play/muster.hpp"
#include "loadgen/play/preflight.hpp"
#include "loadgen/play/run.hpp"
#include "loadgen/report/threshold.hpp"
#include "loadgen/scenario/plan.hpp"
#include "loadgen/users/social_graph.hpp"
#include "protocol/ids.hpp"

namespace throng::play {

/// What tells a run from all others at the same target.
struct RunIdentity {
  std::uint64_t seed = 0;       ///< of the stamps
  std::string tag;              ///< of the chats' keys
  protocol::UserId first_user;  ///< at the target
};
/// Drawn from the seed and the time. User ids stay below those that the target gives out itself.
RunIdentity identify(std::uint64_t seed, std::chrono::system_clock::time_point started,
                     std::uint64_t users);

/// All that is there when the ramp can begin.
struct Prepared {
  scenario::Plan plan;  ///< with what the options say instead
  std::vector<report::Threshold> thresholds;
  unsigned processes = 1;       ///< that play users; 1: this one
  unsigned threads = 1;         ///< workers of all processes together
  std::vector<CrewCall> crews;  ///< none: this process and its children play
  boost::asio::ip::tcp::endpoint endpoint;
  std::vector<boost::asio::ip::address> sources;
  std::string server_version;
  RunIdentity identity;
  std::unique_ptr<users::SocialGraph> graph;  ///< bound
  std::optional<report::FloorFigures> floor;
  double floor_cpu_s = 0;  ///< what measuring it took
};

/// Ids above this are given out by the target to those who register there.
inline constexpr std::uint64_t kMaxForeignUser = 1'000'000'000;

/// The plan as the options have it, for at most so many users.
/// Errors: ScriptError; Refusal kUsage.
scenario::Plan plan_of(const RunOptions& options, std::uint64_t most_users = kMaxForeignUser - 1);
/// Those of the plan, then those of the options. Errors: Refusal kUsage.
std::vector<report::Threshold> thresholds_of(const scenario::Plan& plan, const RunOptions& options);

/// How many workers each process has, in their order: those that the crews want, or as many in each
/// process. Requires: divided.
std::vector<unsigned> workers_of(const Prepared& prepared);

/// Reads the plan, clears the folder of the results, waits at `muster` for crews unless that is
/// null, checks that the run fits into this process and that the target answers, makes the chats,
/// and measures the floor. `interrupted` is asked again and again meanwhile.
/// Errors: ScriptError; Refusal; std::runtime_error when the folder can't be had.
Prepared prepare(const RunOptions& options, const std::function<bool()>& interrupted,
                 Muster* muster);

}  // namespace throng::play
