#include "loadgen/capacity/tables.hpp"

#include <fmt/format.h>

#include "loadgen/capacity/words.hpp"

namespace throng::capacity {
namespace {

std::string reason_of(const Finding& finding) {
  std::string text = finding.reason;
  for (const std::string& reading : finding.evidence) text += "; " + reading;
  return text;
}

Table claims(const Assessment& all) {
  Table table{
      "Claims", {"verdict", "claim", "claimed", "value", "error", "rests on", "why"}, {}, {}};
  for (const Finding& each : all.findings) {
    table.rows.push_back({std::string(verdict_word(each.verdict)), each.claim.name,
                          claimed_text(each.claim), spread_text(each.value, each.claim.unit),
                          error_text(each), std::string(basis_word(each.basis)), reason_of(each)});
  }
  return table;
}

Table order(const Assessment& all) {
  Table table{"To order", {"figure", "P50", "P90", "how"}, {}, "Not enough is known for an order."};
  for (const DerivedFigure* each : order_figures(all)) {
    const auto& [figure, value] = *each;
    table.rows.push_back({figure.name, format_quantity(value->p50, figure.unit),
                          format_quantity(value->p90, figure.unit), figure.expression.text()});
  }
  return table;
}

Table tornado(const Assessment& all) {
  Table table{kTornadoTitle,
              {"input, all others at their median", "P5", "P95"},
              {},
              "No input that decides is an interval."};
  if (!all.tornado) return table;
  const Tornado& of = *all.tornado;
  table.head.insert(table.head.end(), {of.figure + " at P5", "at P95"});
  for (const TornadoBar& each : of.bars) {
    table.rows.push_back({each.input, format_quantity(each.low_input, each.unit),
                          format_quantity(each.high_input, each.unit),
                          format_quantity(each.at_low, of.unit),
                          format_quantity(each.at_high, of.unit)});
  }
  return table;
}

Table figures(const Assessment& all) {
  Table table{"What follows", {"figure", "P5", "P50", "P90", "P95", "how"}, {}, {}};
  for (const auto& [figure, value] : all.figures) {
    const auto at = [&, &unit = figure.unit, &spread = value](double Spread::*place) {
      return spread ? format_quantity((*spread).*place, unit) : std::string("unknown");
    };
    const std::string how =
        value ? figure.expression.text()
              : fmt::format("needs {}", fmt::join(figure.expression.needs(), ", "));
    table.rows.push_back(
        {figure.name, at(&Spread::p5), at(&Spread::p50), at(&Spread::p90), at(&Spread::p95), how});
  }
  return table;
}

Table inputs(const Assessment& all) {
  Table table{"Inputs", {"input", "value", "from"}, {}, {}};
  for (const Variable& each : all.estimate.inputs.variables()) {
    table.rows.push_back({each.name, each.text, each.origin});
  }
  return table;
}

Table evidence(const Assessment& all) {
  Table table{"Evidence", {"run or fit", "what it is good for"}, {}, "No run was given."};
  for (const EvidenceRun& each : all.evidence) {
    table.rows.push_back(
        {each.path, each.problems.empty()
                        ? "counts"
                        : fmt::format("doesn't count: {}", fmt::join(each.problems, "; "))});
  }
  if (all.evidence.empty()) return table;
  for (const UsedCost& each : all.costs) {
    table.rows.push_back(
        {fmt::format("fit of {}", each.model.resource->name), cost_use_text(each)});
  }
  return table;
}

}  // namespace

std::vector<Table> tables_of(const Assessment& all) {
  return {claims(all), order(all), tornado(all), figures(all), inputs(all), evidence(all)};
}

}  // namespace throng::capacity
