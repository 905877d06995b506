#include "loadgen/commands/search_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "loadgen/commands/probe_process.hpp"
#include "loadgen/commands/run_arguments.hpp"
#include "loadgen/play/interruption.hpp"
#include "loadgen/report/run_json.hpp"
#include "loadgen/report/text_file.hpp"
#include "loadgen/scenario/script.hpp"
#include "loadgen/search/controller.hpp"
#include "loadgen/search/metrics_text.hpp"
#include "loadgen/search/reading.hpp"
#include "loadgen/search/terminal.hpp"

namespace throng::commands {
namespace {

constexpr const char* kRecordName = "search.json";
constexpr const char* kUnfinishedName = "search.json.unfinished";
constexpr const char* kMetricsName = "search.prom";
constexpr int kInconclusive = 8;
constexpr double kShortestRampS = 0.2;
constexpr std::chrono::milliseconds kWaitInterval{20};

/// Why the search can't go on with a probe: its exit code and what it said.
struct Stopped {
  play::ExitCode code = play::ExitCode::kPass;
  std::string why;
};

class Session {
 public:
  Session(SearchWords words, std::chrono::system_clock::time_point now)
      : words_(restored(std::move(words), record_)),
        options_(to_search_options(words_, now)),
        plan_(scenario::load_plan(options_.run.source)),
        now_(now) {
    folder_ = options_.run.out_dir;
    words_.resume.empty() ? begin() : go_on();
  }

  int run() {
    std::optional<search::Probe> probe;
    while ((probe = search::next_probe(record_.plan, record_.outcomes()))) {
      if (!stopped_ && !interruption_.requested()) play(*probe);
      if (stopped_ || interruption_.requested()) break;
    }
    if (stopped_ && record_.probes.empty()) return give_up();
    const search::Finding finding = conclude();
    const std::string text = write(finding, !probe);
    std::cout << (words_.run.json ? text : search::terminal_text(record_, options_.axis, finding));
    if (probe && !words_.run.json) {
      std::cout << fmt::format("It isn't over: throng search --resume {}\n", folder_.string());
    }
    return stopped_ ? give_up() : exit_code(finding, probe.has_value());
  }

 private:
  int give_up() const {
    std::cerr << "throng: " << stopped_->why << '\n';
    return static_cast<int>(stopped_->code);
  }

  static SearchWords restored(SearchWords words, search::Record& record) {
    if (words.resume.empty()) return words;
    const auto path = std::filesystem::path(words.resume) / kRecordName;
    record = search::read_search_json(report::read_text_file(path), path.string());
    restore_options(record, words);
    return words;
  }

  void begin() {
    if (std::filesystem::exists(folder_ / kRecordName)) {
      throw std::runtime_error(fmt::format(
          "--out: {} holds a search already; go on with it by --resume, or choose another folder",
          folder_.string()));
    }
    std::filesystem::create_directories(folder_);
    record_.options = options_of(words_);
    record_.arguments = words_.run.script_args;
    record_.scenario_file = options_.run.source.path;
    record_.scenario_sha256 = options_.run.source.sha256;
    record_.plan = options_.plan;
    for (const auto& each : options_.conditions) record_.conditions.push_back(each.expr);
  }

  void go_on() {
    if (record_.scenario_sha256 == options_.run.source.sha256) return;
    throw std::runtime_error(
        fmt::format("--resume: {} isn't what it was when the search began", record_.scenario_file));
  }

  // One probe.

  double elapsed_s() const { return pacing::to_seconds(clock_.now() - began_); }

  void settle(double settle_s) const {
    const auto until = clock_.now() + pacing::from_seconds(settle_s);
    while (clock_.now() < until && !interruption_.requested()) {
      std::this_thread::sleep_for(kWaitInterval);
    }
  }

  std::string folder_of_next() const {
    return fmt::format("probe-{:03}", record_.probes.size() + 1);
  }

  /// People arrive as fast as the scenario says, whatever their number.
  pacing::Duration ramp_of(double users) const {
    const double ramp_s = pacing::to_seconds(plan_.ramp) * users / static_cast<double>(plan_.users);
    return pacing::from_seconds(std::max(ramp_s, kShortestRampS));
  }

  play::RunOptions run_of(const search::Probe& probe) const {
    play::RunOptions run = options_.run;
    if (options_.axis.is_users()) {
      run.users = static_cast<std::uint64_t>(std::llround(probe.load));
      if (!run.ramp) run.ramp = ramp_of(probe.load);
    } else {
      const std::string setting = options_.axis.setting(probe.load);
      run.source.args[options_.axis.argument()] = setting;
      run.args.push_back(options_.axis.argument() + "=" + setting);
    }
    run.warm_up = pacing::from_seconds(probe.warm_up_s);
    run.duration = pacing::from_seconds(probe.measured_s);
    run.thresholds = record_.conditions;
    run.out_dir = folder_ / folder_of_next();
    run.started = now_ + std::chrono::duration_cast<std::chrono::system_clock::duration>(
                             clock_.now() - began_);
    return run;
  }

