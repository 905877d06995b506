#pragma once

#include <string>

#include "loadgen/capacity/assessment.hpp"

namespace throng::capacity {

/// The assessment as a Markdown document: claims and verdicts first, then what they rest on.
std::string markdown_text(const Assessment& assessment);

}  // namespace throng::capacity
