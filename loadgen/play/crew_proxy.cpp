#include "loadgen/play/crew_proxy.hpp"

#include <stdexcept>
#include <utility>

#include "loadgen/measure/transfer.hpp"
#include "loadgen/play/crew_transfer.hpp"
#include "loadgen/play/preflight.hpp"

namespace throng::play {

CrewProxy::CrewProxy(boost::asio::io_context& io, const CrewPlan& plan, Mail mail)
    : io_(io),
      mail_(std::move(mail)),
      roster_(plan.context.graph.roster()),
      slices_(plan.slices.begin(), plan.slices.end()) {}

void CrewProxy::attach(std::shared_ptr<CrewChannel> channel) {
  channel_ = std::move(channel);
  channel_->listen([this](CrewMessage message, std::istream& body) { on_message(message, body); },
                   [this](std::string_view why) { on_closed(why); });
}

std::uint64_t CrewProxy::users() const {
  std::uint64_t all = 0;
  for (const Slice& slice : slices_) all += slice.users;
  return all;
}

void CrewProxy::await_ready(const Interrupted& interrupted) {
  run_until([&] {
    refuse_if(interrupted);
    return ready_;
  });
}

void CrewProxy::start(pacing::TimePoint run_start) {
  run_start_ = run_start;
  channel_->send(CrewMessage::kStart, [&](std::ostream& out) { save(out, run_start); });
}

void CrewProxy::drain() { channel_->send(CrewMessage::kDrain); }

void CrewProxy::finish() { channel_->send(CrewMessage::kFinish); }

Harvest CrewProxy::harvest() {
  run_until([this] { return harvest_.has_value(); });
  return std::move(*harvest_);
}

void CrewProxy::on_message(CrewMessage message, std::istream& body) {
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

void CrewProxy::take_second(std::istream& body) {
  unsigned worker = 0;
  WorkerSecond second;
  load(body, worker, second);
  mail_.on_second(worker, std::move(second));
}

void CrewProxy::take_harvest(std::istream& body) {
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
void CrewProxy::on_closed(std::string_view why) {
  if (!ended()) fail(std::make_exception_ptr(std::runtime_error(describe_end(why))));
}

void CrewProxy::fail(std::exception_ptr failure) {
  if (ended()) return;
  failure_ = failure;
  mail_.on_failed(std::move(failure));
}

}  // namespace throng::play
