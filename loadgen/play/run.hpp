#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/report/progress.hpp"
#include "loadgen/report/run_result.hpp"
#include "loadgen/scenario/plan.hpp"
#include "loadgen/scenario/script.hpp"
#include "loadgen/transport/target.hpp"

namespace throng::play {

/// The exit codes of `throng` that a run can end with.
enum class ExitCode : int {
  kPass = 0,
  kUsage = 2,  ///< wrong options, or a mistake in the script
  kThreshold = 3,
  kLedger = 4,
  kInvalid = 5,
  kUnreachable = 7,
  kInterrupted = 130,
};

/// Where a run stands. Ramp and play are by the clock; the others take as long as they take.
enum class Phase : std::uint8_t {
  kPreflight,
  kCrews,
  kSetup,
  kFloor,
  kRamp,
  kMeasured,
  kDrain,
  kFinish,
  kHandOver  ///< the report is written; who reads the metrics page is to get its last figures
};
/// E.g. "ramp".
std::string_view phase_name(Phase phase);

/// What is known of a run while it goes on, for those who watch.
struct Progress {
  Phase phase = Phase::kPreflight;
  std::string crews_at;  ///< kCrews: where they can join
  std::uint64_t crews_joined = 0;
  std::uint64_t crews_planned = 0;
  std::uint64_t chats_made = 0;  ///< kSetup
  std::uint64_t chats_planned = 0;
  std::uint64_t users_planned = 0;
  std::uint64_t first_user = 0;  ///< who of the target's users are played; 0: not decided yet
  /// Where the run can be watched; of a call of its own. Nothing: it isn't about that.
  std::optional<std::string> live_at;
  std::string live_note;     ///< why it isn't at the usual address; may be empty
  report::Progress figures;  ///< of the last second that is over, from kRamp on
};

/// The page that shows a run while it goes on.
struct LiveOptions {
  std::string address;  ///< "HOST:PORT" or "PORT" of 127.0.0.1; 0 chooses one; empty: none
  /// If the address can't be had, another port of it is as good, and so is no page at all.
  bool may_move = false;
};

/// Crews of other machines that a run is played by.
struct MusterOptions {
  unsigned crews = 0;                     ///< 0: none, this process and its children play
  std::string listen = "127.0.0.1:9410";  ///< "HOST:PORT" or "PORT" of 127.0.0.1; 0 chooses one
  std::string secret;                     ///< what their key is made of; see CrewKey
  pacing::Duration wait = std::chrono::seconds(60);  ///< for all of them to join
};

/// All that a run is told. Every field but the first four has a default that is right for most.
struct RunOptions {
  scenario::Source source;   ///< of scenario::read_source
  transport::Target target;  ///< of transport::parse_target
  std::string secret;        ///< the server's token secret; at least TokenKey::kMinSecretBytes
  /// The wall clock's time, which main() reads. It also tells a run from earlier ones with the
  /// same seed: users, chats and messages of different runs have different ids.
  std::chrono::system_clock::time_point started;

  // What the scenario declares, unless given here.
  std::optional<std::uint64_t> users;
  std::optional<pacing::Duration> duration;
  std::optional<pacing::Duration> ramp;
  /// Judged beside those of the scenario, e.g. "deliver.p99 < 500ms".
  std::vector<std::string> thresholds;

  std::uint64_t seed = 1;
  /// How long people play behind the ramp before the measured time begins. Nothing: it begins with
  /// the end of the ramp, and what measure::find_warm_up finds is left out of the totals.
  std::optional<pacing::Duration> warm_up;
  /// So many users share a connection; 1: each has one of his own.
  std::uint32_t sessions_per_connection = 1;
  unsigned processes = 1;  ///< generator processes, forked off this one if there are several
  unsigned threads = 0;    ///< in each process; 0: default_threads(), divided over the processes
  MusterOptions muster;
  /// run.json, series.csv and latency.hlog go here; made if it isn't there. Empty: none is written.
  std::filesystem::path out_dir;
  /// "HOST:PORT" or "PORT" (of 127.0.0.1) of the generator's own /metrics page; empty: none.
  std::string prometheus;
  /// How long at most the end waits for all who read that page to fetch its last figures.
  pacing::Duration prometheus_linger = std::chrono::seconds(30);
  /// From the ramp on. Its button does what the first signal does, so handle_signals is to be true.
  LiveOptions live;
  std::vector<std::string> args;  ///< as they stood behind `--`, for the report
  std::string version;            ///< the generator's own

  /// Measures what the generator itself adds, once all is ready for the ramp; gives nothing if it
  /// couldn't, or when `interrupted` told it to end. Empty: the result has no floor.
  std::function<std::optional<report::FloorFigures>(const std::function<bool()>& interrupted)>
      measure_floor;

  /// How long at most the end waits for what is on its way.
  pacing::Duration drain = std::chrono::seconds(15);
  pacing::Duration interrupted_drain = std::chrono::seconds(3);

  /// Called about once a second and at each change of phase, by the thread that called play().
  std::function<void(const Progress&)> on_progress;
  /// While play() runs, the first SIGINT or SIGTERM ends it gracefully and the second ends the
  /// process at once.
  bool handle_signals = true;
  /// Asked often; true ends the run as the first signal does. Empty: never.
  std::function<bool()> interrupted;
};

/// One thread for every two cores, at least one: a target on the same machine needs the rest.
unsigned default_threads();

struct RunOutcome {
  ExitCode code = ExitCode::kPass;
  std::string error;  ///< a sentence, if it ended before its time or a file couldn't be written
  /// Nothing if the run ended before the ramp began.
  std::optional<report::RunResult> result;
};

/// Plays the scenario against the target: checks that it fits and that the target answers, makes
/// the chats, ramps, measures, drains, judges, and writes what is to be written. Blocks.
/// Errors: all are in the outcome; a script error is kUsage with the script's file and line.
RunOutcome play(const RunOptions& options);

}  // namespace throng::play
