#pragma once

#include <string>

#include "loadgen/capacity/assessment.hpp"

namespace throng::capacity {

/// The assessment as one HTML page that needs nothing else, with what matters most as bars. All
/// texts are escaped, and a content security policy forbids the page to load anything.
std::string html_text(const Assessment& assessment);

}  // namespace throng::capacity
