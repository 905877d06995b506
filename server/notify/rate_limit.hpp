#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include "server/notify/push.hpp"

namespace throng::notify {

/// So many at once for each user, and so many more each hour: a token bucket a user. Not kept over
/// a restart. With over kMostUsers in it those at their limit start afresh, rather than memory
/// grow.
class RateLimit {
 public:
  static constexpr std::size_t kMostUsers = 100'000;

  /// Requires: per_hour > 0.
  explicit RateLimit(std::uint32_t per_hour);

  /// Takes one and returns `now`, or takes none and returns when there will be one.
  TimeMs take(UserId user, TimeMs now, std::uint32_t count = 1);

 private:
  void make_room(TimeMs now);

  const TimeMs interval_;  ///< from one to the next
  const TimeMs burst_;     ///< what a full bucket is worth
  /// When each user's bucket will be full again.
  boost::unordered_flat_map<UserId, TimeMs, std::hash<UserId>> full_at_;
};

}  // namespace throng::notify
