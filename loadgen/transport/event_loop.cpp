#include "loadgen/transport/event_loop.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <utility>

namespace throng::transport {
namespace {

/// The kernel wakes a thread that waits for descriptors later than it asked for by up to this part
/// of the wait (select_estimate_accuracy in Linux' fs/select.c).
constexpr int kWaitsPerSlack = 1000;

int make_doorbell() {
  const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) throw boost::system::system_error(errno, boost::system::system_category(), "eventfd");
  return fd;
}

}  // namespace

EventLoop::EventLoop(const pacing::Clock& clock) : clock_(clock), doorbell_(make_doorbell()) {
  sockets_.add(doorbell_, kOwnToken, false);
}

EventLoop::~EventLoop() { close(doorbell_); }

void EventLoop::connect(OnReady on_ready, Task on_turn_end) {
  on_ready_ = std::move(on_ready);
  on_turn_end_ = std::move(on_turn_end);
}

void EventLoop::call_after(pacing::Duration delay, Task task) {
  timers_.emplace(clock_.now() + delay, std::move(task));
}

void EventLoop::wait(pacing::TimePoint now, pacing::TimePoint until) {
  if (!timers_.empty()) until = std::min(until, timers_.begin()->first);
  if (turn_end_wanted_) until = now;
  const pacing::Duration patience = std::max(until - now, pacing::Duration::zero());
  ready_ = sockets_.wait(patience - patience / kWaitsPerSlack);
}

void EventLoop::serve() {
  for (const Readiness::Event& event : std::exchange(ready_, {})) {
    if (event.token == kOwnToken) {
      run_posted();
    } else if (static_cast<std::uint32_t>(event.token) == kCallMark) {
      on_call_ready_(event);
    } else {
      on_ready_(event);
    }
  }
  if (!timers_.empty()) run_timers();
}

void EventLoop::end_turn() {
  if (std::exchange(turn_end_wanted_, false)) on_turn_end_();
}

void EventLoop::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
  }
  eventfd_write(doorbell_, 1);
}

void EventLoop::run_posted() {
  eventfd_t rung = 0;
  eventfd_read(doorbell_, &rung);
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  for (const Task& task : tasks) task();
}

void EventLoop::run_timers() {
  const pacing::TimePoint now = clock_.now();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const auto due = timers_.extract(timers_.begin());
    due.mapped()();
  }
}

}  // namespace throng::transport
