#include "loadgen/report/run_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <concepts>
#include <limits>
#include <type_traits>

#include "loadgen/report/escape.hpp"
#include "loadgen/report/pretty_json.hpp"

namespace throng::report {
namespace {

namespace json = boost::json;

// T is U, const or not.
template <class T, class U>
concept Like = std::same_as<std::remove_const_t<T>, U>;

// The shape of run.json: one list of members per object, which the writer and the reader both walk.

template <class Walk>
void members(Walk& walk, Like<ScenarioInfo> auto& scenario) {
  walk("name", scenario.name);
  walk("file", scenario.file);
  walk("sha256", scenario.sha256);
  walk("seed", scenario.seed);
  walk("args", scenario.args);
  walk("text", scenario.text);
}

template <class Walk>
void members(Walk& walk, Like<TargetOperations> auto& operations) {
  walk("messages", operations.messages);
  walk("deliveries", operations.deliveries);
  walk("receipts", operations.receipts);
  walk("heartbeats", operations.heartbeats);
  walk("logins", operations.logins);
}

template <class Walk>
void members(Walk& walk, Like<TargetMeasured> auto& measured) {
  walk("messages", measured.messages);
  walk("connections", measured.connections);
  walk("cpu_s", measured.cpu_s);
  walk("received_bytes", measured.received_bytes);
  walk("sent_bytes", measured.sent_bytes);
  walk("body_bytes", measured.body_bytes);
  walk("table_bytes", measured.table_bytes);
  walk("table_messages", measured.table_messages);
  walk("log_bytes", measured.log_bytes);
  walk("resident_bytes", measured.resident_bytes);
  walk("cpu_s_per_message", measured.cpu_s_per_message);
  walk("wire_bytes_per_message", measured.wire_bytes_per_message);
  walk("body_bytes_per_message", measured.body_bytes_per_message);
  walk("disk_bytes_per_message", measured.disk_bytes_per_message);
  walk("memory_bytes_per_connection", measured.memory_bytes_per_connection);
  walk("operations", measured.operations);
  walk("operations_and_ramp", measured.operations_and_ramp);
}

template <class Walk>
void members(Walk& walk, Like<TargetInfo> auto& target) {
  walk("url", target.url);
  walk("version", target.version);
  walk("measured", target.measured);
}

template <class Walk>
void members(Walk& walk, Like<MachineInfo> auto& machine) {
  walk("cpu", machine.cpu);
  walk("cores", machine.cores);
  walk("memory_bytes", machine.memory_bytes);
  walk("kernel", machine.kernel);
}

template <class Walk>
void members(Walk& walk, Like<RunTime> auto& time) {
  walk("started", time.started);
  walk("warmup_s", time.warmup_s);
  walk("measured_s", time.measured_s);
  walk("steady", time.steady);
}

template <class Walk>
void members(Walk& walk, Like<CrewInfo> auto& crew) {
  walk("name", crew.name);
  walk("users", crew.users);
  walk("threads", crew.threads);
  walk("cores", crew.cores);
  walk("cpu_s", crew.cpu_s);
  walk("rss_bytes", crew.rss_bytes);
  walk("clock_offset_ns", crew.clock_offset_ns);
  walk("clock_error_ns", crew.clock_error_ns);
}

template <class Walk>
void members(Walk& walk, Like<GeneratorInfo> auto& generator) {
  walk("version", generator.version);
  walk("threads", generator.threads);
  walk("processes", generator.processes);
  walk("sessions_per_connection", generator.sessions_per_connection);
  walk("cpu_s", generator.cpu_s);
  walk("rss_bytes", generator.rss_bytes);
  walk("crews", generator.crews);
}

template <class Walk>
void members(Walk& walk, Like<UserFigures> auto& users) {
  walk("planned", users.planned);
  walk("connected_peak", users.connected_peak);
  walk("logins", users.logins);
}

template <class Walk>
void members(Walk& walk, Like<LatencySummary> auto& summary) {
  walk("mean", summary.mean);
  walk("p50", summary.p50);
  walk("p90", summary.p90);
  walk("p99", summary.p99);
  walk("p999", summary.p999);
  walk("p9999", summary.p9999);
  walk("max", summary.max);
}

template <class Walk>
void members(Walk& walk, Like<OperationFigures> auto& operation) {
  walk("count", operation.count);
  walk("rate_per_s", operation.rate_per_s);
  walk("errors", operation.errors);
  walk("dropped", operation.dropped);
  walk("unresolved", operation.unresolved);
  walk("latency_ns", operation.latency_ns);
  walk("service_ns", operation.service_ns);
  walk("latency_curve", operation.latency_curve);
  walk("service_curve", operation.service_curve);
}

template <class Walk>
void members(Walk& walk, Like<LedgerFigures> auto& ledger) {
  walk.younger("kept", ledger.kept);
  if (!ledger.kept) return;
  walk("sent", ledger.sent);
  walk("acked", ledger.acked);
  walk("expected", ledger.expected);
  walk("delivered", ledger.delivered);
  walk("lost", ledger.lost);
  walk("duplicated", ledger.duplicated);
  walk("reordered", ledger.reordered);
  walk("misdelivered", ledger.misdelivered);
  walk("corrupted", ledger.corrupted);
  walk("phantom", ledger.phantom);
  walk("cursor_violations", ledger.cursor_violations);
  walk.younger("trimmed", ledger.trimmed);
  walk("late", ledger.late);
  walk("unresolved", ledger.unresolved);
  walk("examples", ledger.examples);
}

template <class Walk>
void members(Walk& walk, Like<ValidityFigures::Pause> auto& pause) {
  walk("p99", pause.p99);
  walk("max", pause.max);
}

template <class Walk>
void members(Walk& walk, Like<ValidityFigures::Network> auto& network) {
  walk("sent", network.sent);
  walk("retransmitted", network.retransmitted);
  walk("listen_drops", network.listen_drops);
  walk("queue_drops", network.queue_drops);
}

template <class Walk>
void members(Walk& walk, Like<ValidityFigures> auto& validity) {
  walk("valid", validity.valid);
  walk("reasons", validity.reasons);
  walk("limited_by", validity.limited_by);
  walk("late_release_ns", validity.late_release_ns);
  walk("generator_cpu_ratio", validity.generator_cpu_ratio);
  walk("achieved_rate_ratio", validity.achieved_rate_ratio);
  walk("little_residual", validity.little_residual);
  walk("loop_turn_ns", validity.loop_turn_ns);
  walk("gc_pause_ns", validity.gc_pause_ns);
  walk("gc_ratio", validity.gc_ratio);
  walk("core_wait_ratio", validity.core_wait_ratio);
  walk("steal_ratio", validity.steal_ratio);
  walk("clock_step_s", validity.clock_step_s);
  walk("suspended_s", validity.suspended_s);
  walk("network", validity.network);
  walk("out_of_resources", validity.out_of_resources);
  walk("clock_uncertainty_ns", validity.clock_uncertainty_ns);
}

template <class Walk>
void members(Walk& walk, Like<FloorFigures::Latency> auto& latency) {
  walk("mean", latency.mean);
  walk("p50", latency.p50);
  walk("p99", latency.p99);
  walk("max", latency.max);
}

template <class Walk>
void members(Walk& walk, Like<FloorFigures> auto& floor) {
  walk("rate_per_s", floor.rate_per_s);
  walk("send_ns", floor.send_ns);
  walk("deliver_ns", floor.deliver_ns);
}

template <class Walk>
void members(Walk& walk, Like<Estimate> auto& estimate) {
  walk("value", estimate.value);
  walk("low", estimate.low);
  walk("high", estimate.high);
}

template <class Walk>
void members(Walk& walk, Like<LatencyEstimates> auto& estimates) {
  walk("mean", estimates.mean);
  walk("p50", estimates.p50);
  walk("p99", estimates.p99);
  walk("p999", estimates.p999);
}

template <class Walk>
void members(Walk& walk, Like<TrafficRate> auto& rate) {
  walk("mean_per_s", rate.mean_per_s);
  walk("peak_per_s", rate.peak_per_s);
}

template <class Walk>
void members(Walk& walk, Like<RegionFigures> auto& region) {
  walk("name", region.name);
  walk("people", region.people);
  walk("online_peak", region.online_peak);
  walk("nodes", region.nodes);
  walk("messages_mean_per_s", region.messages_mean_per_s);
  walk("messages_peak_per_s", region.messages_peak_per_s);
  walk("peak_at_s", region.peak_at_s);
  walk("core_busy", region.core_busy);
  walk("core_busy_peak", region.core_busy_peak);
  walk("disk_busy_peak", region.disk_busy_peak);
}

template <class Walk>
void members(Walk& walk, Like<SampleFigures> auto& sample) {
  walk("replications", sample.replications);
  walk("windows", sample.windows);
  walk("window_s", sample.window_s);
  walk("share", sample.share);
  walk("thinned", sample.thinned);
}

template <class Walk>
void members(Walk& walk, Like<AggregateInfo> auto& info) {
  walk("nodes", info.nodes);
  walk("nodes_found", info.nodes_found);
  walk("regions", info.regions);
  walk("traffic", info.traffic);
  walk("stored_bytes_per_day", info.stored_bytes_per_day);
  walk("received_bytes_per_day", info.received_bytes_per_day);
  walk("sent_bytes_per_day", info.sent_bytes_per_day);
  walk("sample", info.sample);
  walk("day_ns", info.day);
  walk("peak_ns", info.peak);
  walk("unknown", info.unknown);
}

template <class Walk>
void members(Walk& walk, Like<SimulationInfo> auto& simulation) {
  walk("fidelity", simulation.fidelity);
  walk("world", simulation.world);
  walk("costs", simulation.costs);
  walk.younger("nodes", simulation.nodes);
  walk("cores", simulation.cores);
  walk("faults", simulation.faults);
  walk("virtual_s", simulation.virtual_s);
  walk("real_s", simulation.real_s);
  walk("virtual_per_real", simulation.virtual_per_real);
  walk("events", simulation.events);
  walk("trace_hash", simulation.trace_hash);
  walk("core_busy_ratio", simulation.core_busy_ratio);
  walk("core_wait_mean_ns", simulation.core_wait_mean_ns);
  walk("core_queue_max", simulation.core_queue_max);
  walk("disk_busy_ratio", simulation.disk_busy_ratio);
  walk("records_per_commit", simulation.records_per_commit);
  walk.younger("aggregate", simulation.aggregate);
}

template <class Walk>
void members(Walk& walk, Like<ThresholdResult> auto& threshold) {
  walk("expr", threshold.expr);
  walk("value", threshold.value);
  walk("unit", threshold.unit);
  walk("pass", threshold.pass);
  walk("note", threshold.note);
}

template <class Walk>
void members(Walk& walk, Like<RunResult> auto& result) {
  walk("scenario", result.scenario);
  walk("target", result.target);
  walk("machine", result.machine);
  walk("clock", result.clock);
  walk("time", result.time);
  walk("generator", result.generator);
  walk("users", result.users);
  walk("operations", result.operations);
  walk("ledger", result.ledger);
  walk("validity", result.validity);
  walk("floor", result.floor);
  walk("simulation", result.simulation);
  walk("thresholds", result.thresholds);
  walk("verdict", result.verdict);
  walk("exit_code", result.exit_code);
  walk("interrupted", result.interrupted);
}

template <class Enum>
using EnumName = std::pair<Enum, std::string_view>;

constexpr std::array<EnumName<Clock>, 2> names_of(Clock) {
  return {{{Clock::kReal, "real"}, {Clock::kVirtual, "virtual"}}};
}

constexpr std::array<EnumName<Limit>, 3> names_of(Limit) {
  return {{{Limit::kGenerator, "generator"},
           {Limit::kTarget, "target"},
           {Limit::kUnsteadyLoad, "unsteady load"}}};
}

constexpr std::array<EnumName<Verdict>, 4> names_of(Verdict) {
  return {{{Verdict::kPass, "pass"},
           {Verdict::kFail, "fail"},
           {Verdict::kIncorrect, "incorrect"},
           {Verdict::kInvalid, "invalid"}}};
}

// Structs to a json::value.

struct Writer {
  json::object object;

