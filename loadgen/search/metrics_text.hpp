#pragma once

#include <string>

#include "loadgen/search/finding.hpp"
#include "loadgen/search/record.hpp"

namespace throng::search {

/// Where the knee is in Prometheus's text format, for a collector that reads files; see
/// metrics_catalog.hpp. No rows if there is none.
std::string metrics_text(const Record& record, const Finding& finding);

}  // namespace throng::search
