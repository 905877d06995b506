#pragma once

#include <cstddef>
#include <cstdint>

/// Counts what the program allocates while it is told to; the program's malloc is replaced. One
/// thread.
namespace throng::cost {

struct Allocations {
  std::uint64_t calls = 0;
  std::int64_t bytes = 0;  ///< allocated and not given back
};

/// Counts, or stops counting, until the next call.
void toggle_counting();
Allocations counted();

}  // namespace throng::cost
