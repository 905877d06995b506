#pragma once

#include <string>
#include <utility>
#include <vector>

#include "loadgen/report/aggregate_info.hpp"

namespace throng::report {

/// What is to be said of such a simulation, as label and text; a line each.
std::vector<std::pair<std::string, std::string>> aggregate_lines(const AggregateInfo& info);

}  // namespace throng::report