  template <class T>
  void operator()(std::string_view key, const T& value) {
    object[key] = to_value(value);
  }
  template <class T>
  void younger(std::string_view key, const T& value) {
    (*this)(key, value);
  }

  template <class T>
  static json::value to_value(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      for (const auto& [each, name] : names_of(value)) {
        if (each == value) return json::string(name);
      }
      return nullptr;
    } else if constexpr (std::is_arithmetic_v<T>) {
      return value;
    } else {
      Writer members_of_value;
      members(members_of_value, value);
      return std::move(members_of_value.object);
    }
  }
  static json::value to_value(const std::string& text) { return json::string(valid_utf8(text)); }
  template <class T>
  static json::value to_value(const std::optional<T>& value) {
    return value ? to_value(*value) : json::value(nullptr);
  }
  static json::value to_value(const PercentilePoint& point) {
    return json::array{point.percentile, point.ns};
  }
  template <class T>
  static json::value to_value(const std::vector<T>& list) {
    json::array array;
    array.reserve(list.size());
    for (const T& element : list) array.push_back(to_value(element));
    return array;
  }
  template <class T>
  static json::value to_value(const std::map<std::string, T>& map) {
    json::object entries;
    for (const auto& [key, value] : map) entries[valid_utf8(key)] = to_value(value);
    return entries;
  }
  template <class T>
  static json::value to_value(const std::vector<std::pair<std::string, T>>& map) {
    json::object entries;
    for (const auto& [key, value] : map) entries[valid_utf8(key)] = to_value(value);
    return entries;
  }
};

// A json::value to structs. Goes on after a problem, but keeps only the first.

class Reader {
 public:
  const std::string& problem() const { return problem_; }

