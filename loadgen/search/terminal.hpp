#pragma once

#include <string>

#include "loadgen/search/axis.hpp"
#include "loadgen/search/finding.hpp"
#include "loadgen/search/record.hpp"

namespace throng::search {

/// "  7  narrow  1,200 users  24 s  deliver.p99 141 ms ✓".
std::string probe_line(const PlayedProbe& played, const Axis& axis, std::size_t number);

/// What the search came to, as a table.
std::string terminal_text(const Record& record, const Axis& axis, const Finding& finding);

}  // namespace throng::search
