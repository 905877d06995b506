#pragma once

#include <string>

#include "loadgen/compare/comparison.hpp"

namespace throng::compare {

/// The comparison for a terminal: a table, what there is to say of it, and the verdict at its end.
std::string terminal_text(const Comparison& comparison, bool colour);

}  // namespace throng::compare
