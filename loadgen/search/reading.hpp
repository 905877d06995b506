#pragma once

#include <optional>
#include <span>
#include <vector>

#include "loadgen/report/run_result.hpp"
#include "loadgen/report/threshold.hpp"
#include "loadgen/search/probe.hpp"

namespace throng::search {

/// What a run says of a condition; nullopt: nothing, since what it is about never happened.
std::optional<Reading> read_condition(const report::Threshold& condition,
                                      const report::RunResult& run);

/// The target itself kept the run from being valid, and not the generator or the machine: people
/// weren't connected, waited for answers for too long, or weren't caught up at the end.
bool is_overloaded(const report::RunResult& run);

/// What a run says of all conditions. One that an overloaded target made invalid, or whose ledger is
/// violated, holds none.
struct Readings {
  bool valid = true;
  std::vector<std::optional<Reading>> all;
};
Readings read_run(std::span<const report::Threshold> conditions, const report::RunResult& run);

}  // namespace throng::search
