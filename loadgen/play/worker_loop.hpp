#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/wait_traits.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <thread>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/wake_up.hpp"
#include "loadgen/play/worker.hpp"
#include "loadgen/transport/websocket_transport.hpp"

namespace throng::play {

/// A worker on a thread and an io_context of its own, in real time and over real connections.
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
  WorkerLoop(const RunContext& context, const Slice& slice, const pacing::Clock& clock,
             const transport::WebSocketOptions& options, Mail mail);
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
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>,
                                        boost::asio::io_context::executor_type>;

  void run(pacing::TimePoint run_start);
  void turn();
  void wake_at(pacing::TimePoint time);
  void bring_back();
  void count_unsettled();

  // Constant after construction
  const pacing::Clock& clock_;
  const Mail mail_;

  // Owned by the worker's thread
  boost::asio::io_context io_{1};
  Timer wake_timer_{io_};
  Timer count_timer_{io_};
  pacing::TimePoint wake_time_ = pacing::TimePoint::max();  ///< of wake_timer_
  pacing::WakeUp wake_up_;
  pacing::Duration waited_{};  ///< before the current turn
  pacing::TimePoint turn_began_{};
  Worker worker_;
  bool ended_ = false;

  std::thread thread_;
};

}  // namespace throng::play
