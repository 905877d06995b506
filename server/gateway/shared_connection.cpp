#include "server/gateway/shared_connection.hpp"

#include <algorithm>
#include <utility>

#include "server/gateway/greeting.hpp"

namespace throng::gateway {

using protocol::Error;
using protocol::SessionNumber;

namespace {

/// What may wait for all sessions of a connection together, however many there are.
constexpr std::size_t kMostWaitingBytes = std::size_t{64} << 20;
constexpr std::uint32_t kRetryMs = 500;

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
  if (!over_) wire_.read_from_now_on();
}

// ---- What the client says ----

void SharedConnection::on_text(std::string_view text) {
  protocol::for_each_part(text, [this](SessionNumber number, std::string_view events) {
    if (!over_ && !closing_) take(number, events);
  });
}

void SharedConnection::take(SessionNumber number, std::string_view events) {
  if (number == 0) return close(Error::kHelloFirst);
  const auto found = lanes_.find(number);
  if (found == lanes_.end()) return open(number, events);
  State& state = found->second;
  if (state.session) {
    services_.office.send(
        state.home, cluster::LaneInput{.session = *state.session, .events = std::string(events)});
  } else if (state.early.size() + events.size() <= protocol::kMaxClientMessageBytes) {
    state.early += events;
    if (!state.early.ends_with('\n')) state.early += '\n';
  } else {
    close(Error::kTooLarge);
  }
}

void SharedConnection::open(SessionNumber number, std::string_view events) {
  if (services_.stopping) return refuse(number, Error::kGoingAway, {});
  if (lanes_.size() >= services_.server.limits.sessions_per_connection) {
    services_.metrics.add(metrics::Metric::kRefusedOverloaded);
    return refuse(number, Error::kOverloaded, "the connection holds as many sessions as it may");
  }
  Greeting greeting = read_hello(services_, events);
  if (greeting.error) return refuse(number, *greeting.error, greeting.detail);
  const chat::ShardIndex home = services_.placement.of(greeting.newcomer->user);
  lanes_.emplace(number, State{.home = home, .session = std::nullopt, .early = {}});
  greeting.newcomer->lane = lane(number);
  services_.office.send(home, std::move(*greeting.newcomer));
}

void SharedConnection::refuse(SessionNumber number, Error error, std::string_view detail) {
  services_.metrics.add(metrics::Metric::kClientErrors);
  const bool resume =
      error == Error::kOverloaded || error == Error::kUnavailable || error == Error::kGoingAway;
  std::string events;
  protocol::encode(
      events, protocol::Failure{.code = error,
                                .detail = detail.empty() ? protocol::error_text(error) : detail,
                                .chat = {},
                                .cmid = {},
                                .ref = {}});
  events += '\n';
  protocol::encode(
      events, protocol::Bye{.code = error, .resume = resume, .retry_ms = resume ? kRetryMs : 0U});
  add(number, events);
}

// ---- What its sessions say ----

void SharedConnection::on_opened(const cluster::LaneOpened& news) {
  const auto found = lanes_.find(news.lane.session);
  if (found == lanes_.end()) return;
  State& state = found->second;
  state.session = news.session;
  if (state.early.empty()) return;
  services_.office.send(state.home, cluster::LaneInput{.session = news.session,
                                                       .events = std::exchange(state.early, {})});
}

void SharedConnection::on_output(cluster::LaneOutput& output) {
  if (over_ || closing_) return;
  if (output.wants_room) want_room_.push_back(output.session);
  add(output.lane.session, output.events);
  services_.buffers.give_back(std::move(output.events));
}

void SharedConnection::on_ended(const cluster::LaneEnded& news) {
  const auto found = lanes_.find(news.lane.session);
  if (found == lanes_.end()) return;
  if (!found->second.session) refuse(news.lane.session, Error::kUnavailable, {});
  lanes_.erase(found);
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
}

std::size_t SharedConnection::limit_bytes() const {
  const std::size_t each = services_.server.limits.outbound_bytes;
  return std::max(each, std::min(each * lanes_.size(), kMostWaitingBytes));
}

void SharedConnection::close_if_behind() {
  if (gathered_.size() + wire_.unsent_bytes() <= limit_bytes()) return;
  flush();
  if (over_ || closing_) return;
  if (gathered_.size() + wire_.unsent_bytes() <= limit_bytes()) return;
  services_.metrics.add(metrics::Metric::kClosedSlowReader);
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
    if (!state.session) continue;  // it will be cut when it comes to tell that it is there
    services_.office.send(state.home, cluster::LaneCut{.session = *state.session});
  }
  services_.buffers.give_back(std::move(gathered_));
}

void SharedConnection::leave() {
  if (lanes_.empty()) close(Error::kGoingAway);
}

void SharedConnection::sweep() {
  const Limits& limits = services_.server.limits;
  const auto silent = services_.now - last_heard_;
  if (over_) return;
  if (closing_) {
    if (silent > limits.close_timeout) on_broken();
  } else if (silent > 2 * limits.heartbeat) {
    services_.metrics.add(metrics::Metric::kClosedIdle);
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