  void read_root(const json::object& root, RunResult& result) { read_object(root, result); }

  template <class T>
  void operator()(std::string_view key, T& value) {
    const json::value* found = object_->if_contains(key);
    const std::size_t outer = path_.size();
    path_ += path_.empty() ? std::string(key) : fmt::format(".{}", key);
    read(found != nullptr ? *found : kNothing, value);
    path_.resize(outer);
  }
  /// Of a member that not all files of the schema have: it stays as it is.
  template <class T>
  void younger(std::string_view key, T& value) {
    if (object_->contains(key)) (*this)(key, value);
  }

 private:
  static inline const json::value kNothing{};

  void expected(std::string_view what, const json::value& found) {
    if (!problem_.empty()) return;
    const std::string seen = &found == &kNothing ? "nothing" : compact_json(found).substr(0, 40);
    problem_ = fmt::format("{}: expected {}, found {}", path_, what, seen);
  }

  template <class T>
  void read_object(const json::object& object, T& value) {
    const json::object* outer = std::exchange(object_, &object);
    members(*this, value);
    object_ = outer;
  }

  template <class T>
  void read(const json::value& found, T& value) {
    if constexpr (std::is_enum_v<T>) {
      read_enum(found, value);
    } else if constexpr (std::is_integral_v<T>) {
      read_integer(found, value);
    } else if (found.is_object()) {
      read_object(found.get_object(), value);
    } else {
      expected("an object", found);
    }
  }