  void play(const search::Probe& probe) {
    const double from_s = elapsed_s();
    settle(probe.settle_s);
    if (interruption_.requested()) return;
    const play::RunOptions run = run_of(probe);
    const int code = play_apart(run, [this] { return interruption_.requested(); });
    if (interruption_.requested()) return;
    take_in(probe, run, static_cast<play::ExitCode>(code), elapsed_s() - from_s);
  }

  void take_in(const search::Probe& probe, const play::RunOptions& run, play::ExitCode code,
               double cost_s) {
    const auto path = run.out_dir / "run.json";
    if (code == play::ExitCode::kUsage || code == play::ExitCode::kUnreachable ||
        code == play::ExitCode::kInterrupted || !std::filesystem::exists(path)) {
      stopped_ = Stopped{code == play::ExitCode::kPass ? play::ExitCode::kUsage : code,
                         last_line(run.out_dir / kProbeOutput)};
      return;
    }
    auto result = report::read_run_json(report::read_text_file(path), path.string());
    if (!result) throw std::runtime_error(result.error().message);
    record_.probes.push_back(played(probe, *result, cost_s));
    check_first();
    show(record_.probes.back());
    write(conclude(), false);
  }

  search::PlayedProbe played(const search::Probe& probe, const report::RunResult& result,
                             double cost_s) const {
    auto [valid, readings] = search::read_run(options_.conditions, result);
    search::PlayedProbe made;
    made.outcome = {probe, valid, std::move(readings), cost_s};
    made.folder = folder_of_next();
    made.reasons = result.validity.reasons;
    if (const auto* send = result.find_operation("send")) made.messages_per_s = send->rate_per_s;
    for (const auto& each : options_.conditions) {
      made.values.push_back(each.value(result));
      made.units.push_back(each.unit);
    }
    return made;
  }

  /// A search for what no probe says anything of would find nothing.
  void check_first() {
    if (record_.probes.size() != 1) return;
    const auto& readings = record_.probes.front().outcome.readings;
    for (std::size_t i = 0; i < readings.size(); ++i) {
      if (readings[i]) continue;
      stopped_ = Stopped{play::ExitCode::kUsage,
                         fmt::format("--slo: the first probe says nothing of {}: it never ran; see "
                                     "the scenario, or begin with more load (--from)",
                                     record_.conditions[i])};
    }
  }

  // What comes of it.

  search::Finding conclude() const { return search::conclude(record_.plan, record_.outcomes()); }

  void show(const search::PlayedProbe& probe) const {
    std::cerr << search::probe_line(probe, options_.axis, record_.probes.size()) << std::endl;
  }

  /// search.json appears whole or not at all; what Prometheus may read, once there is a result.
  std::string write(const search::Finding& finding, bool complete) const {
    std::string text = search::write_search_json(record_, options_.axis, finding, complete);
    report::write_text_file(folder_ / kUnfinishedName, text);
    std::filesystem::rename(folder_ / kUnfinishedName, folder_ / kRecordName);
    if (complete) {
      report::write_text_file(folder_ / kMetricsName, search::metrics_text(record_, finding));
    }
    return text;
  }

  static int exit_code(const search::Finding& finding, bool unfinished) {
    if (unfinished) return static_cast<int>(play::ExitCode::kInterrupted);
    switch (finding.verdict) {
      case search::Verdict::kFound:
        return static_cast<int>(play::ExitCode::kPass);
      case search::Verdict::kBreaks:
        return static_cast<int>(play::ExitCode::kThreshold);
      case search::Verdict::kLimited:
        return static_cast<int>(play::ExitCode::kInvalid);
      case search::Verdict::kUnsure:
      case search::Verdict::kHolds:
      case search::Verdict::kUnfinished:
        break;
    }
    return kInconclusive;
  }

  search::Record record_;
  SearchWords words_;
  SearchOptions options_;
  scenario::Plan plan_;
  const std::chrono::system_clock::time_point now_;
  const pacing::SteadyClock clock_;
  const pacing::TimePoint began_ = clock_.now();
  play::Interruption interruption_;
  std::filesystem::path folder_;
  std::optional<Stopped> stopped_;
};

}  // namespace

int search(SearchWords words, std::chrono::system_clock::time_point now) {
  return Session(std::move(words), now).run();
}

}  // namespace throng::commands
