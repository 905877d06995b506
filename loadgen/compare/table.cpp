#include "loadgen/compare/table.hpp"

#include <fmt/format.h>

#include "loadgen/compare/share_text.hpp"

namespace throng::compare {
namespace {

constexpr std::size_t kMostRemarks = 20;
constexpr double kPercent = 100;

std::string target_of(const Sample& sample) {
  return sample.target.empty() ? "an unknown target" : sample.target;
}

}  // namespace

std::vector<TableRow> table_of(const Comparison& all) {
  std::vector<TableRow> rows;
  for (const Finding& each : all.findings) {
    rows.push_back({std::string(verdict_word(each.verdict)), std::string(each.metric->name),
                    value_text(*each.metric, each.base), value_text(*each.metric, each.candidate),
                    signed_share_text(each.loss), interval_text(each.interval),
                    share_text(each.limit), fmt::format("{:.2g}", each.p)});
  }
  return rows;
}

std::vector<std::string> remarks_of(const Comparison& all) {
  std::vector<std::string> remarks = all.footing.refusals;
  for (const Demand& each : all.demands) {
    if (!each.missed.empty()) remarks.push_back("the candidate " + missed_text(each));
  }
  remarks.insert(remarks.end(), all.footing.notes.begin(), all.footing.notes.end());
  if (remarks.size() <= kMostRemarks) return remarks;
  const std::size_t more = remarks.size() - kMostRemarks;
  remarks.resize(kMostRemarks);
  remarks.push_back(fmt::format("and {} more", more));
  return remarks;
}

std::string title_of(const Comparison& all) {
  const std::string name = identity_of(all.base.front(), "scenario");
  if (all.footing.paired) return fmt::format("{}: {} pairs", name, all.base.size());
  return fmt::format("{}: {} runs against {}", name, all.base.size(), all.candidate.size());
}

std::string targets_of(const Comparison& all) {
  return fmt::format("{} against {}", target_of(all.candidate.front()),
                     target_of(all.base.front()));
}

std::string legend_of(const Comparison& all) {
  return fmt::format(
      "Negative: better. Interval: {:g}%. p: of chance alone, adjusted for all metrics; a "
      "regression has {:g} or less, and half of its limit or more.",
      all.rules.confidence * kPercent, all.rules.alpha);
}

}  // namespace throng::compare