  template <class Enum>
  void read_enum(const json::value& found, Enum& value) {
    std::string known;
    for (const auto& [each, name] : names_of(value)) {
      if (found.is_string() && found.get_string() == name) {
        value = each;
        return;
      }
      known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", name);
    }
    expected("one of " + known, found);
  }

  template <std::integral T>
  void read_integer(const json::value& found, T& value) {
    boost::system::error_code error;
    const T number = found.to_number<T>(error);
    if (error) return expected("a whole number", found);
    value = number;
  }

  void read(const json::value& found, bool& value) {
    if (!found.is_bool()) return expected("true or false", found);
    value = found.get_bool();
  }

  void read(const json::value& found, std::string& value) {
    if (!found.is_string()) return expected("a string", found);
    value = found.get_string();
  }

  void read(const json::value& found, double& value) {
    std::optional<double> number;
    read(found, number);
    value = number.value_or(std::numeric_limits<double>::quiet_NaN());
  }

  void read(const json::value& found, std::optional<double>& value) {
    if (found.is_number()) {
      value = found.to_number<double>();
    } else if (found.is_null() && &found != &kNothing) {
      value.reset();
    } else {
      expected("a number or null", found);
    }
  }

  template <class T>
  void read(const json::value& found, std::optional<T>& value) {
    if (found.is_null()) return value.reset();
    read(found, value.emplace());
  }

