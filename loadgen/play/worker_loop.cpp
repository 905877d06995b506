#include "loadgen/play/worker_loop.hpp"

#include <algorithm>
#include <utility>

#include "loadgen/transport/http_calls.hpp"
#include "loadgen/transport/shared_connections.hpp"
#include "loadgen/transport/websocket_transport.hpp"

namespace throng::play {
namespace {

/// Users who log in at once while the rest of the worker waits.
constexpr std::size_t kBroughtBackAtOnce = 64;
constexpr std::chrono::milliseconds kCountInterval{50};
/// What may wait on a connection is what may wait for each who shares it, up to so many times.
constexpr std::uint32_t kMostShares = 64;

}  // namespace

WorkerLoop::WorkerLoop(const CrewPlan& plan, const Slice& slice, Mail mail)
    : clock_(plan.clock),
      mail_(std::move(mail)),
      loop_(clock_),
      worker_(
          plan.context, slice, clock_,
          [&](transport::TransportListener& listener) {
            return make_transport(plan, slice, listener);
          },
          mail_.on_second,
          [&] {
            return std::make_unique<transport::HttpCalls>(loop_, plan.web.target,
                                                          plan.web.endpoint);
          }) {}

std::unique_ptr<transport::Transport> WorkerLoop::make_transport(
    const CrewPlan& plan, const Slice& slice, transport::TransportListener& listener) {
  const auto connections = [&](transport::TransportListener& own_listener, std::size_t links) {
    transport::WebSocketOptions own = plan.web;
    own.first_user = slice.first_user;
    own.max_unsent_bytes *= std::min(plan.sessions_per_connection, kMostShares);
    return std::make_unique<transport::WebSocketTransport>(loop_, std::move(own), own_listener,
                                                           links);
  };
  const std::uint32_t each = plan.sessions_per_connection;
  if (each == 1) return connections(listener, slice.users);
  using transport::SharedConnections;
  return std::make_unique<SharedConnections>(
      slice.users, each, listener,
      [&](transport::TransportListener& below) {
        return connections(below, SharedConnections::connections_for(slice.users, each));
      },
      [this](std::function<void()> task) {
        loop_.call_after(pacing::Duration::zero(), std::move(task));
      });
}

WorkerLoop::~WorkerLoop() {
  loop_.post([this] { ended_ = true; });
  join();
}

void WorkerLoop::start(pacing::TimePoint run_start) {
  thread_ = std::thread([this, run_start] { run(run_start); });
}

void WorkerLoop::drain() {
  loop_.post([this] {
    worker_.stop_scripts();
    bring_back();
    count_unsettled();
  });
}

void WorkerLoop::finish() {
  loop_.post([this] {
    worker_.finish();
    ended_ = true;
  });
}

void WorkerLoop::join() {
  if (thread_.joinable()) thread_.join();
}

void WorkerLoop::run(pacing::TimePoint run_start) {
  try {
    pacing::sleep_precisely();
    turn_began_ = clock_.now();
    worker_.start(run_start);
    while (!ended_) turn();
  } catch (...) {
    mail_.on_failed(std::current_exception());
  }
}

void WorkerLoop::turn() {
  worker_.advance();
  loop_.end_turn();
  const pacing::TimePoint due = worker_.next_due();
  const pacing::TimePoint done = clock_.now();
  worker_.note_turn(waited_, turn_began_, done);
  const pacing::TimePoint wake = wake_up_.time_for(due, done);
  loop_.wait(done, wake);
  turn_began_ = wake > done ? std::min(clock_.now(), due) : done;
  waited_ = turn_began_ - done;
  loop_.serve();
}

void WorkerLoop::bring_back() {
  if (worker_.bring_back(kBroughtBackAtOnce)) return;
  loop_.post([this] { bring_back(); });
}

void WorkerLoop::count_unsettled() {
  worker_.bring_together();
  worker_.count_unsettled();
  loop_.call_after(kCountInterval, [this] { count_unsettled(); });
}

}  // namespace throng::play
