#pragma once

#include <string>

#include "loadgen/capacity/assessment.hpp"

namespace throng::capacity {

/// What became of the claims in Prometheus's text format, for a collector that reads files; see
/// metrics_catalog.hpp. Of claims that say the same the last one counts.
std::string metrics_text(const Assessment& assessment);

}  // namespace throng::capacity
