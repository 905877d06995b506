#include "loadgen/pacing/offset_estimate.hpp"

#include <algorithm>

namespace throng::pacing {
namespace {

/// By how much an offset can change meanwhile, rounded up.
Duration drift(Duration time) { return time * OffsetEstimate::kDriftPpm / 1'000'000 + Duration{1}; }

OffsetBounds wider(const OffsetBounds& bounds, Duration by) {
  return {bounds.low - by, bounds.high + by};
}

/// As of when the answer was heard.
OffsetBounds bounds_of(const ClockExchange& exchange) {
  const OffsetBounds then{exchange.answered - exchange.heard, exchange.received - exchange.asked};
  return wider(then, drift(exchange.heard - exchange.asked));
}

}  // namespace

Duration OffsetBounds::error_of(Duration offset) const {
  return std::max(high - offset, offset - low);
}

void OffsetEstimate::add(const ClockExchange& exchange) {
  const OffsetBounds told = bounds_of(exchange);
  const OffsetBounds before = bounds_ ? at(exchange.heard) : told;
  const OffsetBounds common{std::max(before.low, told.low), std::min(before.high, told.high)};
  bounds_ = common.low <= common.high ? common : told;
  bounds_at_ = exchange.heard;
}

OffsetBounds OffsetEstimate::at(TimePoint ours) const {
  return wider(*bounds_, drift(ours - bounds_at_));
}

}  // namespace throng::pacing
