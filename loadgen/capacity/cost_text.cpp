#include "loadgen/capacity/cost_text.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <iterator>

#include "loadgen/report/escape.hpp"
#include "loadgen/report/pretty_json.hpp"

namespace throng::capacity {
namespace {

namespace json = boost::json;

std::string harmless(std::string_view text) {
  return report::terminal_escape(report::valid_utf8(text));
}

double error_of(const CostModel& model, const CostRow& row) {
  return model.predict(row.reading.counts) / row.reading.spent - 1;
}

std::string terms_text(const CostModel& model) {
  std::string text;
  for (const CostTerm& term : model.terms) {
    text +=
        fmt::format("  {:<26}{:<24}{} to {}\n", term.name, format_quantity(term.value, term.unit),
                    format_quantity(term.low, term.unit), format_quantity(term.high, term.unit));
  }
  for (const CostTie& tie : model.ties) {
    text += fmt::format("  {} in all runs: part of that, and not told apart\n", tie.text());
  }
  for (const Feature feature : model.unseen) {
    text += fmt::format("  no run had {}\n", feature_name(feature));
  }
  return text;
}

std::string residuals_text(const CostModel& model) {
  const Unit unit = parse_unit(model.resource->measure);
  std::string text;
  for (const CostRow& row : model.rows) {
    text += fmt::format("    {:<36} {:<14} fitted {:<14} {:+.1f}%\n", harmless(row.path),
                        format_quantity(row.reading.spent, unit),
                        format_quantity(model.predict(row.reading.counts), unit),
                        100 * error_of(model, row));
  }
  return text;
}

std::string back_test_text(const CostModel& model) {
  const auto test = back_test(*model.resource, model.rows);
  if (!test) return "  back-test: half of the runs is too few for a fit\n";
  return fmt::format(
      "  back-test: fitted on every other run, {} others are predicted within "
      "{:.1f}% on average, the worst by {:+.1f}%\n",
      test->predicted, 100 * test->mean, 100 * test->worst);
}

std::string model_text(const CostModel& model) {
  std::string text = fmt::format("{}, of {} runs\n", model.resource->says, model.rows.size());
  if (!model.why_none.empty()) return text + fmt::format("  unknown: {}\n", model.why_none);
  return text + terms_text(model) + back_test_text(model) +
         fmt::format("  residuals: a standard deviation of {:.1f}%\n", 100 * model.residual) +
         residuals_text(model);
}

json::array terms_json(const CostModel& model) {
  json::array list;
  for (const CostTerm& term : model.terms) {
    list.push_back(json::object{{"name", term.name},
                                {"of", feature_name(term.feature)},
                                {"unit", term.unit.text},
                                {"value", term.value / term.unit.size},
                                {"low", term.low / term.unit.size},
                                {"high", term.high / term.unit.size}});
  }
  return list;
}

json::array runs_json(const CostModel& model) {
  json::array list;
  for (const CostRow& row : model.rows) {
    json::object counts;
    for (const Resource::Cost& cost : model.resource->costs) {
      counts[feature_name(cost.feature)] =
          row.reading.counts[static_cast<std::size_t>(cost.feature)];
    }
    json::object run{{"path", json::string(report::valid_utf8(row.path))},
                     {"spent", row.reading.spent},
                     {"fitted", nullptr},
                     {"counts", counts}};
    if (!model.terms.empty()) run["fitted"] = model.predict(row.reading.counts);
    list.push_back(std::move(run));
  }
  return list;
}

json::object model_json(const CostModel& model) {
  json::array ties;
  for (const CostTie& tie : model.ties) ties.push_back(json::string(tie.text()));
  json::array unseen;
  for (const Feature feature : model.unseen) unseen.push_back(json::string(feature_name(feature)));
  json::value tested = nullptr;
  if (const auto test = back_test(*model.resource, model.rows)) {
    tested = {{"predicted", test->predicted}, {"mean", test->mean}, {"worst", test->worst}};
  }
  return {{"resource", model.resource->name},
          {"costs", terms_json(model)},
          {"tied", ties},
          {"unseen", unseen},
          {"why_none", model.why_none},
          {"residual", model.residual},
          {"back_test", tested},
          {"runs", runs_json(model)}};
}

}  // namespace

std::vector<CostModel> fit_costs(std::span<const EvidenceRun> runs, std::uint64_t seed) {
  std::vector<CostModel> models;
  for (const Resource& resource : resources()) {
    std::vector<CostRow> rows;
    for (const EvidenceRun& each : runs) {
      if (!each.problems.empty()) continue;
      if (const auto reading = resource.read(each.run)) rows.push_back({each.path, *reading});
    }
    models.push_back(fit_cost(resource, std::move(rows), seed));
  }
  return models;
}

std::string cost_text(std::span<const CostModel> models, std::span<const EvidenceRun> runs) {
  std::string text;
  for (const CostModel& model : models) text += model_text(model) + "\n";
  for (const EvidenceRun& each : runs) {
    for (const std::string& problem : each.problems) {
      text += fmt::format("{} doesn't count: {}\n", harmless(each.path), harmless(problem));
    }
  }
  return text;
}

std::string cost_json(std::span<const CostModel> models, std::span<const EvidenceRun> runs) {
  json::array fitted;
  for (const CostModel& model : models) fitted.push_back(model_json(model));
  json::array evidence;
  for (const EvidenceRun& each : runs) {
    json::array problems;
    for (const std::string& problem : each.problems) {
      problems.push_back(json::string(report::valid_utf8(problem)));
    }
    evidence.push_back(json::object{{"path", json::string(report::valid_utf8(each.path))},
                                    {"counts", each.problems.empty()},
                                    {"problems", problems}});
  }
  return report::pretty_json(
      json::object{{"schema", "throng.cost/1"}, {"evidence", evidence}, {"resources", fitted}});
}

}  // namespace throng::capacity
