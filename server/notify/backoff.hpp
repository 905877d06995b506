#pragma once

#include "server/notify/push.hpp"

namespace throng::notify {

/// How long to wait after failures: twice as long each time, and at random, so that those who
/// failed together don't come back together.
struct Backoff {
  TimeMs first = 1'000;
  TimeMs longest = 600'000;
  std::uint64_t seed = 0;

  /// After `attempts` failures of a push: from half of first * 2^(attempts - 1) to all of it. The
  /// same for the same seed, push and number, whatever else happens.
  /// Requires: attempts > 0.
  TimeMs wait(std::uint64_t push, std::uint32_t attempts) const;
};

}  // namespace throng::notify
