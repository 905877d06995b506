#include "loadgen/capacity/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace throng::capacity {

std::string range_text(double low, double high, const Unit& unit) {
  const std::string from = format_quantity(low, unit);
  const std::string to = format_quantity(high, unit);
  const std::size_t number_end = std::min(from.find(' '), from.size());
  // "5.5 to 14.5 GB": the unit once, where it is the same.
  const bool one_unit = to.ends_with(std::string_view(from).substr(number_end));
  return fmt::format("{} to {}", one_unit ? from.substr(0, number_end) : from, to);
}

std::string spread_text(const std::optional<Spread>& value, const Unit& unit) {
  if (!value) return "unknown";
  if (!value->varies()) return format_quantity(value->p50, unit);
  return range_text(value->p5, value->p95, unit);
}

std::string claimed_text(const Claim& claim) {
  const std::string value = format_quantity(claim.value.value, claim.unit);
  switch (claim.relation) {
    case Relation::kAtMost:
      return "at most " + value;
    case Relation::kAtLeast:
      return "at least " + value;
    case Relation::kAbout:
      break;
  }
  return value;
}

std::string error_text(const Finding& finding) {
  if (!finding.error) return {};
  const double percent = *finding.error * 100;
  return percent == 0 || std::abs(percent) < 0.05 ? "0%" : fmt::format("{:+.1f}%", percent);
}

std::string provenance_text(const Assessment& assessment) {
  const Estimate& estimate = assessment.estimate;
  const auto counting = std::count_if(assessment.evidence.begin(), assessment.evidence.end(),
                                      [](const EvidenceRun& run) { return run.problems.empty(); });
  const std::string evidence =
      assessment.evidence.empty()
          ? "no evidence"
          : fmt::format("{} of {} runs count as evidence", counting, assessment.evidence.size());
  return fmt::format("{} · service {} · {} · {} draws, seed {}", estimate.path,
                     estimate.requirements.service, evidence, assessment.draws, assessment.seed);
}

std::string cost_use_text(const UsedCost& cost) {
  const CostModel& model = cost.model;
  if (!cost.why_unused.empty()) {
    return fmt::format("{}: no fit is used: {}", model.resource->name, cost.why_unused);
  }
  return fmt::format("{}: fitted to {} runs, residuals of {:.1f}%", model.resource->name,
                     model.rows.size(), 100 * model.residual);
}

std::vector<const DerivedFigure*> order_figures(const Assessment& assessment) {
  constexpr std::string_view kNames[] = {
      "fleet_at_peak", "fleet_with_spare", "fleet",  "fleet_price_per_month",
      "stored_total",  "network_peak",     "memory", "cores_peak"};
  std::vector<const DerivedFigure*> chosen;
  for (const std::string_view name : kNames) {
    for (const DerivedFigure& each : assessment.figures) {
      if (each.figure.name == name && each.value) chosen.push_back(&each);
    }
  }
  return chosen;
}

std::string count_text(const Assessment& assessment) {
  return fmt::format("{} confirmed, {} refuted, {} not proved",
                     assessment.count(Verdict::kConfirmed), assessment.count(Verdict::kRefuted),
                     assessment.count(Verdict::kNotProved));
}

}  // namespace throng::capacity
