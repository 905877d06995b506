#pragma once

#include <cstdio>
#include <cstdlib>

namespace throng::fuzz {

/// Ends the fuzz target, which then keeps the input, unless the condition holds.
inline void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

}  // namespace throng::fuzz
