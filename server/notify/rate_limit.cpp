#include "server/notify/rate_limit.hpp"

#include <algorithm>

namespace throng::notify {
namespace {

constexpr TimeMs kHourMs = 3'600'000;

}  // namespace

RateLimit::RateLimit(std::uint32_t per_hour)
    : interval_(std::max<TimeMs>(1, kHourMs / per_hour)), burst_(interval_ * per_hour) {}

TimeMs RateLimit::take(UserId user, TimeMs now, std::uint32_t count) {
  if (full_at_.size() >= kMostUsers && !full_at_.contains(user)) make_room(now);
  TimeMs& full_at = full_at_[user];
  const TimeMs after = std::max(full_at, now) + interval_ * count;
  if (after > now + burst_) return after - burst_;
  full_at = after;
  return now;
}

void RateLimit::make_room(TimeMs now) {
  erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
  if (full_at_.size() >= kMostUsers) full_at_.clear();
}

}  // namespace throng::notify
