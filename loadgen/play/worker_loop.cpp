#include "loadgen/play/worker_loop.hpp"

#include <algorithm>
#include <utility>

namespace throng::play {
namespace {

/// Users who log in at once while the rest of the worker waits.
constexpr std::size_t kBroughtBackAtOnce = 64;
constexpr std::chrono::milliseconds kCountInterval{50};

}  // namespace

WorkerLoop::WorkerLoop(const RunContext& context, const Slice& slice, const pacing::Clock& clock,
                       const transport::WebSocketOptions& options, Mail mail)
    : clock_(clock),
      mail_(std::move(mail)),
      loop_(clock),
      worker_(
          context, slice, clock,
          [&](transport::TransportListener& listener) {
            transport::WebSocketOptions own = options;
            own.first_user = slice.first_user;
            return std::make_unique<transport::WebSocketTransport>(loop_, std::move(own), listener,
                                                                   slice.users);
          },
          mail_.on_second) {}

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
  worker_.count_unsettled();
  loop_.call_after(kCountInterval, [this] { count_unsettled(); });
}

}  // namespace throng::play
