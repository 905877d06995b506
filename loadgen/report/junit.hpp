#pragma once

#include <string>

#include "loadgen/report/run_result.hpp"

namespace throng::report {

/// The run as JUnit XML, which CI systems show: a test case for each threshold, one for the ledger
/// and one for validity. What did not hold is a <failure> that says what was measured.
std::string junit_xml(const RunResult& result);

}  // namespace throng::report
