#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loadgen/report/aggregate_info.hpp"

namespace throng::report {

/// The scenario that was played: enough of it to play it again.
struct ScenarioInfo {
  std::string name;               ///< e.g. "one_to_one"
  std::string file;               ///< as given on the command line
  std::string sha256;             ///< of the file's bytes, 64 hexadecimal digits
  std::uint64_t seed = 0;         ///< of every random draw
  std::vector<std::string> args;  ///< what stood behind `--`
  std::string text;               ///< the file itself; its first line says what it shows
};

/// What the target did for its sessions, as its own /metrics page counts it.
struct TargetOperations {
  double messages = 0;    ///< made durable
  double deliveries = 0;  ///< of messages, live
  double receipts = 0;    ///< delivered and read, as they came from those who received
  double heartbeats = 0;  ///< signs of life
  double logins = 0;      ///< sessions begun

  friend bool operator==(const TargetOperations&, const TargetOperations&) = default;
};

/// What the target's own /metrics page says of the run, from the beginning of the measured time
/// (ramp, warm-up and what steadying left out excepted) to the end. Its other users are in it.
/// nullopt: the page doesn't say.
struct TargetMeasured {
  std::optional<double> messages;     ///< accepted and durable
  std::optional<double> connections;  ///< of sessions, when the measured time began
  std::optional<double> cpu_s;
  std::optional<double> received_bytes;  ///< from sessions
  std::optional<double> sent_bytes;      ///< to sessions
  std::optional<double> body_bytes;      ///< of the messages' texts, as they came
  std::optional<double> table_bytes;     ///< growth of the tables on disk, from before the ramp on
  std::optional<double> table_messages;  ///< that these hold more, about
  std::optional<double> log_bytes;       ///< growth of the write-ahead log, from before the ramp on
  std::optional<double> resident_bytes;  ///< growth of memory from before the ramp to its end
  std::optional<double> cpu_s_per_message;
  std::optional<double> wire_bytes_per_message;  ///< received and sent
  std::optional<double> body_bytes_per_message;
  std::optional<double> disk_bytes_per_message;  ///< of tables; nullopt while all is in the log
  std::optional<double> memory_bytes_per_connection;
  // May be missing in run.json
  std::optional<TargetOperations> operations{};
  std::optional<TargetOperations> operations_and_ramp{};  ///< from before the ramp on, as bytes are
};

/// What was put under load.
struct TargetInfo {
  std::string url;
  std::string version;  ///< as the target names itself; empty if it doesn't
  /// nullopt: it has no such page; may be missing in run.json
  std::optional<TargetMeasured> measured{};
};

/// Where the generator ran.
struct MachineInfo {
  std::string cpu;
  std::uint32_t cores = 0;
  std::uint64_t memory_bytes = 0;
  std::string kernel;
};

/// kReal: sockets and wall time (`run`). kVirtual: modelled (`simulate`).
enum class Clock { kReal, kVirtual };

struct RunTime {
  std::string started;    ///< ISO 8601 in UTC, e.g. "2026-01-31T12:00:00Z"
  double warmup_s = 0;    ///< not in any figure but the series
  double measured_s = 0;  ///< what all figures are about
  bool steady = true;     ///< false: the latency never settled, so no warm-up could be told apart
};

/// A crew that joined the run, usually on another machine.
struct CrewInfo {
  std::string name;
  std::uint64_t users = 0;
  std::uint32_t threads = 0;
  std::uint32_t cores = 0;  ///< of its machine
  double cpu_s = 0;
  std::uint64_t rss_bytes = 0;
  std::int64_t clock_offset_ns = 0;  ///< by which the coordinator's clock was ahead of its own
  std::int64_t clock_error_ns = 0;   ///< the most by which its reading of that clock was off
};

struct GeneratorInfo {
  std::string version;
  std::uint32_t threads = 0;
  std::uint32_t processes = 0;
  std::uint32_t sessions_per_connection = 1;  ///< above 1: people shared connections
  double cpu_s = 0;                           ///< user and system, of all processes
  std::uint64_t rss_bytes = 0;
  std::vector<CrewInfo> crews;  ///< none: all was played on one machine
};

struct UserFigures {
  std::uint64_t planned = 0;
  std::uint64_t connected_peak = 0;
  std::uint64_t logins = 0;
};

/// One distribution of durations at the percentiles that people quote. All zero if nothing ran.
struct LatencySummary {
  std::int64_t mean = 0;
  std::int64_t p50 = 0;
  std::int64_t p90 = 0;
  std::int64_t p99 = 0;
  std::int64_t p999 = 0;
  std::int64_t p9999 = 0;
  std::int64_t max = 0;
};

/// "`percentile` per cent of all took at most `ns`." In run.json: [99.9, 1234567].
struct PercentilePoint {
  double percentile = 0;
  std::int64_t ns = 0;
};
/// Rising in both; see percentile_curve.hpp for where the points lie.
using PercentileCurve = std::vector<PercentilePoint>;

/// What came of one operation in the measured time.
struct OperationFigures {
  std::uint64_t count = 0;                      ///< finished without an error
  double rate_per_s = 0;                        ///< count over the measured time
  std::map<std::string, std::uint64_t> errors;  ///< finished with an error, by kind
  std::uint64_t dropped = 0;                    ///< due, but never started: no user was free
  std::uint64_t unresolved = 0;                 ///< started, never finished: censored
  LatencySummary latency_ns;                    ///< from the due time: what a user feels
  LatencySummary service_ns;                    ///< from the actual start
  PercentileCurve latency_curve;
  PercentileCurve service_curve;  ///< empty for what is only received, e.g. deliver

