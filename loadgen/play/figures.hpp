#pragma once

#include <string>
#include <utility>
#include <vector>

#include "loadgen/measure/histogram.hpp"
#include "loadgen/measure/ledger.hpp"
#include "loadgen/measure/recorder.hpp"
#include "loadgen/measure/series.hpp"
#include "loadgen/report/run_result.hpp"

/// From what was measured to what is reported.
namespace throng::play {

report::LatencySummary summarise(const measure::Histogram& histogram);

report::OperationFigures operation_figures(const measure::OperationTally& tally, double measured_s);

/// All operations, in their order. Rates are over the measured time; those of people's arrival over
/// the warm-up too.
std::vector<std::pair<std::string, report::OperationFigures>> all_operation_figures(
    const measure::Tallies& totals, double warmup_s, double measured_s);

report::LedgerFigures ledger_figures(const measure::LedgerReport& report);

/// Of a run's series: who is connected, connecting and away, and each operation.
measure::Series::Columns series_columns();

}  // namespace throng::play
