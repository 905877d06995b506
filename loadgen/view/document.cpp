#include "loadgen/view/document.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "loadgen/report/escape.hpp"
#include "loadgen/report/humanise.hpp"
#include "loadgen/report/scenario_title.hpp"
#include "loadgen/report/verdict.hpp"

namespace throng::view {
namespace {

namespace json = boost::json;
using report::valid_utf8;

json::array texts(const std::vector<std::string>& all) {
  json::array made;
  for (const std::string& each : all) made.emplace_back(valid_utf8(each));
  return made;
}

json::value number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? json::value(*value) : json::value(nullptr);
}

json::object cells_json(const OperationCells& cells) {
  json::array heat;
  for (const auto& [bucket, count] : cells.heat) heat.push_back(json::array{bucket, count});
  return {{"count", cells.count},   {"errors", cells.errors}, {"p50_ns", cells.p50_ns},
          {"p90_ns", cells.p90_ns}, {"p99_ns", cells.p99_ns}, {"max_ns", cells.max_ns},
          {"heat", std::move(heat)}};
}

json::array rows_json(std::span<const Row> rows) {
  json::array made;
  for (const Row& row : rows) made.push_back(row_json(row));
  return made;
}

json::array operations_json(const report::RunResult& run) {
  json::array made;
  for (const auto& [name, figures] : run.operations) {
    if (!figures.ran()) continue;
    made.push_back(json::object{{"name", valid_utf8(name)},
                                {"count", figures.count},
                                {"rate_per_s", number(figures.rate_per_s)},
                                {"errors", figures.error_count()},
                                {"p50_ns", figures.latency_ns.p50},
                                {"p99_ns", figures.latency_ns.p99},
                                {"p999_ns", figures.latency_ns.p999},
                                {"max_ns", figures.latency_ns.max}});
  }
  return made;
}

json::object ledger_json(const Status& status) {
  const report::LedgerFigures& ledger = status.run.ledger;
  json::array checks;
  for (const report::LedgerCheck& check : report::ledger_checks(ledger)) {
    if (!status.over || !ledger.kept) break;
    checks.push_back(json::object{
        {"promise", check.promise}, {"counted", check.counted}, {"holds", check.holds}});
  }
  std::vector<std::string> notes = report::ledger_notes(ledger);
  notes.insert(notes.end(), ledger.examples.begin(), ledger.examples.end());
  return {{"kept", ledger.kept},           {"expected", ledger.expected},
          {"delivered", ledger.delivered}, {"pending", status.pending_sends},
          {"sent", ledger.sent},           {"acked", ledger.acked},
          {"checks", std::move(checks)},   {"notes", texts(notes)}};
}

json::object validity_json(const Status& status) {
  json::array bounds;
  for (const Bound& each : status.bounds) {
    bounds.push_back(json::object{{"name", each.name}, {"used", number(each.used)}});
  }
  return {{"valid", status.run.validity.valid},
          {"reasons", texts(status.run.validity.reasons)},
          {"bounds", std::move(bounds)}};
}

std::string_view outlook_word(Outlook outlook) {
  constexpr std::string_view kWords[] = {"open", "met", "missed"};
  return kWords[static_cast<std::size_t>(outlook)];
}

json::array thresholds_json(const Status& status) {
  json::array made;
  for (std::size_t i = 0; i < status.run.thresholds.size(); ++i) {
    const report::ThresholdResult& each = status.run.thresholds[i];
    made.push_back(json::object{
        {"expr", valid_utf8(each.expr)},
        {"outlook", outlook_word(status.outlooks.at(i))},
        {"value", each.value ? report::value_text(*each.value, each.unit) : std::string()},
        {"note", each.note}});
  }
  return made;
}

json::value verdict_json(const Status& status) {
  if (!status.over) return nullptr;
  const report::RunResult& run = status.run;
  return json::object{{"word", report::verdict_word(run.verdict)},
                      {"tone", report::verdict_tone(run.verdict)},
                      {"sentence", report::verdict_sentence(run)},
                      {"exit", fmt::format("exit code {}: {}", run.exit_code,
                                           report::exit_code_meaning(run.exit_code))}};
}

}  // namespace

json::object plan_json(const report::RunResult& run) {
  const report::ScenarioInfo& scenario = run.scenario;
  json::array bounds;
  for (const std::int64_t bound : heat_bounds_ns()) bounds.emplace_back(bound);
  return {{"title", valid_utf8(report::scenario_title(scenario))},
          {"name", valid_utf8(scenario.name)},
          {"file", valid_utf8(scenario.file)},
          {"text", valid_utf8(scenario.text)},
          {"args", texts(scenario.args)},
          {"seed", std::to_string(scenario.seed)},
          {"target", valid_utf8(run.target.url)},
          {"target_version", valid_utf8(run.target.version)},
          {"version", run.generator.version},
          {"started", run.time.started},
          {"clock", run.clock == report::Clock::kReal ? "real" : "virtual"},
          {"heat_bounds_ns", std::move(bounds)}};
}

json::object row_json(const Row& row) {
  json::object operations;
  for (const OperationCells& each : row.operations) {
    operations[valid_utf8(each.name)] = cells_json(each);
  }
  return {{"second", row.second},
          {"seconds", row.seconds},
          {"users", json::object{{"connected", number(row.connected)},
                                 {"connecting", number(row.connecting)},
                                 {"away", number(row.away)}}},
          {"operations", std::move(operations)}};
}

json::object status_json(const Status& status) {
  const report::UserFigures& users = status.run.users;
  return {{"phase", status.phase},
          {"elapsed_s", number(status.elapsed_s)},
          {"total_s", number(status.total_s)},
          {"over", status.over},
          {"folder", valid_utf8(status.folder)},
          {"warmup_s", number(status.run.time.warmup_s)},
          {"users", json::object{{"planned", users.planned},
                                 {"connected_peak", users.connected_peak},
                                 {"logins", users.logins}}},
          {"operations", operations_json(status.run)},
          {"ledger", ledger_json(status)},
          {"validity", validity_json(status)},
          {"thresholds", thresholds_json(status)},
          {"verdict", verdict_json(status)}};
}

std::string document_json(const report::RunResult& plan, const History& history,
                          const Status& status) {
  return json::serialize(json::object{{"plan", plan_json(plan)},
                                      {"seconds_per_row", history.seconds_per_row()},
                                      {"rows", rows_json(history.rows())},
                                      {"status", status_json(status)}});
}

std::string update_json(std::span<const Row> rows, const Status& status) {
  return json::serialize(json::object{{"rows", rows_json(rows)}, {"status", status_json(status)}});
}

}  // namespace throng::view
