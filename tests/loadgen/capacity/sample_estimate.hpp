#pragma once

#include <map>
#include <string>
#include <utility>

#include "loadgen/capacity/assessment.hpp"
#include "loadgen/capacity/estimate_script.hpp"
#include "tests/loadgen/report/sample_run.hpp"

namespace throng::capacity {

/// An estimate file of that text, as "test.lua".
inline Estimate estimate_of(const std::string& text, std::map<std::string, std::string> set = {}) {
  return load_estimate({"test.lua", "test", text, "sha", {}}, std::move(set));
}

/// A run that counts for an estimate with scenario = "evening", fan_out = 9 and texts of 100 bytes.
inline EvidenceRun sample_evidence(std::string path = "out/run.json") {
  report::RunResult run = report::sample_run();
  run.scenario.name = "evening";
  run.target.url = "ws://127.0.0.1:9400";
  run.verdict = report::Verdict::kPass;
  run.validity.valid = true;
  run.ledger = {};
  run.ledger.sent = run.ledger.acked = 1000;
  run.ledger.expected = run.ledger.delivered = 9000;
  report::TargetMeasured measured;
  measured.body_bytes_per_message = 100;
  measured.disk_bytes_per_message = 250;
  measured.wire_bytes_per_message = 3000;
  measured.cpu_s_per_message = 40e-6;
  measured.memory_bytes_per_connection = 8000;
  run.target.measured = measured;
  return {std::move(path), std::move(run), {}};
}

/// Empty if there is none of that name, or if it is unknown.
inline std::optional<Spread> value_of(const Assessment& assessment, const std::string& figure) {
  for (const DerivedFigure& each : assessment.figures) {
    if (each.figure.name == figure) return each.value;
  }
  return std::nullopt;
}

}  // namespace throng::capacity
