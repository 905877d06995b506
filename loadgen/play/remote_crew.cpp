#include "loadgen/play/remote_crew.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "loadgen/play/crew_transfer.hpp"

namespace throng::play {
namespace {

/// While it works things out, before the run and after it.
constexpr std::chrono::seconds kLongPatience{60};
/// In the run it says something many times a second.
constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kSilenceInterval{500};
constexpr std::chrono::seconds kFarewellTime{2};

}  // namespace

RemoteCrew::RemoteCrew(boost::asio::io_context& io, const CrewPlan& plan, CrewCall call,
                       const CrewOrders& orders, Mail mail)
    : CrewProxy(io, plan, std::move(mail)),
      clock_(plan.clock),
      call_(std::move(call)),
      silence_timer_(io),
      patience_(kLongPatience) {
  attach(call_.channel);
  channel().send(CrewMessage::kOrders, [&](std::ostream& out) { save(out, orders); });
  watch_silence();
}

void RemoteCrew::start(pacing::TimePoint run_start) {
  patience_ = kPatience;
  CrewProxy::start(run_start);
}

void RemoteCrew::measure() { channel().send(CrewMessage::kMeasure); }

void RemoteCrew::show(const BoardChanges& changes) {
  channel().send(CrewMessage::kBoard, [&](std::ostream& out) { save(out, changes); });
}

void RemoteCrew::finish() {
  patience_ = kLongPatience;
  CrewProxy::finish();
}

Harvest RemoteCrew::harvest() {
  Harvest harvest = CrewProxy::harvest();
  away_.name = call_.crew.name;
  away_.users = users();
  away_.threads = workers();
  away_.cores = call_.crew.cores;
  harvest.away.push_back(away_);
  return harvest;
}

// It closes the line once it has heard; were it closed here, what it still says would break it
// before.
void RemoteCrew::dismiss() {
  if (!channel().send(CrewMessage::kThanks)) return;
  const pacing::TimePoint until = clock_.now() + kFarewellTime;
  run_until([&] { return !call_.channel->is_open() || clock_.now() >= until; });
}

void RemoteCrew::on_message(CrewMessage message, std::istream& body) {
  heard_ = clock_.now();
  quiet_looks_ = 0;
  try {
    take(message, body);
  } catch (const std::exception& error) {
    fail(std::make_exception_ptr(std::runtime_error(
        fmt::format("crew {} sent what can't be read: {}", call_.crew.name, error.what()))));
  }
}

void RemoteCrew::take(CrewMessage message, std::istream& body) {
  switch (message) {
    case CrewMessage::kAsk:
      return answer(body);
    case CrewMessage::kBoard: {
      BoardChanges changes;
      load(body, changes);
      return mail().on_board(*this, changes);
    }
    case CrewMessage::kAway:
      return load(body, away_);
    default:
      return CrewProxy::on_message(message, body);
  }
}

void RemoteCrew::answer(std::istream& body) {
  pacing::ClockExchange exchange;
  exchange.received = heard_;
  load(body, exchange.asked);
  channel().send(CrewMessage::kAnswer, [&](std::ostream& out) {
    exchange.answered = clock_.now();
    save(out, exchange);
  });
}

std::string RemoteCrew::describe_end(std::string_view why) {
  if (why.empty()) return fmt::format("crew {} is gone: it or the way to it", call_.crew.name);
  return fmt::format("crew {} {}", call_.crew.name, why);
}

// By looks and not by the clock: what came while this process had no core isn't heard yet.
void RemoteCrew::watch_silence() {
  if (ended()) return;
  const pacing::Duration silent = quiet_looks_++ * kSilenceInterval;
  if (silent > patience_) {
    return fail(std::make_exception_ptr(std::runtime_error(fmt::format(
        "crew {} hasn't said a word for {:.0f} s", call_.crew.name, pacing::to_seconds(silent)))));
  }
  silence_timer_.expires_after(kSilenceInterval);
  silence_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) watch_silence();
  });
}

}  // namespace throng::play
