#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/distribution.hpp"

/// What a scenario declares before anybody plays it.
namespace throng::scenario {

/// One-to-one chats: every user gets about `per_user` of them, with partners drawn from the seed.
struct FriendsPlan {
  pacing::Distribution per_user = pacing::Distribution::constant(0);
};

/// Group chats: sizes drawn from `size` (members, at least 3), members drawn from the seed, until
/// every user is in about `per_user` groups.
struct GroupsPlan {
  double per_user = 0;
  pacing::Distribution size = pacing::Distribution::constant(10);
};

/// What people do with a message that reached them while they are connected.
struct ReadingPlan {
  double chance = 1.0;  ///< that a message is read at all before the next one
  pacing::Distribution after = pacing::Distribution::constant(1.0);  ///< seconds from delivery
};

struct Plan {
  std::string title;  ///< the script's first comment line: what it shows
  std::uint64_t users = 1;
  pacing::Duration duration{};  ///< from the end of the ramp
  pacing::Duration ramp{};      ///< users start evenly spread over it
  FriendsPlan friends;
  GroupsPlan groups;
  ReadingPlan reading;
  std::vector<std::string> thresholds;
  std::map<std::string, std::string> args;  ///< as given after `--`, defaults filled in
};

}  // namespace throng::scenario
