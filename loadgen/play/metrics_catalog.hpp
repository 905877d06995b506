#pragma once

#include "catalog/catalog.hpp"

namespace throng::play {

/// Every metric of the generator, in the order of its page.
inline constexpr catalog::Family kFamilies[] = {
    {"throng_run_info", catalog::Kind::kGauge, "", "run scenario target version seed",
     "The run that goes on; always 1."},
    {"throng_run_phase_started_timestamp_seconds", catalog::Kind::kGauge, "seconds", "run phase",
     "When a phase of the run began, since 1970; one that hasn't begun is missing."},
    {"throng_run_valid", catalog::Kind::kGauge, "", "run",
     "1 while the generator's figures can be believed, 0 when a bound is passed; final at the "
     "end."},
    {"throng_run_bound_used_ratio", catalog::Kind::kGauge, "ratio", "run bound",
     "What the generator used of a bound so far; above 1 the run is invalid."},
    {"throng_run_verdict", catalog::Kind::kGauge, "", "run verdict",
     "What became of the run; always 1, missing until its end."},
    {"throng_threshold_met", catalog::Kind::kGauge, "", "run threshold",
     "1 for a threshold that was met, 0 for one that was missed; missing until the end."},
    {"throng_users_planned", catalog::Kind::kGauge, "", "run", "Users that the run will have."},
    {"throng_users_connected", catalog::Kind::kGauge, "", "run", "Users with an open connection."},
    {"throng_operations_started_total", catalog::Kind::kCounter, "", "run operation",
     "Operations begun by simulated users."},
    {"throng_operations_total", catalog::Kind::kCounter, "", "run operation",
     "Operations that ended without an error."},
    {"throng_operation_errors_total", catalog::Kind::kCounter, "", "run operation kind",
     "Operations of the measured time that ended with an error."},
    {"throng_operation_latency_seconds", catalog::Kind::kHistogram, "seconds", "run operation",
     "From an operation's due time to its end, as a user feels it."},
    {"throng_operation_service_seconds", catalog::Kind::kHistogram, "seconds", "run operation",
     "From an operation's actual start to its end, in the measured time."},
    {"throng_late_release_seconds", catalog::Kind::kHistogram, "seconds", "run",
     "How long after its due time the generator began scheduled work."},
    {"throng_ledger_pending_sends", catalog::Kind::kGauge, "", "run",
     "Sends that no answer has come to yet."},
    {"throng_ledger_expected_total", catalog::Kind::kCounter, "", "run",
     "Deliveries that acknowledged sends are due."},
    {"throng_ledger_delivered_total", catalog::Kind::kCounter, "", "run",
     "Distinct deliveries that came."},
    {"throng_ledger_violations_total", catalog::Kind::kCounter, "", "run kind",
     "Promises to people that were broken, by kind; counted at the end, 0 until then."},
    // The names that all Prometheus clients give to these
    {"process_cpu_seconds_total", catalog::Kind::kCounter, "seconds", "run",
     "User and system CPU time of the generator's processes on this machine."},
    {"process_resident_memory_bytes", catalog::Kind::kGauge, "bytes", "run",
     "Memory that these use."},
};

inline constexpr catalog::Label kLabels[] = {
    {"run", 1,
     "the run: name of the scenario and time of its start, e.g. `one_to_one-2026-01-31T12:00:00Z`"},
    {"operation", 76,
     "an operation, as in run.json: 12 of every run, and at most 64 of the script's own"},
    {"kind", 65, "how an operation failed, or which promise was broken, as in run.json"},
    {"phase", 4, "`ramp`, `measured`, `drain`, `finish`"},
    {"bound", 8,
     "of what makes a run invalid: `late_release`, `cpu`, `loop_turn`, `gc_pause`, `gc`, "
     "`core_wait`, `steal`"},
    {"verdict", 4, "`PASS`, `FAIL`, `INCORRECT`, `INVALID`"},
    {"threshold", 64,
     "the condition as it was given, e.g. `deliver.p99 < 1s`; as many as the run has"},
    {"scenario", 1, "its name"},
    {"target", 1, "URL of the server"},
    {"version", 1, "of the generator"},
    {"seed", 1, "of every random draw"},
};

using Listed = catalog::Listed<kFamilies>;

}  // namespace throng::play