  std::uint64_t error_count() const {
    std::uint64_t total = 0;
    for (const auto& [kind, count_of_kind] : errors) total += count_of_kind;
    return total;
  }
  /// False if nothing of it ever came due: then its figures say nothing.
  bool ran() const { return count + error_count() + dropped + unresolved > 0; }
};

/// The account of every message, end to end. A delivery is one message at one member.
struct LedgerFigures {
  std::uint64_t sent = 0;       ///< messages
  std::uint64_t acked = 0;      ///< messages that the target promised to keep
  std::uint64_t expected = 0;   ///< deliveries that the acknowledged messages are due
  std::uint64_t delivered = 0;  ///< deliveries of those that came
  // Each of these breaks a promise when it isn't zero.
  std::uint64_t lost = 0;               ///< deliveries of acknowledged messages that never came
  std::uint64_t duplicated = 0;         ///< deliveries that came again
  std::uint64_t reordered = 0;          ///< deliveries behind a later one of the same chat
  std::uint64_t misdelivered = 0;       ///< deliveries to somebody who isn't a member
  std::uint64_t corrupted = 0;          ///< deliveries whose bytes aren't what was sent
  std::uint64_t phantom = 0;            ///< deliveries of what nobody sent
  std::uint64_t cursor_violations = 0;  ///< receipts that moved back or ran ahead
  // These don't: they say how far the account reaches.
  std::uint64_t trimmed = 0;          ///< deliveries that the target removed before devices came;
                                      ///< may be missing in run.json
  std::uint64_t late = 0;             ///< deliveries that came, but past the bound
  std::uint64_t unresolved = 0;       ///< messages whose acknowledgement never came
  std::vector<std::string> examples;  ///< a line for each of the first violations
  /// false: messages weren't followed one by one, so nothing of this is known or in run.json,
  /// where it may be missing.
  bool kept = true;
};

/// What kept a run from being valid. kTarget: people weren't connected, waited for answers or
/// weren't caught up, and nothing says that the generator was busy. kUnsteadyLoad: only Little's
/// law is missed. kGenerator: all else, its machine and network included.
enum class Limit { kGenerator, kTarget, kUnsteadyLoad };

/// Whether the generator was good enough for its own figures to be believed.
struct ValidityFigures {
  struct Pause {
    std::int64_t p99 = 0;
    std::int64_t max = 0;
  };
  /// Of the network namespace, so of all programs in it.
  struct Network {
    std::uint64_t sent = 0;           ///< TCP segments
    std::uint64_t retransmitted = 0;  ///< TCP segments sent again because they were lost
    std::uint64_t listen_drops = 0;   ///< connections that a listener's full queue turned away
    std::uint64_t queue_drops = 0;    ///< segments that found a socket's queue full
  };
  bool valid = true;
  std::vector<std::string> reasons;  ///< why not; empty if valid
  std::optional<Limit> limited_by;   ///< nullopt if valid; may be missing in run.json
  Pause late_release_ns;             ///< how long after its due time work was started
  // nullopt where it could not be measured, e.g. CPU in virtual time.
  std::optional<double> generator_cpu_ratio;  ///< of the cores the generator may use, 0 to 1
  std::optional<double> achieved_rate_ratio;  ///< rate reached over rate planned
  std::optional<double> little_residual;      ///< |L - λW| / L: how far Little's law is missed
  Pause loop_turn_ns;   ///< a worker's, by moments: what came meanwhile had to wait
  Pause gc_pause_ns;    ///< a step of collecting the scripts' garbage
  double gc_ratio = 0;  ///< of the workers' time, collecting
  /// Of the measured time, in which the thread that waited most was ready to run and had no core.
  std::optional<double> core_wait_ratio;
  std::optional<double> steal_ratio;   ///< of the time of all cores, by the hypervisor
  std::optional<double> clock_step_s;  ///< how far the wall clock was set
  std::optional<double> suspended_s;   ///< how long the machine was
  Network network;
  std::uint64_t out_of_resources = 0;  ///< connections for which there was no port or descriptor
  /// By how much a latency from one crew's machine to another's may be wrong; 0 on one machine.
  std::int64_t clock_uncertainty_ns = 0;
};

/// What the generator itself adds to latencies on this machine: those of a second's messages to a
/// peer that only answers. Part of every send and deliver of the run.
struct FloorFigures {
  struct Latency {
    std::int64_t mean = 0;
    std::int64_t p50 = 0;
    std::int64_t p99 = 0;
    std::int64_t max = 0;
  };
  double rate_per_s = 0;  ///< messages, as reached
  Latency send_ns;
  Latency deliver_ns;
};

/// Of a run in virtual time: what its world was made of, and what that had to do.
struct SimulationInfo {
  std::string fidelity;  ///< "exact": every person is a coroutine of the scenario; or "aggregate"
  std::string world;     ///< its name
  std::string costs;     ///< where the profile of CPU times comes from
  std::uint32_t nodes = 1;
  std::uint32_t cores = 0;          ///< of all nodes
  std::vector<std::string> faults;  ///< e.g. "node dies at 8.000 s for 3.000 s"
  double virtual_s = 0;             ///< ramp and drain included
  double real_s = 0;
  double virtual_per_real = 0;
  std::uint64_t events = 0;
  std::string trace_hash;                    ///< of all events: the same for the same seed
  double core_busy_ratio = 0;                ///< of all cores' time in the measured phase
  double core_wait_mean_ns = 0;              ///< of each piece of work for its core
  std::uint64_t core_queue_max = 0;          ///< pieces of work before one core
  double disk_busy_ratio = 0;                ///< of all disks' time in the measured phase
  double records_per_commit = 0;             ///< of messages, cursors and all else that was kept
  std::optional<AggregateInfo> aggregate{};  ///< nullopt: exact; may be missing in run.json
};

/// What came of one threshold; see threshold.hpp.
struct ThresholdResult {
  std::string expr;             ///< as given, e.g. "deliver.p99 < 500ms"
  std::optional<double> value;  ///< as measured, in `unit`; nullopt if nothing was
  std::string unit;             ///< "ns", "1/s", "ratio" or "" for a count
  bool pass = false;
  std::string note;  ///< why there is no value; else empty
};

/// pass; fail: a threshold was missed; incorrect: the ledger is violated; invalid: don't believe
/// it.
enum class Verdict { kPass, kFail, kIncorrect, kInvalid };

/// Everything that is known of one finished run, as it stands in run.json. Every report is made
/// of this and of the per-second series, and of nothing else. A plain value, owned by whoever
/// holds it.
struct RunResult {
  ScenarioInfo scenario;
  TargetInfo target;
  MachineInfo machine;
  Clock clock = Clock::kReal;
  RunTime time;
  GeneratorInfo generator;
  UserFigures users;
  /// By name, in the order in which reports show them: connect, login, send, …
  std::vector<std::pair<std::string, OperationFigures>> operations;
  LedgerFigures ledger;
  ValidityFigures validity;
  std::optional<FloorFigures> floor;  ///< nullopt: it wasn't measured; may be missing in run.json
  std::optional<SimulationInfo>
      simulation{};  ///< nullopt: in real time; may be missing in run.json
  std::vector<ThresholdResult> thresholds;
  Verdict verdict = Verdict::kPass;
  int exit_code = 0;
  bool interrupted = false;  ///< ended by hand before its time

  /// nullptr if there is none of that name.
  const OperationFigures* find_operation(std::string_view name) const {
    for (const auto& [each, figures] : operations) {
      if (each == name) return &figures;
    }
    return nullptr;
  }
};

}  // namespace throng::report
