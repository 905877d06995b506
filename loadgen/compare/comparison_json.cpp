#include "loadgen/compare/comparison_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "loadgen/compare/share_text.hpp"
#include "loadgen/compare/table.hpp"
#include "loadgen/report/escape.hpp"
#include "loadgen/report/pretty_json.hpp"

namespace throng::compare {
namespace {

namespace json = boost::json;

json::string text_of(std::string_view text) { return json::string(report::valid_utf8(text)); }

json::array list_of(const std::vector<std::string>& lines) {
  json::array list;
  for (const std::string& line : lines) list.push_back(text_of(line));
  return list;
}

json::object object_of(const Finding& finding) {
  return {{"metric", finding.metric->name},
          {"unit", finding.metric->unit},
          {"better", finding.metric->better == Better::kLower ? "lower" : "higher"},
          {"verdict", verdict_word(finding.verdict)},
          {"base", finding.base},
          {"candidate", finding.candidate},
          {"worse_by", finding.loss},
          {"interval", json::array{finding.interval.low, finding.interval.high}},
          {"limit", finding.limit},
          {"p", finding.p},
          {"detectable", finding.detectable}};
}

json::object object_of(const Sample& sample) {
  json::object values;
  for (std::size_t i = 0; i < kMetrics.size(); ++i) {
    if (sample.values[i]) values[kMetrics[i].name] = *sample.values[i];
  }
  return {{"path", text_of(sample.path)},
          {"started", text_of(sample.started)},
          {"seed", sample.seed},
          {"target", text_of(sample.target)},
          {"values", std::move(values)}};
}

json::array list_of(const std::vector<Demand>& demands) {
  json::array list;
  for (const Demand& each : demands) {
    list.push_back(json::object{{"name", text_of(each.name)}, {"missed", list_of(each.missed)}});
  }
  return list;
}

json::array list_of(const std::vector<Sample>& samples) {
  json::array list;
  for (const Sample& each : samples) list.push_back(object_of(each));
  return list;
}

}  // namespace

std::string comparison_json(const Comparison& all) {
  json::array findings;
  for (const Finding& each : all.findings) findings.push_back(object_of(each));
  json::object root{
      {"schema", kCompareSchema},
      {"verdict", all.refused() ? json::value(nullptr) : json::value(verdict_word(all.verdict))},
      {"sentence", all.refused() ? json::value(nullptr) : text_of(verdict_sentence(all))},
      {"scenario", text_of(identity_of(all.base.front(), "scenario"))},
      {"paired", all.footing.paired},
      {"widening", all.footing.widening},
      {"alpha", all.rules.alpha},
      {"confidence", all.rules.confidence},
      {"refusals", list_of(all.footing.refusals)},
      {"notes", list_of(all.footing.notes)},
      {"ledger_violated", list_of(all.broken)},
      {"demands", list_of(all.demands)},
      {"findings", std::move(findings)},
      {"base", list_of(all.base)},
      {"candidate", list_of(all.candidate)}};
  return report::pretty_json(root);
}

std::string benchmark_json(const Comparison& all) {
  constexpr double kNsPerS = 1e9;
  json::array rows;
  for (const Finding& each : all.findings) {
    const bool turned = each.metric->better == Better::kHigher;
    const double half = (each.interval.high - each.interval.low) / 2;
    rows.push_back(
        json::object{{"name", turned ? fmt::format("{}: time a message", each.metric->name)
                                     : std::string(each.metric->name)},
                     {"unit", turned ? "ns" : each.metric->unit},
                     {"value", turned ? kNsPerS / each.candidate : each.candidate},
                     {"range", "±" + share_text(half)},
                     {"extra", text_of(title_of(all))}});
  }
  return report::pretty_json(rows);
}

}  // namespace throng::compare
