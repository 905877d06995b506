#include "server/gateway/session.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <cstring>
#include <unordered_map>

namespace throng::gateway {

namespace asio = boost::asio;
using boost::system::error_code;
using protocol::Error;

/// What a session needs only until it has caught up.
struct Session::CatchUp {
  struct Asked {
    chat::ChatId chat;
    std::uint32_t attempt = 0;  ///< a chat that is left and joined again is asked for again
    std::optional<chat::Seq> deferred_after = std::nullopt;  ///< the page to ask for next
  };

  std::unordered_map<chat::ChatId, chat::Seq> have;
  std::vector<chat::ChatId> todo;  ///< chats not asked for yet, last first
  std::vector<Asked> under_way;    ///< chats asked for and not complete
  protocol::CaughtUp result;
  bool logging_in = true;
  std::string early_events;
  std::string early_bytes;
};

Session::Session(Services& services, chat::ClientRef self, Socket socket,
                 cluster::Newcomer&& newcomer)
    : services_(services),
      self_(self),
      user_(newcomer.user),
      socket_(std::move(socket)),
      reader_(protocol::FrameRole::kServer, protocol::kMaxClientMessageBytes),
      last_heard_(services.now),
      catch_up_(std::make_unique<CatchUp>()) {
  catch_up_->early_events = std::move(newcomer.early_events);
  catch_up_->early_bytes = std::move(newcomer.early_bytes);
  for (const auto& position : newcomer.have) {
    catch_up_->have.emplace(position.chat, position.seq);
  }
}

Session::~Session() = default;

void Session::start() {
  // What reads the disk comes first, so that a failure leaves nothing behind.
  catch_up_->todo = services_.server.directory.chats_of(user_);
  std::ranges::reverse(catch_up_->todo);
  services_.presence.connected(user_);
  services_.registry.add_session(user_, self_.slot);
  services_.metrics.add(metrics::Metric::kSessions);
  services_.metrics.add(metrics::Metric::kSessionsTotal);
  add(protocol::Welcome{
      .user = user_,
      .time = services_.wall_ms,
      .heartbeat_s = static_cast<std::uint32_t>(services_.server.limits.heartbeat.count()),
      .chats = static_cast<std::uint32_t>(catch_up_->todo.size())});
  attach_more();
}

// ---- Catch-up ----

void Session::attach_more() {
  CatchUp& c = *catch_up_;
  while (!c.todo.empty() && c.under_way.size() < services_.server.limits.chats_catching_up) {
    const chat::ChatId chat = c.todo.back();
    c.todo.pop_back();
    if (holds_chat(chat)) continue;
    const auto have = c.have.find(chat);
    attach(chat, have == c.have.end() ? std::nullopt : std::optional(have->second));
  }
  if (c.under_way.empty() && c.todo.empty()) finish_catch_up();
}

void Session::attach(chat::ChatId chat, std::optional<chat::Seq> have) {
  chats_.push_back(chat);
  catch_up_->under_way.push_back({.chat = chat, .attempt = ++attempts_});
  to_chat(
      chat,
      chat::Attach{.from = self_, .user = user_, .chat = chat, .have = have, .attempt = attempts_});
}

void Session::on_page(chat::Page&& page) {
  const chat::ChatId chat = page.state.chat;
  if (ended_ || state_ == State::kClosing || !catch_up_) return;
  CatchUp& c = *catch_up_;
  const auto asked = std::ranges::find(c.under_way, page.attempt, &CatchUp::Asked::attempt);
  if (asked == c.under_way.end()) return;
  append(page.events);  // no more than was asked for, and that waits until these events are out
  c.result.messages += page.messages;
  if (!page.complete) {
    asked->deferred_after = page.through;
    return will_flush();
  }
  c.under_way.erase(asked);
  if (page.member) {
    services_.registry.go_live(chat, self_.slot);
    c.result.chats.push_back(page.state);
  } else {
    std::erase(chats_, chat);
    to_chat(chat, chat::Detach{.shard = self_.shard, .chat = chat});
  }
  attach_more();
}

void Session::ask_deferred_pages() {
  if (!catch_up_) return;
  for (CatchUp::Asked& asked : catch_up_->under_way) {
    if (!asked.deferred_after) continue;
    last_heard_ = services_.now;  // it took a page: it is there
    to_chat(asked.chat, chat::NextPage{.from = self_,
                                       .user = user_,
                                       .chat = asked.chat,
                                       .after = *std::exchange(asked.deferred_after, {}),
                                       .attempt = asked.attempt});
  }
}

void Session::finish_catch_up() {
  const std::unique_ptr<CatchUp> done = std::move(catch_up_);
  if (!done->logging_in) return;
  add(done->result);
  state_ = State::kLive;
  last_heard_ = services_.now;
  if (!done->early_events.empty()) {
    std::string text = std::move(done->early_events);
    const std::size_t size = text.size();
    text.resize(size + protocol::kDecodePadding);
    handle_message(std::string_view(text).substr(0, size));
  }
  if (!ended_ && state_ == State::kLive && !done->early_bytes.empty()) {
    std::string bytes = std::move(done->early_bytes);
    const std::size_t size = bytes.size();
    bytes.resize(size + protocol::kDecodePadding);
    take_frames(std::span(bytes).first(size));
  }
  if (!ended_) read_when_ready();
}

void Session::on_membership(const chat::MembershipChanged& change) {
  if (ended_ || state_ == State::kClosing) return;
  if (change.member == holds_chat(change.chat)) return;
  add(protocol::Membership{.chat = change.chat, .member = change.member, .last = change.last});
  if (change.member) {
    if (!catch_up_) {
      catch_up_ = std::make_unique<CatchUp>();
      catch_up_->logging_in = false;
    }
    attach(change.chat, change.last);
  } else {
    forget_chat(change.chat);
  }
}

void Session::forget_chat(chat::ChatId chat) {
  services_.registry.leave(chat, self_.slot);
  std::erase(chats_, chat);
  to_chat(chat, chat::Detach{.shard = self_.shard, .chat = chat});
  if (!catch_up_) return;
  std::erase_if(catch_up_->under_way, [&](const auto& asked) { return asked.chat == chat; });
  attach_more();
}

bool Session::holds_chat(chat::ChatId chat) const {
  return std::ranges::find(chats_, chat) != chats_.end();
}

// ---- What the client says ----

void Session::read_when_ready() {
  socket_.async_wait(
      asio::socket_base::wait_read,
      [&services = services_, slot = self_.slot, generation = self_.generation](error_code error) {
        Session* session = services.sessions.find(slot, generation);
        if (session) session->on_readable(error);
      });
}

void Session::on_readable(error_code error) {
  if (ended_) return;
  services_.turn.begin();
  auto& buffer = services_.receive_buffer;
  const std::size_t kept = unread_.size();
  std::memcpy(buffer.data(), unread_.data(), kept);
  std::size_t received = 0;
  if (!error) {
    received = socket_.read_some(
        asio::buffer(buffer.data() + kept, buffer.size() - kept - protocol::kDecodePadding), error);
  }
  if (error == asio::error::would_block) return read_when_ready();
  if (error) {
    peer_closed_ = true;
    return end();
  }
  services_.metrics.add(metrics::Metric::kBytesIn, received);
  if (state_ != State::kClosing) {
    last_heard_ = services_.now;
    take_frames(std::span(buffer.data(), kept + received));
  }
  if (!ended_) read_when_ready();
}

void Session::take_frames(std::span<char> input) {
  using Kind = protocol::FrameReader::Item::Kind;
  while (true) {
    std::size_t used = 0;
    const auto item = reader_.next(input, used);
    switch (item.kind) {
      case Kind::kNeedMore:
        input = input.subspan(used);
        unread_.assign(input.data(), input.size());
        if (input.empty() && unread_.capacity() > 64) unread_ = {};
        return;
      case Kind::kText:
        handle_message(item.payload);
        break;
      case Kind::kBinary:
        fail(Error::kBadJson, "events are text messages");
        break;
      case Kind::kPing: {
        if (unsent_.empty()) flush();
        protocol::append_frame(unsent_, protocol::Opcode::kPong, item.payload);
        if (unsent_.size() > services_.server.limits.outbound_bytes) return end();
        will_flush();
        break;
      }
      case Kind::kPong:
        break;
      case Kind::kClose:
        peer_closed_ = true;
        add_close_frame(item.close_code == 1005 ? 1000 : item.close_code, {});
        flush();
        return end();
      case Kind::kFailed:
        services_.metrics.add(metrics::Metric::kClosedBadFrame);
        return close(item.error);
    }
    if (ended_ || state_ == State::kClosing) return;
    input = input.subspan(used);
  }
}

void Session::handle_message(std::string_view text) {
  protocol::for_each_line(text, [this](std::string_view line) {
    if (ended_ || state_ == State::kClosing) return;
    handle_event(line);
    close_if_behind();
  });
}

void Session::handle_event(std::string_view line) {
  const auto event = services_.decoder.client_event(line);
  if (event.has_error()) {
    const protocol::DecodeFailure& why = services_.decoder.failure();
    return fail(why.code, why.detail, why.chat, why.cmid, why.ref);
  }
  std::visit([this](const auto& e) { on(e); }, *event);
}

bool Session::is_refused(chat::ChatId chat, std::string_view cmid, std::string_view ref) {
  if (!services_.office.congested(services_.placement.of(chat))) return false;
  services_.metrics.add(metrics::Metric::kRefusedOverloaded);
  fail(Error::kOverloaded, {}, chat, cmid, ref);
  return true;
}

void Session::on(const protocol::Hello&) { fail(Error::kHelloTwice, {}); }

void Session::on(const protocol::Send& event) {
  services_.metrics.add(metrics::Metric::kClientEventsSend);
  was_active();
  if (is_refused(event.chat, event.cmid)) return;
  to_chat(event.chat, chat::PostMessage{.from = self_,
                                        .user = user_,
                                        .chat = event.chat,
                                        .cmid = std::string(event.cmid),
                                        .body = std::string(event.body)});
}

void Session::on(const protocol::Delivered& event) {
  services_.metrics.add(metrics::Metric::kClientEventsDelivered);
  if (is_refused(event.chat)) return;
  to_chat(event.chat,
          chat::MarkCursor{
              .from = self_, .user = user_, .chat = event.chat, .delivered = event.seq, .read = 0});
}

void Session::on(const protocol::Read& event) {
  services_.metrics.add(metrics::Metric::kClientEventsRead);
  was_active();
  if (is_refused(event.chat)) return;
  to_chat(event.chat,
          chat::MarkCursor{
              .from = self_, .user = user_, .chat = event.chat, .delivered = 0, .read = event.seq});
}

void Session::on(const protocol::Fetch& event) {
  services_.metrics.add(metrics::Metric::kClientEventsFetch);
  if (is_refused(event.chat, {}, event.ref)) return;
  to_chat(event.chat, chat::FetchHistory{.from = self_,
                                         .user = user_,
                                         .admin = false,
                                         .chat = event.chat,
                                         .pagination_token = std::string(event.pagination_token),
                                         .limit = event.limit,
                                         .ref = std::string(event.ref)});
}

void Session::on(const protocol::Activity& event) {
  services_.metrics.add(metrics::Metric::kClientEventsActivity);
  if (event.kind != protocol::ActivityKind::kConnected) was_active();
}

void Session::on(const protocol::PresenceQuery& event) {
  services_.metrics.add(metrics::Metric::kClientEventsPresence);
  std::vector<cluster::AskPresence> by_home(services_.placement.shards());
  for (const chat::UserId user : event.users) {
    by_home[services_.placement.of(user)].users.push_back(user);
  }
  for (chat::ShardIndex home = 0; home < by_home.size(); ++home) {
    if (by_home[home].users.empty()) continue;
    if (services_.office.congested(home)) {
      services_.metrics.add(metrics::Metric::kRefusedOverloaded);
      fail(Error::kOverloaded, {});
      continue;
    }
    by_home[home].from = self_;
    services_.office.send(home, std::move(by_home[home]));
  }
}

void Session::on(const protocol::TypingIn& event) {
  services_.metrics.add(metrics::Metric::kClientEventsTyping);
  was_active();
  if (services_.office.congested(services_.placement.of(event.chat))) return;  // a hint
  to_chat(event.chat, chat::ShowTyping{.from = self_, .user = user_, .chat = event.chat});
}

void Session::on(const protocol::Ping&) {
  services_.metrics.add(metrics::Metric::kClientEventsPing);
  add(protocol::Pong{.time = services_.wall_ms});
}

void Session::was_active() {
  services_.presence.active(user_, services_.wall_ms, services_.rules.batch());
}

void Session::to_chat(chat::ChatId chat, chat::Command command) {
  services_.office.send(services_.placement.of(chat), std::move(command));
}

// ---- What goes to the client ----

void Session::on_answer(chat::Answer&& answer) {
  if (answer.error) services_.metrics.add(metrics::Metric::kClientErrors);
  add_events(answer.json);
}

template <class Event>
void Session::add(const Event& event) {
  if (ended_ || state_ == State::kClosing) return;
  if (gathered_.capacity() == 0) gathered_ = services_.buffers.borrow();
  if (!gathered_.empty()) gathered_.push_back('\n');
  protocol::encode(gathered_, event);
  will_flush();
}

void Session::add_events(std::string_view events) {
  close_if_behind();
  append(events);
}

void Session::append(std::string_view events) {
  if (ended_ || state_ == State::kClosing || events.empty()) return;
  if (gathered_.capacity() == 0) gathered_ = services_.buffers.borrow();
  if (!gathered_.empty()) gathered_.push_back('\n');
  gathered_.append(events);
  will_flush();
}

void Session::close_if_behind() {
  if (waiting_bytes() <= services_.server.limits.outbound_bytes) return;
  flush();  // what gathered in this turn was never offered to the kernel
  if (ended_ || state_ == State::kClosing) return;
  if (waiting_bytes() <= services_.server.limits.outbound_bytes) return;
  services_.metrics.add(metrics::Metric::kClosedSlowReader);
  close(Error::kSlowReader);
}

void Session::fail(Error code, std::string_view detail, chat::ChatId chat, std::string_view cmid,
                   std::string_view ref) {
  services_.metrics.add(metrics::Metric::kClientErrors);
  add(protocol::Failure{.code = code,
                        .detail = detail.empty() ? protocol::error_text(code) : detail,
                        .chat = chat,
                        .cmid = cmid,
                        .ref = ref});
}

void Session::will_flush() {
  if (flush_planned_) return;
  flush_planned_ = true;
  services_.unflushed.push_back(self_.slot);
}

void Session::flush() {
  flush_planned_ = false;
  if (ended_) return;
  if (write_awaited_) return;
  if (!unsent_.empty()) return write_rest();
  if (gathered_.empty()) return;
  std::string header;
  protocol::append_text_header(header, gathered_.size());
  const std::array<asio::const_buffer, 2> message{asio::buffer(header), asio::buffer(gathered_)};
  error_code error;
  const std::size_t sent = socket_.write_some(message, error);
  if (error && error != asio::error::would_block) return end();
  services_.metrics.add(metrics::Metric::kWrites);
  services_.metrics.add(metrics::Metric::kBytesOut, sent);
  if (sent < header.size() + gathered_.size()) {
    unsent_ = std::move(header);
    unsent_.append(gathered_);
    unsent_.erase(0, sent);
  }
  services_.buffers.give_back(std::exchange(gathered_, {}));
  if (!unsent_.empty()) return write_rest();
  ask_deferred_pages();
}

void Session::write_rest() {
  error_code error;
  const std::size_t sent = socket_.write_some(asio::buffer(unsent_), error);
  if (error && error != asio::error::would_block) return end();
  services_.metrics.add(metrics::Metric::kWrites);
  services_.metrics.add(metrics::Metric::kBytesOut, sent);
  unsent_.erase(0, sent);
  if (unsent_.empty()) {
    unsent_ = {};
    if (!gathered_.empty()) return flush();
    if (state_ == State::kClosing) {
      socket_.shutdown(Socket::shutdown_send, error);
      if (peer_closed_) end();
      return;
    }
    return ask_deferred_pages();
  }
  write_awaited_ = true;
  socket_.async_wait(asio::socket_base::wait_write,
                     [&services = services_, slot = self_.slot,
                      generation = self_.generation](error_code wait_error) {
                       Session* session = services.sessions.find(slot, generation);
                       if (!session) return;
                       services.turn.begin();
                       session->write_awaited_ = false;
                       if (wait_error) return session->end();
                       session->write_rest();
                     });
}

// ---- The end ----

void Session::add_close_frame(std::uint16_t code, std::string_view reason) {
  if (unsent_.empty()) flush();
  protocol::append_frame(unsent_, protocol::Opcode::kClose, protocol::close_payload(code, reason));
}

void Session::close(Error reason) {
  if (state_ == State::kClosing || ended_) return;
  // A reader that is behind gets nothing more but the reason; what it misses comes by catch-up.
  if (reason == Error::kSlowReader) gathered_.clear();
  const bool resume =
      reason == Error::kSlowReader || reason == Error::kGoingAway || reason == Error::kIdle;
  add(protocol::Bye{.code = reason, .resume = resume, .retry_ms = resume ? 500U : 0U});
  if (unsent_.empty()) flush();
  if (ended_) return;
  if (!gathered_.empty()) {
    protocol::append_frame(unsent_, protocol::Opcode::kText, gathered_);
    gathered_.clear();
  }
  const bool was_reading = state_ == State::kLive;
  state_ = State::kClosing;
  catch_up_.reset();
  last_heard_ = services_.now;
  add_close_frame(protocol::close_code(reason), protocol::error_name(reason));
  will_flush();
  if (!was_reading) read_when_ready();
}

void Session::sweep() {
  if (ended_) return;
  const Limits& limits = services_.server.limits;
  const auto silent = services_.now - last_heard_;
  if (state_ == State::kClosing) {
    if (silent > limits.close_timeout) end();
  } else if (state_ == State::kLive && silent > 2 * limits.heartbeat) {
    services_.metrics.add(metrics::Metric::kClosedIdle);
    close(Error::kIdle);
  } else if (state_ == State::kCatchingUp && silent > 4 * limits.heartbeat) {
    services_.metrics.add(metrics::Metric::kClosedSlowReader);
    close(Error::kSlowReader);
  }
}

void Session::end() {
  if (ended_) return;
  ended_ = true;
  services_.ended.push_back(self_.slot);
}

void Session::depart() {
  services_.metrics.subtract(metrics::Metric::kSessions);
  services_.registry.remove_session(user_, self_.slot);
  services_.presence.disconnected(user_);
  for (const chat::ChatId chat : chats_) {
    services_.registry.leave(chat, self_.slot);
    to_chat(chat, chat::Detach{.shard = self_.shard, .chat = chat});
  }
  error_code ignored;
  socket_.close(ignored);
  services_.buffers.give_back(std::move(gathered_));
}

}  // namespace throng::gateway
