#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "loadgen/measure/roster.hpp"
#include "loadgen/pacing/clock.hpp"

namespace throng::users {

/// Since when each user of the run has meant to be online without a break. A receipt's latency says
/// something about the server only if the member it is about wanted to be there: on the board the
/// sender's worker can see that, whichever worker plays the member. It lies in memory that is
/// shared with the processes that are forked off later.
///
/// Each user's worker writes the user's entry, any thread reads it; an answer may be out of date by
/// what two cores need to agree.
class OnlineBoard {
 public:
  /// For the users first .. first + users - 1. Errors: std::bad_alloc.
  OnlineBoard(measure::UserNumber first, std::size_t users);
  ~OnlineBoard();
  OnlineBoard(const OnlineBoard&) = delete;
  OnlineBoard& operator=(const OnlineBoard&) = delete;

  void set_online(measure::UserNumber user, pacing::TimePoint since) {
    since_ns_[user - first_].store(since.time_since_epoch().count(), std::memory_order_relaxed);
  }
  void set_offline(measure::UserNumber user) {
    since_ns_[user - first_].store(kOffline, std::memory_order_relaxed);
  }
  /// The user has meant to be online since `time` or longer. False for users beside the board.
  bool online_since(measure::UserNumber user, pacing::TimePoint time) const {
    const std::size_t index = user - first_;
    return user >= first_ && index < since_ns_.size() &&
           since_ns_[index].load(std::memory_order_relaxed) <= time.time_since_epoch().count();
  }

 private:
  static constexpr std::int64_t kOffline = INT64_MAX;

  // Constant after construction
  const measure::UserNumber first_;

  // Any thread
  std::span<std::atomic<std::int64_t>> since_ns_;
};

}  // namespace throng::users
