#include "server/notify/backoff.hpp"

#include <algorithm>

namespace throng::notify {

TimeMs Backoff::wait(std::uint64_t push, std::uint32_t attempts) const {
  constexpr std::uint32_t kMostDoublings = 30;
  const TimeMs doubled = first << std::min(attempts - 1, kMostDoublings);
  const TimeMs whole = std::min(doubled, longest);
  const TimeMs half = whole / 2;
  const std::uint64_t draw = protocol::mix(seed ^ protocol::mix(push ^ protocol::mix(attempts)));
  return half + static_cast<TimeMs>(draw % static_cast<std::uint64_t>(whole - half + 1));
}

}  // namespace throng::notify
