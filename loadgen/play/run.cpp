#include "loadgen/play/run.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <thread>
#include <utility>

#include "loadgen/play/coordinator.hpp"
#include "loadgen/play/interruption.hpp"
#include "loadgen/play/muster.hpp"
#include "loadgen/play/prepare.hpp"
#include "loadgen/play/result.hpp"
#include "loadgen/play/target_watch.hpp"

namespace throng::play {
namespace {

constexpr unsigned kCoresPerThread = 2;
constexpr std::chrono::milliseconds kInterruptionInterval{50};

/// One call of play(): what its phases share.
class Run {
 public:
  explicit Run(const RunOptions& options) : options_(options) {
    if (options.handle_signals) interruption_.emplace();
  }

  RunOutcome play() {
    if (options_.muster.crews > 0) muster_.emplace(io_, options_.muster, options_.version);
    const Interrupted interrupted = [this] { return is_interrupted(); };
    const Prepared prepared = prepare(options_, interrupted, muster_ ? &*muster_ : nullptr);
    TargetWatch target(options_.target, prepared.endpoint);
    const RunOptions watched = watched_by(target);
    Coordinator coordinator(watched, prepared, io_, interrupted, [this] { stop(); });
    watch_for_interruption(coordinator);
    const Played played = coordinator.play();
    RunOutcome outcome;
    outcome.result = make_result(options_, prepared, played);
    outcome.result->target.measured = target.measured();
    outcome.code = static_cast<ExitCode>(outcome.result->exit_code);
    const measure::Tallies totals = played.recorded->totals(warm_up_of(options_, played).steps);
    outcome.error = coordinator.write_files(totals, *outcome.result).value_or("");
    if (outcome.error.empty()) {
      coordinator.dismiss_crews();
      coordinator.show_result(*outcome.result);
    }
    hand_over(coordinator, *outcome.result);
    return outcome;
  }

 private:
  RunOptions watched_by(TargetWatch& target) const {
    RunOptions options = options_;
    options.on_progress = [this, &target](const Progress& progress) {
      target.on_phase(progress.phase);
      if (options_.on_progress) options_.on_progress(progress);
    };
    return options;
  }

  /// Any thread.
  void stop() {
    if (interruption_) interruption_->request();
  }

  bool is_interrupted() const {
    return (interruption_ && interruption_->requested()) ||
           (options_.interrupted && options_.interrupted());
  }

  void watch_for_interruption(Coordinator& coordinator) {
    watch_timer_.expires_after(kInterruptionInterval);
    watch_timer_.async_wait([this, &coordinator](const boost::system::error_code&) {
      is_interrupted() ? coordinator.interrupt() : watch_for_interruption(coordinator);
    });
  }

  /// Lets those who read the metrics page fetch its last figures. Who ends a run by hand wants it
  /// to end.
  void hand_over(Coordinator& coordinator, const report::RunResult& result) const {
    if (options_.prometheus_linger <= pacing::Duration::zero()) return;
    coordinator.publish(result);
    const pacing::SteadyClock clock;
    const pacing::TimePoint until = clock.now() + options_.prometheus_linger;
    while (coordinator.awaits_readers() && clock.now() < until && !is_interrupted()) {
      std::this_thread::sleep_for(kInterruptionInterval);
    }
  }

  const RunOptions& options_;
  std::optional<Interruption> interruption_;
  boost::asio::io_context io_{1};
  boost::asio::steady_timer watch_timer_{io_};
  std::optional<Muster> muster_;
};

}  // namespace

std::string_view phase_name(Phase phase) {
  switch (phase) {
    case Phase::kPreflight:
      return "preflight";
    case Phase::kCrews:
      return "crews";
    case Phase::kSetup:
      return "setup";
    case Phase::kFloor:
      return "floor";
    case Phase::kRamp:
      return "ramp";
    case Phase::kMeasured:
      return "measured";
    case Phase::kDrain:
      return "drain";
    case Phase::kFinish:
      return "finish";
    case Phase::kHandOver:
      return "hand-over";
  }
  return "hand-over";
}

unsigned default_threads() {
  return std::max(1U, std::thread::hardware_concurrency() / kCoresPerThread);
}

RunOutcome play(const RunOptions& options) {
  try {
    return Run(options).play();
  } catch (const std::exception& error) {
    return {code_of(error), error.what(), std::nullopt};
  }
}

}  // namespace throng::play
