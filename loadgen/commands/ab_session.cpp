#include "loadgen/commands/ab_session.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <utility>

#include "loadgen/commands/ab_record.hpp"
#include "loadgen/commands/command.hpp"
#include "loadgen/commands/probe_process.hpp"
#include "loadgen/commands/report_files.hpp"
#include "loadgen/commands/secret.hpp"
#include "loadgen/commands/server_process.hpp"
#include "loadgen/compare/comparison.hpp"
#include "loadgen/compare/comparison_json.hpp"
#include "loadgen/compare/looks.hpp"
#include "loadgen/compare/share_text.hpp"
#include "loadgen/pacing/clock.hpp"
#include "loadgen/play/interruption.hpp"
#include "loadgen/report/text_file.hpp"
#include "loadgen/transport/target.hpp"

namespace throng::commands {
namespace {

using compare::Sample;

constexpr const char* kRecordName = "ab.json";
constexpr const char* kServerEnded = "server-ended.txt";  // in the folder of a run: why it is none

/// Why it can't go on: its exit code and a sentence.
struct Stopped {
  int code = 0;
  std::string why;
};

struct Side {
  const char* name;
  const std::string& command;
  std::vector<Sample> runs;
};

class Session {
 public:
  Session(AbWords words, std::chrono::system_clock::time_point now)
      : words_(std::move(words)),
        plan_(to_plan(words_)),
        options_(to_options(words_.run, now)),
        limits_(limits_of(words_.output)),
        record_(ab_record(words_, plan_, options_, limits_)),
        now_(now),
        folder_(options_.out_dir) {
    words_.resume ? go_on() : begin();
    default_paths();
  }

  int run() {
    for (std::size_t wanted = plan_.pairs;; wanted = plan_.max_pairs) {
      while (base_.runs.size() < wanted) {
        if (!play_pair(base_.runs.size() + 1)) return give_up();
        if (candidate_.runs.back().target_spoiled) return conclude(judge(true));
      }
      const bool last = wanted == plan_.max_pairs;
      const compare::Comparison result = judge(last);
      if (last || result.refused() || result.verdict != compare::Verdict::kInconclusive) {
        return conclude(result);
      }
      std::cerr << fmt::format("{} Up to {} pairs are played.\n", compare::verdict_sentence(result),
                               plan_.max_pairs);
    }
  }

 private:
  void begin() {
    if (std::filesystem::exists(folder_ / kRecordName)) {
      throw std::runtime_error(
          fmt::format("--out: {} holds a comparison already; go on with it by --resume, or choose "
                      "another folder",
                      folder_.string()));
    }
    std::filesystem::create_directories(folder_);
    report::write_text_file(folder_ / kRecordName, record_);
  }

  void go_on() const {
    if (report::read_text_file(folder_ / kRecordName) == record_) return;
    throw std::runtime_error(
        fmt::format("--resume: {} was begun with other options, or another "
                    "scenario or executable, see its {}",
                    folder_.string(), kRecordName));
  }

  /// What nobody said where to put goes beside the runs.
  void default_paths() {
    const auto set = [&](std::string& path, const char* name) {
      if (path.empty()) path = (folder_ / name).string();
    };
    set(words_.output.html, "comparison.html");
    set(words_.output.markdown, "comparison.md");
    set(words_.output.junit, "junit.xml");
    set(words_.output.benchmark, "benchmark.json");
  }

  int give_up() const {
    if (interruption_.requested()) {
      std::cerr << fmt::format("throng: interrupted; go on by --resume --out {}\n",
                               folder_.string());
      return static_cast<int>(play::ExitCode::kInterrupted);
    }
    std::cerr << "throng: " << stopped_->why << '\n';
    return stopped_->code;
  }

  // One pair.

  std::array<Side*, 2> order_of(std::size_t number) {
    if (number % 2 == 1) return {&base_, &candidate_};
    return {&candidate_, &base_};
  }

  std::filesystem::path folder_of(const Side& side, std::size_t number) const {
    return folder_ / fmt::format("pair-{:02}", number) / side.name;
  }

  bool play_pair(std::size_t number) {
    for (;;) {
      std::array<std::optional<Sample>, 2> made;
      const auto order = order_of(number);
      for (std::size_t i = 0; i < order.size(); ++i) {
        made[i] = played(*order[i], number);
        if (!made[i]) return false;
      }
      if (const Sample* spoiled = spoiled_of(order, made)) {
        if (!try_again(number, *spoiled)) return false;
        continue;
      }
      for (std::size_t i = 0; i < order.size(); ++i) order[i]->runs.push_back(std::move(*made[i]));
      show(number);
      return true;
    }
  }

  /// A run that is none, and that isn't the candidate's fault. nullptr if there is none.
  const Sample* spoiled_of(const std::array<Side*, 2>& order,
                           const std::array<std::optional<Sample>, 2>& made) const {
    for (std::size_t i = 0; i < order.size(); ++i) {
      const bool at_fault = order[i] == &candidate_ && made[i]->target_spoiled;
      if (!made[i]->problem.empty() && !at_fault) return &*made[i];
    }
    return nullptr;
  }

