#pragma once

#include <algorithm>

#include "loadgen/pacing/clock.hpp"
#include "protocol/error.hpp"

namespace throng::users {

/// Nothing was done, or the outcome isn't known: the same again, later, may do.
inline bool worth_repeating(protocol::Error error) {
  using protocol::Error;
  switch (error) {
    case Error::kOverloaded:
    case Error::kRateLimited:
    case Error::kUnavailable:
    case Error::kInternal:
    case Error::kHelloTimeout:
    case Error::kSlowReader:
    case Error::kIdle:
    case Error::kGoingAway:
      return true;
    default:
      return false;
  }
}

/// The longest wait before another try after so many in vain: doubles from `first` up to `cap`.
inline pacing::Duration backoff_ceiling(pacing::Duration first, pacing::Duration cap,
                                        unsigned in_vain) {
  for (; in_vain > 0 && first < cap; --in_vain) first *= 2;
  return std::min(first, cap);
}

}  // namespace throng::users
