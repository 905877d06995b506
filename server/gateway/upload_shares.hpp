#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

#include "server/gateway/budgets.hpp"

namespace throng::gateway {

/// What each user may upload, on all shards together. Any thread.
///
/// Invariant: known are only users with an upload under way, who are bounded by the Gate of all
/// uploads, and those who have used some of their bytes, who are bounded by Budgets.
class UploadShares {
 public:
  using Time = TokenBucket::Time;

  /// The right to upload, for as long as it lives; or how long to wait for it.
  class Entry {
   public:
    explicit Entry(std::chrono::nanoseconds to_wait) : wait(to_wait) {}
    Entry(UploadShares& shares, protocol::UserId user) : shares_(&shares), user_(user) {}
    Entry(Entry&& other) noexcept
        : wait(other.wait), shares_(std::exchange(other.shares_, nullptr)), user_(other.user_) {}
    Entry& operator=(Entry&&) = delete;
    ~Entry() {
      if (shares_) shares_->leave(user_);
    }

    const std::chrono::nanoseconds wait{0};  ///< zero: it is the right

   private:
    UploadShares* shares_ = nullptr;
    protocol::UserId user_;
  };

  /// For so many bytes, which are spent even if they never come. `rate` is of bytes: an upload of
  /// more than its burst counts as its burst. Requires: this outlives the entry.
  Entry enter(protocol::UserId user, std::uint64_t bytes, std::size_t at_once, Rate rate, Time now);

 private:
  void leave(protocol::UserId user);

  std::mutex mutex_;
  boost::unordered_flat_map<protocol::UserId, std::size_t, std::hash<protocol::UserId>> under_way_;
  Budgets<protocol::UserId> bytes_;
};

}  // namespace throng::gateway
