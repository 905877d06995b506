#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <thread>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/wake_up.hpp"
#include "loadgen/play/crew.hpp"
#include "loadgen/play/worker.hpp"
#include "loadgen/transport/event_loop.hpp"

namespace throng::play {

/// A worker on a thread and an event loop of its own, in real time and over real connections.
///
/// Owned by the coordinator's thread, which makes, starts and joins it; what it asks of the worker
/// meanwhile is mailed to the worker's thread. Once joined, the worker may be read from anywhere.
class WorkerLoop {
 public:
  /// Both are called on the worker's thread.
  struct Mail {
    Worker::OnSecond on_second;
    /// The worker has thrown, and its thread ends.
    std::function<void(std::exception_ptr)> on_failed;
  };

  /// Errors: ScriptError; boost::system::system_error when there is no descriptor left.
  WorkerLoop(const CrewPlan& plan, const Slice& slice, Mail mail);
  WorkerLoop(const WorkerLoop&) = delete;
  WorkerLoop& operator=(const WorkerLoop&) = delete;
  /// Stops and joins.
  ~WorkerLoop();

  /// Runs the worker on a new thread. Called once.
  void start(pacing::TimePoint run_start);
  /// Ends the scripts, brings all users back and keeps unsettled() up to date.
  void drain();
  /// Ends the worker, and the thread with it.
  void finish();
  /// Twice is harmless.
  void join();

  const Worker& worker() const { return worker_; }

 private:
  std::unique_ptr<transport::Transport> make_transport(const CrewPlan& plan, const Slice& slice,
                                                       transport::TransportListener& listener);
  void run(pacing::TimePoint run_start);
  void turn();
  void bring_back();
  void count_unsettled();

  // Constant after construction
  const pacing::Clock& clock_;
  const Mail mail_;

  // Owned by the worker's thread
  transport::EventLoop loop_;
  pacing::WakeUp wake_up_;
  pacing::Duration waited_{};  ///< before the current turn
  pacing::TimePoint turn_began_{};
  Worker worker_;
  bool ended_ = false;

  std::thread thread_;
};

}  // namespace throng::play
