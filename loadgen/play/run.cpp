#include "loadgen/play/run.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <thread>
#include <utility>

#include "loadgen/play/coordinator.hpp"
#include "loadgen/play/prepare.hpp"
#include "loadgen/play/result.hpp"

namespace throng::play {
namespace {

constexpr unsigned kCoresPerThread = 2;

/// One call of play(): what its phases share.
class Run {
 public:
  explicit Run(const RunOptions& options) : options_(options), signals_(io_) {
    if (options.handle_signals) watch_signals();
  }

  RunOutcome play() {
    const Prepared prepared =
        prepare(options_, [this](const Progress& progress) { return tell(progress); });
    Coordinator coordinator(options_, prepared, io_);
    coordinator_ = &coordinator;
    const Played played = coordinator.play();
    coordinator_ = nullptr;
    RunOutcome outcome;
    outcome.result = make_result(options_, prepared, played);
    outcome.code = static_cast<ExitCode>(outcome.result->exit_code);
    outcome.error = coordinator.write_files(*outcome.result).value_or("");
    return outcome;
  }

 private:
  /// The second signal finds nobody who waits for it, and ends the process as it always does.
  void watch_signals() {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      signals_.clear();
      interrupted_ = true;
      if (coordinator_ != nullptr) coordinator_->interrupt();
    });
  }

  /// False once interrupted.
  bool tell(const Progress& progress) {
    if (options_.on_progress) options_.on_progress(progress);
    io_.poll();
    io_.restart();
    return !interrupted_;
  }

  const RunOptions& options_;
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_;
  Coordinator* coordinator_ = nullptr;
  bool interrupted_ = false;
};

}  // namespace

std::string_view phase_name(Phase phase) {
  switch (phase) {
    case Phase::kPreflight:
      return "preflight";
    case Phase::kSetup:
      return "setup";
    case Phase::kRamp:
      return "ramp";
    case Phase::kMeasured:
      return "measured";
    case Phase::kDrain:
      return "drain";
    case Phase::kFinish:
      return "finish";
  }
  return "finish";
}

unsigned default_threads() {
  return std::max(1U, std::thread::hardware_concurrency() / kCoresPerThread);
}

RunOutcome play(const RunOptions& options) {
  try {
    return Run(options).play();
  } catch (const Refusal& refusal) {
    return {refusal.code(), refusal.what(), std::nullopt};
  } catch (const std::exception& error) {  // ScriptError, and what can't be had
    return {ExitCode::kUsage, error.what(), std::nullopt};
  }
}

}  // namespace throng::play
