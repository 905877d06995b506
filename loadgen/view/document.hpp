#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <span>
#include <string>

#include "loadgen/report/run_result.hpp"
#include "loadgen/view/history.hpp"
#include "loadgen/view/status.hpp"

/// What the page is told, as JSON. Texts are valid UTF-8; what isn't known is null.
namespace throng::view {

/// What stays as it is while the run goes on:
///   {"title": "Two people talk.", "name": …, "file": …, "text": …, "args": […], "seed": "1",
///    "target": …, "version": …, "started": …, "clock": "real", "heat_bounds_ns": [10000, …]}
boost::json::object plan_json(const report::RunResult& run);

/// {"second": 12, "seconds": 1, "users": {"connected": 9998, "connecting": 2, "away": 0},
///  "operations": {"send": {"count": 660, "errors": 0, "p50_ns": …, "p90_ns": …, "p99_ns": …,
///                          "max_ns": …, "heat": [[10, 3], [11, 657]]}}}
boost::json::object row_json(const Row& row);

/// {"phase": "measured", "elapsed_s": 12, "total_s": 40, "over": false, "folder": "",
///  "users": {"planned", "connected_peak", "logins"},
///  "operations": [{"name", "count", "rate_per_s", "errors", "p50_ns", "p99_ns", "p999_ns",
///                  "max_ns"}],
///  "ledger": {"expected", "delivered", "pending", "sent", "acked", "checks": [], "notes": []},
///  "validity": {"valid", "reasons": [], "bounds": [{"name", "used"}]},
///  "thresholds": [{"expr", "outlook": "open"|"met"|"missed", "value": "3.07 ms", "note"}],
///  "verdict": null | {"word", "tone": "good"|"bad"|"doubtful", "sentence", "exit": …}}
/// What the ledger promised is in `checks` when the run is over, as are `sent` and `acked`.
boost::json::object status_json(const Status& status);

/// {"plan": …, "seconds_per_row": 1, "rows": […], "status": …}
std::string document_json(const report::RunResult& plan, const History& history,
                          const Status& status);
/// What changed of it: the rows are to be put in place of those of the same second, or behind.
///   {"rows": […], "status": …}
std::string update_json(std::span<const Row> rows, const Status& status);

}  // namespace throng::view
