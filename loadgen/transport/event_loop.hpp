#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/transport/readiness.hpp"

namespace throng::transport {

/// What drives a worker's thread: its sockets, a few timers, and what other threads want of it.
/// Asio would watch the set of sockets as a single descriptor from a set of its own, which costs
/// two system calls and two operations more for each turn of the loop.
///
/// Whose thread it is calls wait(), serve() and end_turn(), over and over, with what else it has to
/// do between them. Owned by that thread, but for post().
class EventLoop {
 public:
  using Task = std::function<void()>;
  using OnReady = std::function<void(const Readiness::Event&)>;

  /// No socket may have it as its token.
  static constexpr std::uint64_t kOwnToken = UINT64_MAX;

  /// Errors: boost::system::system_error if the process has no descriptors for it.
  explicit EventLoop(const pacing::Clock& clock);
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop();

  /// A socket whose token has this in its low half is one of connect_calls().
  static constexpr std::uint32_t kCallMark = 0xfffffffe;

  /// Who hears of the sockets, and at the end of a turn that asked for it. Called once, first.
  void connect(OnReady on_ready, Task on_turn_end);

  /// Who hears of the sockets that have kCallMark.
  void connect_calls(OnReady on_call_ready) { on_call_ready_ = std::move(on_call_ready); }

  Readiness& sockets() { return sockets_; }
  /// Has on_turn_end called when this turn ends.
  void want_turn_end() { turn_end_wanted_ = true; }
  /// Calls `task` in the turn in which `delay` is over.
  void call_after(pacing::Duration delay, Task task);

  /// Sleeps from `now` until there is something to serve, but not past `until`.
  void wait(pacing::TimePoint now, pacing::TimePoint until);
  /// Does what wait() found.
  void serve();
  /// What is asked for meanwhile is done when the next turn ends, which is then at once.
  void end_turn();

  // ---- Any thread ----

  /// Has `task` called in the loop's next turn.
  void post(Task task);

 private:
  void run_posted();
  void run_timers();

  // Constant after construction and connect()
  const pacing::Clock& clock_;
  const int doorbell_;  ///< an eventfd
  OnReady on_ready_;
  OnReady on_call_ready_;
  Task on_turn_end_;

  // Owned by the loop's thread
  Readiness sockets_;
  std::span<const Readiness::Event> ready_;
  std::multimap<pacing::TimePoint, Task> timers_;
  bool turn_end_wanted_ = false;

  // Any thread
  std::mutex mutex_;
  std::vector<Task> posted_;
};

}  // namespace throng::transport
