#pragma once

#include <string>

#include "loadgen/compare/comparison.hpp"

namespace throng::compare {

/// The comparison as a page that stands alone: the verdict, the table, each loss with its interval,
/// and both sides' percentiles over each other. It needs no script.
std::string html_text(const Comparison& comparison);

}  // namespace throng::compare
