#pragma once

#include <string>

#include "loadgen/capacity/assessment.hpp"

namespace throng::capacity {

/// The assessment for people: inputs, what follows, and each claim with its verdict and why.
std::string terminal_text(const Assessment& assessment, bool colour);

}  // namespace throng::capacity
