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
/// what two cores need to agree, and for a user who is played on another machine by what it takes
/// until the change is copied.
class OnlineBoard {
 public:
  /// For the users first .. first + users - 1. Errors: std::bad_alloc.
  OnlineBoard(measure::UserNumber first, std::size_t users);
  ~OnlineBoard();
  OnlineBoard(const OnlineBoard&) = delete;
  OnlineBoard& operator=(const OnlineBoard&) = delete;

  void set_online(measure::UserNumber user, pacing::TimePoint since) {
    set_entry(user, since.time_since_epoch().count());
  }
  void set_offline(measure::UserNumber user) { set_entry(user, kOffline); }
  /// The user has meant to be online since `time` or longer. False for users beside the board.
  bool online_since(measure::UserNumber user, pacing::TimePoint time) const {
    const std::size_t index = user - first_;
    return user >= first_ && index < since_ns_.size() &&
           since_ns_[index].load(std::memory_order_relaxed) <= time.time_since_epoch().count();
  }

  // An entry as it stands on the board, for a copy of the board on another machine.
  // Requires: the user is on the board.
  std::int64_t entry(measure::UserNumber user) const {
    return since_ns_[user - first_].load(std::memory_order_relaxed);
  }
  void set_entry(measure::UserNumber user, std::int64_t entry) {
    since_ns_[user - first_].store(entry, std::memory_order_relaxed);
  }
  /// What all entries are at first.
  static constexpr std::int64_t kOffline = INT64_MAX;

 private:
  // Constant after construction
  const measure::UserNumber first_;

  // Any thread
  std::span<std::atomic<std::int64_t>> since_ns_;
};

}  // namespace throng::users
