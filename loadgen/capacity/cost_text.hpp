#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "loadgen/capacity/cost_model.hpp"
#include "loadgen/capacity/evidence.hpp"

namespace throng::capacity {

/// The cost of each resource, fitted to the runs that count.
std::vector<CostModel> fit_costs(std::span<const EvidenceRun> runs, std::uint64_t seed);

/// What `throng cost` prints: costs with intervals, what can't be told apart, and how far runs are
/// from the fit. Runs that don't count stand at the end, with the reason.
std::string cost_text(std::span<const CostModel> models, std::span<const EvidenceRun> runs);
std::string cost_json(std::span<const CostModel> models, std::span<const EvidenceRun> runs);

}  // namespace throng::capacity
