#include "loadgen/compare/baseline.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>
#include <stdexcept>

#include "loadgen/report/escape.hpp"
#include "loadgen/report/pretty_json.hpp"

namespace throng::compare {
namespace {

namespace json = boost::json;

json::string text_of(std::string_view text) { return json::string(report::valid_utf8(text)); }

json::object object_of(const Sample& sample) {
  json::object identity;
  for (const auto& [what, value] : sample.identity) identity[what] = text_of(value);
  json::object values;
  for (std::size_t i = 0; i < kMetrics.size(); ++i) {
    if (sample.values[i]) values[kMetrics[i].name] = *sample.values[i];
  }
  json::object thresholds;
  for (const auto& [what, met] : sample.thresholds) thresholds[text_of(what)] = met;
  json::object object{{"started", text_of(sample.started)}, {"seed", sample.seed},
                      {"length_s", sample.length_s},        {"kernel", text_of(sample.kernel)},
                      {"target", text_of(sample.target)},   {"identity", std::move(identity)},
                      {"values", std::move(values)},        {"thresholds", std::move(thresholds)}};
  if (sample.failed_sends) object["failed_sends"] = *sample.failed_sends;
  return object;
}

std::string string_at(const json::object& object, std::string_view key) {
  return std::string(object.at(key).as_string());
}

/// A figure that can't be one, in a file that is well-formed otherwise.
class BadFigure : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// As the figures of a run are: their logarithm is a number.
double figure_of(const json::value& value, std::string_view name, const std::string& path) {
  const auto figure = value.to_number<double>();
  if (figure > 0 && std::isfinite(figure)) return figure;
  throw BadFigure(fmt::format("{}: {}: expected a number above 0, got {}", path, name, figure));
}

Sample sample_of(const json::object& object, std::string path) {
  Sample sample;
  sample.path = std::move(path);
  sample.started = string_at(object, "started");
  sample.seed = object.at("seed").to_number<std::uint64_t>();
  sample.length_s = object.at("length_s").to_number<double>();
  sample.kernel = string_at(object, "kernel");
  sample.target = string_at(object, "target");
  for (const auto& [what, value] : object.at("identity").as_object()) {
    sample.identity.emplace_back(what, value.as_string());
  }
  if (const json::value* thresholds = object.if_contains("thresholds")) {
    for (const auto& [what, met] : thresholds->as_object()) {
      sample.thresholds[what] = met.as_bool();
    }
  }
  if (const json::value* failed = object.if_contains("failed_sends")) {
    sample.failed_sends = failed->to_number<std::uint64_t>();
  }
  const json::object& values = object.at("values").as_object();
  for (std::size_t i = 0; i < kMetrics.size(); ++i) {
    const json::value* value = values.if_contains(kMetrics[i].name);
    if (value != nullptr) sample.values[i] = figure_of(*value, kMetrics[i].name, sample.path);
  }
  return sample;
}

template <class Read>
auto reading(const std::string& where, const char* expected, Read read) {
  try {
    return read();
  } catch (const BadFigure&) {
    throw;
  } catch (const std::exception&) {
    throw std::runtime_error(fmt::format("{}: expected {}", where, expected));
  }
}

}  // namespace

std::string write_baseline(const Baseline& baseline) {
  json::array runs;
  for (const Sample& each : baseline.runs) runs.push_back(object_of(each));
  return report::pretty_json(json::object{{"schema", kBaselineSchema},
                                          {"name", text_of(baseline.name)},
                                          {"saved", text_of(baseline.saved)},
                                          {"commit", text_of(baseline.commit)},
                                          {"runs", std::move(runs)}});
}

Baseline read_baseline(std::string_view text, std::string_view file) {
  return reading(std::string(file),
                 "a directory that throng run wrote, or a file of throng baseline", [&] {
                   const json::value root = json::parse(text);
                   const json::object& object = root.as_object();
                   if (string_at(object, "schema") != kBaselineSchema) throw std::runtime_error("");
                   Baseline baseline;
                   baseline.name = string_at(object, "name");
                   baseline.saved = string_at(object, "saved");
                   baseline.commit = string_at(object, "commit");
                   for (const json::value& run : object.at("runs").as_array()) {
                     const std::size_t number = baseline.runs.size() + 1;
                     baseline.runs.push_back(
                         sample_of(run.as_object(), fmt::format("{}, run {}", file, number)));
                   }
                   if (baseline.runs.empty()) throw std::runtime_error("");
                   return baseline;
                 });
}

std::string history_line(const HistoryRun& run) {
  json::object object{{"commit", text_of(run.commit)}};
  for (auto& [key, value] : object_of(run.sample)) object[key] = std::move(value);
  return json::serialize(object) + "\n";
}

std::vector<HistoryRun> read_history(std::string_view text, std::string_view file) {
  std::vector<HistoryRun> runs;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.empty()) continue;
    const std::string where = fmt::format("{}:{}", file, number);
    runs.push_back(reading(where, "a line of throng trend --add", [&] {
      const json::value root = json::parse(line);
      return HistoryRun{string_at(root.as_object(), "commit"), sample_of(root.as_object(), where)};
    }));
  }
  return runs;
}

}  // namespace throng::compare
