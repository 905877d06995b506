#include "server/gateway/shared_connection.hpp"

#include <algorithm>
#include <utility>

#include "server/gateway/farewell.hpp"
#include "server/gateway/greeting.hpp"

namespace throng::gateway {

using protocol::Error;
using protocol::SessionNumber;

namespace {

/// What may wait for all sessions of a connection together, however many there are.
constexpr std::size_t kMostWaitingBytes = std::size_t{64} << 20;
/// Sessions that catch up at the same time: the pages that each may have asked for, and a quarter
/// of what may wait, go into what may wait.
constexpr std::size_t kMostCatchingUp = 48;
/// What sessions may have to deal with before more is read.
constexpr std::size_t kMostPassedOnBytes = std::size_t{1} << 20;

}  // namespace

SharedConnection::SharedConnection(Services& services, Key self, Socket socket)
    : services_(services),
      self_(self),
      wire_(services, *this,
            {.kind = SocketSet::Owner::Kind::kShared,
             .slot = self.slot,
             .generation = self.generation},
            std::move(socket)),
      last_heard_(services.now) {
  services_.metrics.add(metrics::Metric::kSharedConnections);
}

SharedConnection::~SharedConnection() {
  services_.metrics.subtract(metrics::Metric::kSharedConnections);
}

void SharedConnection::start(std::string_view first_message, std::string early_bytes) {
  on_text(first_message);
  if (!early_bytes.empty()) wire_.take_early(std::move(early_bytes));
  if (services_.stopping) leave();
  if (!over_ && !closing_) wire_.read_from_now_on();
}

// ---- What the client says ----

void SharedConnection::on_text(std::string_view text) {
  protocol::for_each_part(text, [this](SessionNumber number, std::string_view events) {
    if (!over_ && !closing_) take(number, events);
  });
}

void SharedConnection::take(SessionNumber number, std::string_view events) {
  if (events.find_first_not_of("\r\n") == std::string_view::npos) return;
  if (number == 0) return close(Error::kHelloFirst);
  const auto lane = lanes_.find(number);
  if (lane == lanes_.end()) return welcome(number, events);
  switch (lane->second.phase) {
    case Phase::kOpen:
      return pass_on(lane, std::string(events));
    case Phase::kRefused:
      return;
    default:
      return keep_early(lane, events);
  }
}

void SharedConnection::welcome(SessionNumber number, std::string_view events) {
  if (services_.stopping) return refuse(number, Error::kGoingAway, {});
  if (lanes_.size() >= services_.server.limits.sessions_per_connection) {
    services_.metrics.add(metrics::Metric::kRefusedOverloaded);
    return refuse(number, Error::kOverloaded, "the connection holds as many sessions as it may");
  }
  lanes_[number].early = events;
  waiting_.push_back(number);
  open_waiting();
}

void SharedConnection::keep_early(Lanes::iterator lane, std::string_view events) {
  auto& [number, state] = *lane;
  if (state.early.size() + events.size() <= protocol::kMaxClientMessageBytes) {
    if (!state.early.empty() && !state.early.ends_with('\n')) state.early += '\n';
    state.early += events;
    return;
  }
  refuse(number, Error::kTooLarge, {});
  if (state.phase == Phase::kWaiting) {
    lanes_.erase(lane);
  } else {
    state.phase = Phase::kRefused;
    state.early = {};
  }
}

void SharedConnection::pass_on(Lanes::iterator lane, std::string events) {
  passed_on_bytes_ += events.size();
  if (passed_on_bytes_ > kMostPassedOnBytes) wire_.pause_reading();
  const auto& [number, state] = *lane;
  services_.office.send(state.home, cluster::LaneInput{.lane = this->lane(number),
                                                       .session = state.session,
                                                       .events = std::move(events)});
}

void SharedConnection::on_taken(const cluster::LaneTaken& news) {
  passed_on_bytes_ -= news.bytes;
  if (passed_on_bytes_ <= kMostPassedOnBytes / 2 && !over_) wire_.read_from_now_on();
}

void SharedConnection::open_waiting() {
  while (!waiting_.empty() && catching_up_ < kMostCatchingUp &&
         waiting_bytes() <= limit_bytes() / 4) {
    const auto next = lanes_.find(waiting_.front());
    waiting_.pop_front();
    if (next != lanes_.end() && next->second.phase == Phase::kWaiting) open(next);
  }
}

void SharedConnection::open(Lanes::iterator lane) {
  auto& [number, state] = *lane;
  Greeting greeting = read_hello(services_, std::exchange(state.early, {}));
  if (greeting.error) {
    refuse(number, *greeting.error, greeting.detail);
    lanes_.erase(lane);
    return;
  }
  state.home = services_.placement.of(greeting.newcomer->user);
  state.phase = Phase::kOpening;
  state.catching_up = true;
  ++catching_up_;
  greeting.newcomer->lane = this->lane(number);
  services_.office.send(state.home, std::move(*greeting.newcomer));
}

void SharedConnection::caught_up(State& state) {
  if (std::exchange(state.catching_up, false)) --catching_up_;
}

void SharedConnection::refuse(SessionNumber number, Error error, std::string_view detail) {
  services_.metrics.add(metrics::Metric::kClientErrors);
  const bool resume =
      error == Error::kOverloaded || error == Error::kUnavailable || error == Error::kGoingAway;
  const auto away = error == Error::kGoingAway ? services_.next_time_away() : kLeastTimeAway;
  std::string events;
  protocol::encode(
      events, protocol::Failure{.code = error,
                                .detail = detail.empty() ? protocol::error_text(error) : detail,
                                .chat = {},
                                .cmid = {},
                                .ref = {}});
  events += '\n';
  protocol::encode(
      events, protocol::Bye{.code = error,
                            .resume = resume,
                            .retry_ms = resume ? static_cast<std::uint32_t>(away.count()) : 0U});
  add(number, events);
}

// ---- What its sessions say ----

void SharedConnection::on_opened(const cluster::LaneOpened& news) {
  const auto lane = lanes_.find(news.lane.session);
  if (lane == lanes_.end()) return;
  State& state = lane->second;
  if (state.phase == Phase::kRefused) {
    services_.office.send(state.home, cluster::LaneCut{.session = news.session});
    return on_ended({.lane = news.lane});
  }
  state.phase = Phase::kOpen;
  state.session = news.session;
  if (!state.early.empty()) pass_on(lane, std::exchange(state.early, {}));
}

void SharedConnection::on_output(cluster::LaneOutput& output) {
  const auto lane = lanes_.find(output.lane.session);
  if (over_ || closing_ || lane == lanes_.end()) return;
  if (lane->second.phase == Phase::kRefused) return;
  if (output.wants_room) want_room_.push_back(output.session);
  add(output.lane.session, output.events);
  services_.buffers.give_back(std::move(output.events));
  if (!output.caught_up) return;
  caught_up(lane->second);
  open_waiting();
}

void SharedConnection::on_ended(const cluster::LaneEnded& news) {
  const auto lane = lanes_.find(news.lane.session);
  if (lane == lanes_.end()) return;
  if (news.failed) refuse(news.lane.session, Error::kUnavailable, {});
  caught_up(lane->second);
  lanes_.erase(lane);
  open_waiting();
  if (services_.stopping) leave();
}

// ---- Output ----

void SharedConnection::add(SessionNumber number, std::string_view events) {
  if (gathered_.capacity() == 0) gathered_ = services_.buffers.borrow();
  if (!gathered_.empty()) gathered_ += '\n';
  protocol::append_session_line(gathered_, number);
  gathered_ += events;
  will_flush();
  close_if_behind();
}

void SharedConnection::will_flush() {
  if (std::exchange(flush_planned_, true)) return;
  services_.unflushed_shared.push_back(self_.slot);
}

void SharedConnection::flush() {
  flush_planned_ = false;
  if (!over_) wire_.write(gathered_);
}

void SharedConnection::on_drained() {
  if (!gathered_.empty()) return flush();
  for (const chat::ClientRef& session : std::exchange(want_room_, {})) {
    services_.office.send(session.shard, cluster::LaneDrained{.session = session});
  }
  open_waiting();
}

std::size_t SharedConnection::limit_bytes() const {
  const std::size_t each = services_.server.limits.outbound_bytes;
  return std::max(each, std::min(each * lanes_.size(), kMostWaitingBytes));
}

void SharedConnection::close_if_behind() {
  if (waiting_bytes() <= limit_bytes()) return;
  flush();
  if (over_ || closing_) return;
  if (waiting_bytes() <= limit_bytes()) return;
  services_.metrics.add(metrics::Metric::kClosedSlowReader, lanes_.size());
  close(Error::kSlowReader);
}

// ---- The end ----

void SharedConnection::close(Error reason) {
  if (closing_ || over_) return;
  closing_ = true;
  last_heard_ = services_.now;
  if (reason == Error::kSlowReader) gathered_.clear();
  wire_.hang_up(gathered_, protocol::close_code(reason), protocol::error_name(reason));
}

void SharedConnection::on_broken() {
  if (std::exchange(over_, true)) return;
  services_.ended_shared.push_back(self_.slot);
}

void SharedConnection::depart() {
  for (const auto& [number, state] : lanes_) {
    if (state.phase != Phase::kOpen) continue;  // it is cut when it comes to tell that it is there
    services_.office.send(state.home, cluster::LaneCut{.session = state.session});
  }
  services_.buffers.give_back(std::move(gathered_));
}

void SharedConnection::leave() {
  for (const SessionNumber number : std::exchange(waiting_, {})) {
    const auto lane = lanes_.find(number);
    if (lane == lanes_.end() || lane->second.phase != Phase::kWaiting) continue;
    refuse(number, Error::kGoingAway, {});
    lanes_.erase(lane);
  }
  if (lanes_.empty()) close(Error::kGoingAway);
}

void SharedConnection::sweep() {
  const Limits& limits = services_.server.limits;
  const auto silent = services_.now - last_heard_;
  if (over_) return;
  if (closing_) {
    if (silent > limits.close_timeout) on_broken();
  } else if (silent > 2 * limits.heartbeat) {
    services_.metrics.add(metrics::Metric::kClosedIdle, lanes_.size());
    close(Error::kIdle);
  }
}

cluster::Lane SharedConnection::lane(SessionNumber number) const {
  return {.shard = services_.shard,
          .connection = self_.slot,
          .generation = self_.generation,
          .session = number};
}

}  // namespace throng::gateway
