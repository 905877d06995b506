#include "server/gateway/upload_shares.hpp"

namespace throng::gateway {
namespace {

/// One that is under way may end any moment.
constexpr std::chrono::seconds kWaitForAPlace{1};

}  // namespace

UploadShares::Entry UploadShares::enter(protocol::UserId user, std::uint64_t bytes,
                                        std::size_t at_once, Rate rate, Time now) {
  const std::scoped_lock lock(mutex_);
  bytes_.sweep(now);
  const auto known = under_way_.find(user);
  if (known != under_way_.end() && known->second >= at_once) return Entry(kWaitForAPlace);
  if (rate.interval.count() > 0) {
    const bool is_part = static_cast<std::int64_t>(bytes) < rate.ahead / rate.interval;
    rate.interval = is_part ? rate.interval * static_cast<std::int64_t>(bytes) : rate.ahead;
  }
  if (const auto wait = bytes_.take(user, rate, now); wait.count() > 0) return Entry(wait);
  ++under_way_[user];
  return {*this, user};
}

void UploadShares::leave(protocol::UserId user) {
  const std::scoped_lock lock(mutex_);
  const auto known = under_way_.find(user);
  if (--known->second == 0) under_way_.erase(known);
}

}  // namespace throng::gateway
