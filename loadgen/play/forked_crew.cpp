#include "loadgen/play/forked_crew.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "loadgen/measure/transfer.hpp"
#include "loadgen/play/crew_service.hpp"
#include "loadgen/play/crew_transfer.hpp"

namespace throng::play {
namespace {

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::system_category(), what);
}

/// Both ends: the coordinator's and the crew's.
std::array<int, 2> open_line() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw_errno("a generator process");
  }
  return ends;
}

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("a generator process was ended by signal {}", WTERMSIG(status));
  }
  return fmt::format("a generator process ended early, with status {}", WEXITSTATUS(status));
}

}  // namespace

ForkedCrew::ForkedCrew(boost::asio::io_context& io, const CrewPlan& plan, Mail mail)
    : io_(io),
      mail_(std::move(mail)),
      roster_(plan.context.graph.roster()),
      slices_(plan.slices.begin(), plan.slices.end()) {
  const auto [own_end, crew_end] = open_line();
  process_ = fork();
  if (process_ < 0) throw_errno("a generator process");
  if (process_ == 0) serve_crew(crew_end, plan);
  close(crew_end);
  channel_.emplace(
      io, own_end, [this](CrewMessage message, std::istream& body) { on_message(message, body); },
      [this] { on_closed(); });
  channel_->listen();
}

ForkedCrew::~ForkedCrew() {
  channel_.reset();
  if (process_ < 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

void ForkedCrew::await_ready() {
  run_until([this] { return ready_; });
}

void ForkedCrew::start(pacing::TimePoint run_start) {
  run_start_ = run_start;
  channel_->send(CrewMessage::kStart, [&](std::ostream& out) { save(out, run_start); });
}

void ForkedCrew::drain() { channel_->send(CrewMessage::kDrain); }

void ForkedCrew::finish() { channel_->send(CrewMessage::kFinish); }

Harvest ForkedCrew::harvest() {
  run_until([this] { return harvest_.has_value(); });
  waitpid(std::exchange(process_, -1), nullptr, 0);
  return std::move(*harvest_);
}

template <class Predicate>
void ForkedCrew::run_until(Predicate done) {
  while (!done() && !failure_) io_.run_one();
  if (failure_) std::rethrow_exception(failure_);
}

void ForkedCrew::on_message(CrewMessage message, std::istream& body) {
  switch (message) {
    case CrewMessage::kReady:
      ready_ = true;
      return;
    case CrewMessage::kSecond:
      return take_second(body);
    case CrewMessage::kStanding:
      return load(body, standing_);
    case CrewMessage::kHarvest:
      return take_harvest(body);
    case CrewMessage::kFailed:
      return fail(load_failure(body));
    default:
      return;
  }
}

void ForkedCrew::take_second(std::istream& body) {
  unsigned worker = 0;
  WorkerSecond second;
  load(body, worker, second);
  mail_.on_second(worker, std::move(second));
}

void ForkedCrew::take_harvest(std::istream& body) {
  Harvest harvest(run_start_);
  load(body, harvest);
  for (const Slice& slice : slices_) {
    ledgers_.push_back(
        std::make_unique<measure::LedgerShard>(roster_, slice.first_user, slice.users));
    measure::load(body, *ledgers_.back());
    harvest.ledgers.push_back(ledgers_.back().get());
  }
  harvest_.emplace(std::move(harvest));
}

// After the harvest the process may go.
void ForkedCrew::on_closed() {
  if (harvest_ || failure_) return;
  int status = 0;
  waitpid(std::exchange(process_, -1), &status, 0);
  fail(std::make_exception_ptr(std::runtime_error(describe_end(status))));
}

void ForkedCrew::fail(std::exception_ptr failure) {
  if (failure_) return;
  failure_ = failure;
  mail_.on_failed(std::move(failure));
}

}  // namespace throng::play