  void read(const json::value& found, PercentilePoint& point) {
    if (!found.is_array() || found.get_array().size() != 2) {
      return expected("[percentile, nanoseconds]", found);
    }
    read(found.get_array()[0], point.percentile);
    read(found.get_array()[1], point.ns);
  }

  template <class T>
  void read(const json::value& found, std::vector<T>& list) {
    if (!found.is_array()) return expected("an array", found);
    for (const json::value& element : found.get_array()) {
      path_ += fmt::format("[{}]", list.size());
      read(element, list.emplace_back());
      path_.resize(path_.rfind('['));
    }
  }

  template <class T>
  void read(const json::value& found, std::map<std::string, T>& map) {
    if (!found.is_object()) return expected("an object", found);
    for (const auto& [key, value] : found.get_object()) read_entry(key, value, map[key]);
  }

  template <class T>
  void read(const json::value& found, std::vector<std::pair<std::string, T>>& map) {
    if (!found.is_object()) return expected("an object", found);
    for (const auto& [key, value] : found.get_object()) {
      read_entry(key, value, map.emplace_back(std::string(key), T{}).second);
    }
  }

  template <class T>
  void read_entry(std::string_view key, const json::value& found, T& value) {
    const std::size_t outer = path_.size();
    path_ += fmt::format(".{}", key);
    read(found, value);
    path_.resize(outer);
  }

  const json::object* object_ = nullptr;  // whose members are being walked
  std::string path_;                      // where in the file, e.g. "ledger.sent"
  std::string problem_;
};

boost::system::result<json::value, ReportError> parse(std::string_view text,
                                                      std::string_view file) {
  json::stream_parser parser;
  boost::system::error_code error;
  const std::size_t consumed = parser.write_some(text.data(), text.size(), error);
  const std::string_view rest = text.substr(consumed);
  if (!error) parser.finish(error);
  if (!error && rest.find_first_not_of(" \t\r\n") != rest.npos) error = json::error::extra_data;
  if (error) {
    const auto line = 1 + std::count(text.begin(), text.begin() + consumed, '\n');
    return ReportError{
        fmt::format("{}:{}: expected a JSON object ({})", file, line, error.message())};
  }
  return parser.release();
}

}  // namespace

std::string write_run_json(const RunResult& result) {
  Writer writer;
  writer("schema", std::string(kRunSchema));
  members(writer, result);
  return pretty_json(writer.object);
}

boost::system::result<RunResult, ReportError> read_run_json(std::string_view text,
                                                            std::string_view file) {
  const auto root = parse(text, file);
  if (!root) return root.error();
  const json::object* object = root->if_object();
  const json::value* schema = object != nullptr ? object->if_contains("schema") : nullptr;
  if (schema == nullptr || !schema->is_string() || schema->get_string() != kRunSchema) {
    return ReportError{fmt::format("{}: expected \"schema\": \"{}\", found {}", file, kRunSchema,
                                   schema != nullptr ? compact_json(*schema) : "nothing")};
  }
  RunResult result;
  Reader reader;
  reader.read_root(*object, result);
  if (!reader.problem().empty()) {
    return ReportError{fmt::format("{}: {}", file, reader.problem())};
  }
  return result;
}

}  // namespace throng::report
