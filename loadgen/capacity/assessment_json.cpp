#include "loadgen/capacity/assessment_json.hpp"

#include <boost/json.hpp>

#include "loadgen/report/escape.hpp"
#include "loadgen/report/pretty_json.hpp"

namespace throng::capacity {
namespace {

namespace json = boost::json;

json::string text(std::string_view value) { return json::string(report::valid_utf8(value)); }

json::array texts(const auto& values) {
  json::array all;
  for (const auto& each : values) all.push_back(text(each));
  return all;
}

// In the unit that stands beside it.
json::value spread(const std::optional<Spread>& value, const Unit& unit) {
  if (!value) return nullptr;
  return json::object{{"p5", value->p5 / unit.size},
                      {"p50", value->p50 / unit.size},
                      {"p90", value->p90 / unit.size},
                      {"p95", value->p95 / unit.size}};
}

std::string_view relation_word(Relation relation) {
  switch (relation) {
    case Relation::kAtMost:
      return "at_most";
    case Relation::kAtLeast:
      return "at_least";
    case Relation::kAbout:
      break;
  }
  return "about";
}

json::object estimate(const Assessment& all) {
  const Requirements& requirements = all.estimate.requirements;
  const auto cores = requirements.cores ? json::value(*requirements.cores) : json::value(nullptr);
  return {{"file", text(all.estimate.path)},         {"sha256", text(all.estimate.sha256)},
          {"title", text(all.estimate.title)},       {"service", text(requirements.service)},
          {"scenario", text(requirements.scenario)}, {"cores", cores}};
}

json::array inputs(const Assessment& all) {
  json::array list;
  for (const Variable& each : all.estimate.inputs.variables()) {
    list.push_back(json::object{{"name", text(each.name)},
                                {"text", text(each.text)},
                                {"unit", text(each.unit.text)},
                                {"low", each.low / each.unit.size},
                                {"high", each.high / each.unit.size},
                                {"from", text(each.origin)},
                                {"measured", each.is_measured}});
  }
  return list;
}

json::array figures(const Assessment& all) {
  json::array list;
  for (const auto& [figure, value] : all.figures) {
    list.push_back(json::object{{"name", text(figure.name)},
                                {"unit", text(figure.unit.text)},
                                {"value", spread(value, figure.unit)},
                                {"how", text(figure.expression.text())},
                                {"needs", texts(figure.expression.needs())}});
  }
  return list;
}

json::object claim(const Finding& finding) {
  const Claim& about = finding.claim;
  const auto error = finding.error ? json::value(*finding.error * 100) : json::value(nullptr);
  return {{"says", text(about.name)},
          {"of", text(about.of)},
          {"relation", relation_word(about.relation)},
          {"claimed", about.value.value / about.unit.size},
          {"unit", text(about.unit.text)},
          {"tolerance", about.tolerance},
          {"from", text(about.from)},
          {"place", text(about.origin)},
          {"verdict", verdict_word(finding.verdict)},
          {"basis", basis_word(finding.basis)},
          {"value", spread(finding.value, about.unit)},
          {"error_percent", error},
          {"how", text(finding.formula)},
          {"reason", text(finding.reason)},
          {"evidence", texts(finding.evidence)}};
}

json::array claims(const Assessment& all) {
  json::array list;
  for (const Finding& each : all.findings) list.push_back(claim(each));
  return list;
}

json::array evidence(const Assessment& all) {
  json::array list;
  for (const EvidenceRun& each : all.evidence) {
    list.push_back(json::object{{"path", text(each.path)},
                                {"counts", each.problems.empty()},
                                {"problems", texts(each.problems)}});
  }
  return list;
}

json::array costs(const Assessment& all) {
  json::array list;
  for (const UsedCost& each : all.costs) {
    list.push_back(json::object{{"resource", each.model.resource->name},
                                {"runs", each.model.rows.size()},
                                {"residual", each.model.residual},
                                {"used", each.why_unused.empty()},
                                {"why_unused", text(each.why_unused)}});
  }
  return list;
}

json::value tornado(const Assessment& all) {
  if (!all.tornado) return nullptr;
  const Tornado& of = *all.tornado;
  json::array bars;
  for (const TornadoBar& each : of.bars) {
    bars.push_back(json::object{{"input", text(each.input)},
                                {"input_unit", text(each.unit.text)},
                                {"p5", each.low_input / each.unit.size},
                                {"p95", each.high_input / each.unit.size},
                                {"at_p5", each.at_low / of.unit.size},
                                {"at_p95", each.at_high / of.unit.size}});
  }
  return json::object{{"figure", text(of.figure)},
                      {"unit", text(of.unit.text)},
                      {"middle", of.middle / of.unit.size},
                      {"bars", bars}};
}

}  // namespace

std::string assessment_json(const Assessment& all) {
  return report::pretty_json(json::object{{"schema", kCapacitySchema},
                                          {"estimate", estimate(all)},
                                          {"seed", all.seed},
                                          {"draws", all.draws},
                                          {"evidence", evidence(all)},
                                          {"inputs", inputs(all)},
                                          {"figures", figures(all)},
                                          {"costs", costs(all)},
                                          {"tornado", tornado(all)},
                                          {"claims", claims(all)},
                                          {"confirmed", all.count(Verdict::kConfirmed)},
                                          {"refuted", all.count(Verdict::kRefuted)},
                                          {"not_proved", all.count(Verdict::kNotProved)}});
}

}  // namespace throng::capacity
