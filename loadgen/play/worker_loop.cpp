#include "loadgen/play/worker_loop.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace throng::play {
namespace {

/// Of the handlers that are ready, so many run before the wheels get their turn.
constexpr int kHandlersPerTurn = 8;
/// Users who log in at once while the rest of the worker waits.
constexpr std::size_t kBroughtBackAtOnce = 64;
constexpr std::chrono::milliseconds kCountInterval{50};

}  // namespace

WorkerLoop::WorkerLoop(const RunContext& context, const Slice& slice, const pacing::Clock& clock,
                       const transport::WebSocketOptions& options, Mail mail)
    : clock_(clock),
      mail_(std::move(mail)),
      worker_(
          context, slice, clock,
          [&](transport::TransportListener& listener) {
            transport::WebSocketOptions own = options;
            own.first_user = slice.first_user;
            return std::make_unique<transport::WebSocketTransport>(io_, std::move(own), listener,
                                                                   slice.users);
          },
          mail_.on_second) {}

WorkerLoop::~WorkerLoop() {
  boost::asio::post(io_, [this] { ended_ = true; });
  join();
}

void WorkerLoop::start(pacing::TimePoint run_start) {
  thread_ = std::thread([this, run_start] { run(run_start); });
}

void WorkerLoop::drain() {
  boost::asio::post(io_, [this] {
    worker_.stop_scripts();
    bring_back();
    count_unsettled();
  });
}

void WorkerLoop::finish() {
  boost::asio::post(io_, [this] {
    worker_.finish();
    ended_ = true;
  });
}

void WorkerLoop::join() {
  if (thread_.joinable()) thread_.join();
}

void WorkerLoop::run(pacing::TimePoint run_start) {
  try {
    turn_began_ = clock_.now();
    worker_.start(run_start);
    while (!ended_) turn();
  } catch (...) {
    mail_.on_failed(std::current_exception());
  }
}

void WorkerLoop::turn() {
  worker_.advance();
  const pacing::TimePoint due = worker_.next_due();
  const pacing::TimePoint done = clock_.now();
  worker_.note_turn(waited_, turn_began_, done);
  turn_began_ = done;
  if (const pacing::TimePoint wake = wake_up_.time_for(due, done); wake > done) {
    wake_at(wake);
    worker_.take_first_event();
    io_.run_one();  // sleeps, and serves what woke it
    turn_began_ = std::min(worker_.take_first_event().value_or(clock_.now()), due);
  }
  waited_ = turn_began_ - done;
  for (int i = 0; i < kHandlersPerTurn && !ended_; ++i) {
    if (io_.poll_one() == 0) break;
  }
}

void WorkerLoop::wake_at(pacing::TimePoint time) {
  if (wake_time_ <= time) return;
  wake_time_ = time;
  wake_timer_.expires_after(time - clock_.now());
  wake_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) wake_time_ = pacing::TimePoint::max();
  });
}

void WorkerLoop::bring_back() {
  if (worker_.bring_back(kBroughtBackAtOnce)) return;
  boost::asio::post(io_, [this] { bring_back(); });
}

void WorkerLoop::count_unsettled() {
  worker_.count_unsettled();
  count_timer_.expires_after(kCountInterval);
  count_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) count_unsettled();
  });
}

}  // namespace throng::play
