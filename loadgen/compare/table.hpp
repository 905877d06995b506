#pragma once

#include <array>
#include <string>
#include <vector>

#include "loadgen/compare/comparison.hpp"

namespace throng::compare {

/// A comparison as people read it in any format: a row a metric.
inline constexpr std::array<const char*, 8> kColumns{"verdict",  "metric",   "base",  "candidate",
                                                     "worse by", "interval", "limit", "p"};
using TableRow = std::array<std::string, kColumns.size()>;

std::vector<TableRow> table_of(const Comparison& comparison);

/// Refusals and notes, the first of them where there are very many.
std::vector<std::string> remarks_of(const Comparison& comparison);

/// "one_to_one: 10 pairs"
std::string title_of(const Comparison& comparison);
/// "throng-server 0.1.0 against throng-server 0.2.0"
std::string targets_of(const Comparison& comparison);
/// What the table's words mean, with the error rates.
std::string legend_of(const Comparison& comparison);

}  // namespace throng::compare
