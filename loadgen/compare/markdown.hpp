#pragma once

#include <string>

#include "loadgen/compare/comparison.hpp"

namespace throng::compare {

/// The comparison as Markdown, for a CI job's summary. Those may have 1 MiB; this stays far below,
/// whatever the runs are called.
std::string markdown_text(const Comparison& comparison);

}  // namespace throng::compare
