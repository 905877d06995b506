#pragma once

#include <string>

#include "loadgen/compare/comparison.hpp"

namespace throng::compare {

/// The comparison as JUnit XML: a case for each metric with its limit, one for the ledger, and one
/// for whether the runs can be compared. What is INCONCLUSIVE is skipped, since nothing failed.
std::string junit_xml(const Comparison& comparison);

}  // namespace throng::compare
