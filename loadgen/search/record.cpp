#include "loadgen/search/record.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <stdexcept>

#include "loadgen/report/escape.hpp"
#include "loadgen/report/pretty_json.hpp"

namespace throng::search {
namespace {

namespace json = boost::json;

json::string text(std::string_view value) { return json::string(report::valid_utf8(value)); }

json::array texts(const std::vector<std::string>& values) {
  json::array all;
  for (const std::string& each : values) all.push_back(text(each));
  return all;
}

json::value number(const std::optional<double>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

// Writing.

json::object plan_json(const Plan& plan) {
  return {{"from", plan.from},
          {"to", plan.to},
          {"step", plan.step},
          {"budget_s", plan.budget_s},
          {"shortest_s", plan.shortest_s},
          {"settle_s", plan.settle_s},
          {"precision", plan.precision}};
}

json::object probe_json(const PlayedProbe& played, const Axis& axis,
                        const std::vector<std::string>& conditions) {
  const auto& [probe, valid, readings, cost_s] = played.outcome;
  json::array slos;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    json::object slo{{"expr", text(conditions[i])},
                     {"value", number(played.values[i])},
                     {"unit", text(played.units[i])},
                     {"held", nullptr},
                     {"excess", nullptr},
                     {"events", nullptr}};
    if (readings[i]) {
      slo["held"] = readings[i]->held;
      slo["excess"] = number(readings[i]->excess);
      slo["events"] = number(readings[i]->events);
    }
    slos.push_back(std::move(slo));
  }
  return {{"folder", text(played.folder)},
          {"stage", stage_name(probe.stage)},
          {"load", probe.load},
          {"setting", text(axis.setting(probe.load))},
          {"settle_s", probe.settle_s},
          {"warm_up_s", probe.warm_up_s},
          {"measured_s", probe.measured_s},
          {"cost_s", cost_s},
          {"valid", valid},
          {"reasons", texts(played.reasons)},
          {"messages_per_s", number(played.messages_per_s)},
          {"slos", std::move(slos)}};
}

json::value interval_json(const std::optional<Interval>& interval, const Axis& axis,
                          const std::optional<double>& messages_per_load) {
  if (!interval) return nullptr;
  const auto at = [&](double load) {
    return json::object{
        {"load", load},
        {"setting", text(axis.setting(load))},
        {"messages_per_s", messages_per_load ? json::value(*messages_per_load * load) : nullptr}};
  };
  return json::object{{"at", at(interval->at)},
                      {"low", at(interval->low)},
                      {"high", at(interval->high)},
                      {"confidence", 0.95}};
}

json::object finding_json(const Record& record, const Axis& axis, const Finding& finding) {
  const auto rate =
      messages_per_load(record, finding.maximum ? finding.maximum->at : finding.heaviest_held);
  json::array knees;
  for (std::size_t i = 0; i < finding.knees.size(); ++i) {
    const Knee& knee = finding.knees[i];
    const auto interval = knee.found() ? std::optional(knee.interval) : std::nullopt;
    knees.push_back(json::object{{"expr", text(record.conditions[i])},
                                 {"knee", interval_json(interval, axis, rate)}});
  }
  json::value confirmed;
  if (finding.confirmed) {
    confirmed = json::object{{"load", finding.confirmed->load},
                             {"setting", text(axis.setting(finding.confirmed->load))},
                             {"measured_s", finding.confirmed->measured_s}};
  }
  return {{"verdict", verdict_name(finding.verdict)},
          {"reasons", texts(finding.reasons)},
          {"maximum", interval_json(finding.maximum, axis, rate)},
          {"critical", interval_json(finding.critical, axis, rate)},
          {"slos", std::move(knees)},
          {"confirmed", std::move(confirmed)},
          {"overload", number(finding.overload)},
          {"recovered", number(finding.recovered)},
          {"heaviest_held", finding.heaviest_held},
          {"lightest_limited", finding.lightest_limited}};
}

// Reading: what isn't there or of another type throws.

std::optional<double> optional_number(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  return value.to_number<double>();
}

std::vector<std::string> read_texts(const json::value& value) {
  std::vector<std::string> all;
  for (const json::value& each : value.as_array()) all.emplace_back(each.as_string());
  return all;
}

Plan read_plan(const json::object& object, std::size_t conditions) {
  const auto at = [&](const char* key) { return object.at(key).to_number<double>(); };
  return {at("from"),     at("to"),         at("step"),     conditions,
          at("budget_s"), at("shortest_s"), at("settle_s"), at("precision")};
}

PlayedProbe read_probe(const json::object& object, std::size_t conditions) {
  const auto at = [&](const char* key) { return object.at(key).to_number<double>(); };
  const auto stage = stage_of(object.at("stage").as_string());
  const json::array& slos = object.at("slos").as_array();
  if (!stage || slos.size() != conditions) throw std::out_of_range("a stage and every SLO");
  PlayedProbe played;
  played.outcome.probe = {*stage, at("load"), at("warm_up_s"), at("measured_s"), at("settle_s")};
  played.outcome.valid = object.at("valid").as_bool();
  played.outcome.cost_s = at("cost_s");
  played.folder = object.at("folder").as_string();
  played.reasons = read_texts(object.at("reasons"));
  played.messages_per_s = optional_number(object.at("messages_per_s"));
  for (const json::value& each : slos) {
    const json::object& slo = each.as_object();
    played.values.push_back(optional_number(slo.at("value")));
    played.units.emplace_back(slo.at("unit").as_string());
    auto& reading = played.outcome.readings.emplace_back();
    if (slo.at("held").is_null()) continue;
    reading = Reading{slo.at("held").as_bool(), optional_number(slo.at("excess")),
                      optional_number(slo.at("events"))};
  }
  return played;
}

Record read_record(const json::object& root) {
  if (root.at("schema").as_string() != json::string_view(kSearchSchema)) {
    throw std::out_of_range("its schema");
  }
  Record record;
  for (const auto& [name, value] : root.at("options").as_object()) {
    record.options[name] = value.as_string();
  }
  record.conditions = read_texts(root.at("slos"));
  record.arguments = read_texts(root.at("arguments"));
  const json::object& scenario = root.at("scenario").as_object();
  record.scenario_file = scenario.at("file").as_string();
  record.scenario_sha256 = scenario.at("sha256").as_string();
  record.plan = read_plan(root.at("plan").as_object(), record.conditions.size());
  for (const json::value& each : root.at("probes").as_array()) {
    record.probes.push_back(read_probe(each.as_object(), record.conditions.size()));
  }
  return record;
}

}  // namespace

std::vector<Outcome> Record::outcomes() const {
  std::vector<Outcome> all;
  for (const PlayedProbe& each : probes) all.push_back(each.outcome);
  return all;
}

std::optional<double> messages_per_load(const Record& record, double maximum) {
  double messages = 0;
  double load_s = 0;
  for (const PlayedProbe& each : record.probes) {
    const Probe& probe = each.outcome.probe;
    if (!each.outcome.valid || !each.messages_per_s || probe.load > maximum) continue;
    if (probe.load < maximum / 2) continue;
    messages += *each.messages_per_s * probe.measured_s;
    load_s += probe.load * probe.measured_s;
  }
  return load_s > 0 ? std::optional(messages / load_s) : std::nullopt;
}

std::string write_search_json(const Record& record, const Axis& axis, const Finding& finding,
                              bool complete) {
  json::object options;
  for (const auto& [name, value] : record.options) options[name] = text(value);
  json::array probes;
  for (const PlayedProbe& each : record.probes) {
    probes.push_back(probe_json(each, axis, record.conditions));
  }
  return report::pretty_json(json::object{
      {"schema", kSearchSchema},
      {"scenario",
       {{"file", text(record.scenario_file)}, {"sha256", text(record.scenario_sha256)}}},
      {"options", std::move(options)},
      {"slos", texts(record.conditions)},
      {"arguments", texts(record.arguments)},
      {"plan", plan_json(record.plan)},
      {"complete", complete},
      {"finding", finding_json(record, axis, finding)},
      {"probes", std::move(probes)}});
}

Record read_search_json(std::string_view text, const std::string& file) {
  try {
    return read_record(json::parse(text).as_object());
  } catch (const std::exception& error) {
    throw std::runtime_error(
        fmt::format("{}: expected what throng search wrote ({})", file, error.what()));
  }
}

}  // namespace throng::search