  bool try_again(std::size_t number, const Sample& spoiled) {
    const std::string problem = fmt::format("{}: {}", spoiled.path, spoiled.problem);
    if (retried_++ == plan_.retries) {
      stopped_ = Stopped{
          static_cast<int>(play::ExitCode::kInvalid),
          fmt::format("--retries allows {} pairs to be played again, and one more had to be: {}",
                      plan_.retries, problem)};
      return false;
    }
    std::cerr << fmt::format("pair {:>3}   again: {}\n", number, problem);
    for (const Side* side : order_of(number)) {
      std::filesystem::remove_all(folder_of(*side, number));
    }
    return true;
  }

  /// Nothing: it was stopped.
  std::optional<Sample> played(const Side& side, std::size_t number) {
    const auto folder = folder_of(side, number);
    if (!std::filesystem::exists(folder / "run.json")) play(side, number);
    if (stopped_ || interruption_.requested()) return std::nullopt;
    Sample sample = compare::sample_of(read_run(folder), folder.string());
    if (std::filesystem::exists(folder / kServerEnded)) {
      sample.problem = report::read_text_file(folder / kServerEnded);
      sample.target_spoiled = true;
    }
    return sample;
  }

  void play(const Side& side, std::size_t number) {
    const auto interrupted = [this] { return interruption_.requested(); };
    const auto folder = folder_of(side, number);
    std::filesystem::create_directories(folder);
    ServerProcess server(side.command, folder, secret_);
    server.wait_until_ready(interrupted);
    if (interrupted()) return;
    const int code = play_apart(run_of(number, server.url(), folder),
                                [&] { return interrupted() || server.ended(); });
    if (interrupted()) return discard(folder);
    if (server.ended()) return blame(side, folder);
    if (std::filesystem::exists(folder / "run.json")) return;
    // Without results even an exit code of 0 is no good end.
    stopped_ = Stopped{code == 0 ? static_cast<int>(play::ExitCode::kUsage) : code,
                       fmt::format("{}: {}", folder.string(), last_line(folder / kProbeOutput))};
  }

  /// A base that ends by itself is none, a candidate that does is worse.
  void blame(const Side& side, const std::filesystem::path& folder) {
    const std::string why =
        fmt::format("its server ended by itself: {}", last_line(folder / "server.txt"));
    if (&side == &candidate_ && std::filesystem::exists(folder / "run.json")) {
      report::write_text_file(folder / kServerEnded, why);
      return;
    }
    discard(folder);
    stopped_ =
        Stopped{&side == &candidate_ ? kRegression : static_cast<int>(play::ExitCode::kUsage),
                fmt::format("{}: {}", folder.string(), why)};
  }

  // A run that was ended by hand isn't one to go on with.
  static void discard(const std::filesystem::path& folder) {
    std::filesystem::remove(folder / "run.json");
  }

  play::RunOptions run_of(std::size_t number, const std::string& url,
                          const std::filesystem::path& folder) const {
    play::RunOptions run = options_;
    run.target = *transport::parse_target(url);
    run.secret = secret_;
    run.seed = options_.seed + number - 1;
    run.out_dir = folder;
    run.started = now_ + std::chrono::duration_cast<std::chrono::system_clock::duration>(
                             clock_.now() - began_);
    return run;
  }

  void show(std::size_t number) const {
    const Sample& base = base_.runs.back();
    const Sample& candidate = candidate_.runs.back();
    if (candidate.target_spoiled) {
      std::cerr << fmt::format("pair {:>3}   the candidate: {}\n", number, candidate.problem);
      return;
    }
    std::string line = fmt::format("pair {:>3}   worse by", number);
    for (std::size_t i = 0; i < compare::kMetrics.size(); ++i) {
      if (!base.values[i] || !candidate.values[i]) continue;
      const compare::Metric& metric = compare::kMetrics[i];
      const double loss = compare::share_of_loss(
          metric, compare::loss(metric, *base.values[i], *candidate.values[i]));
      line += fmt::format("  {} {}", metric.name, compare::signed_share_text(loss));
    }
    std::cerr << line << std::endl;
  }

  // What comes of it.

  compare::Comparison judge(bool last) const {
    const bool several = plan_.max_pairs > plan_.pairs;
    return compare::compare(base_.runs, candidate_.runs,
                            compare::rules_of_look(limits_, several, last));
  }

  int conclude(const compare::Comparison& result) const {
    report::write_text_file(folder_ / "comparison.json", compare::comparison_json(result));
    return show_comparison(result, words_.output, words_.run.json, options_.source.path);
  }

  AbWords words_;
  const AbPlan plan_;
  const play::RunOptions options_;
  const compare::Limits limits_;
  const std::string record_;  // what all pairs must be played with
  const std::chrono::system_clock::time_point now_;
  const std::filesystem::path folder_;
  const std::string secret_ = given_or_random_secret();
  const pacing::SteadyClock clock_;
  const pacing::TimePoint began_ = clock_.now();
  play::Interruption interruption_;
  Side base_{"base", words_.base, {}};
  Side candidate_{"candidate", words_.candidate, {}};
  std::size_t retried_ = 0;
  std::optional<Stopped> stopped_;
};

}  // namespace

int play_ab(AbWords words, std::chrono::system_clock::time_point now) {
  return Session(std::move(words), now).run();
}

}  // namespace throng::commands
