#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "server/gateway/session_services.hpp"
#include "server/gateway/socket_set.hpp"

namespace throng::gateway {

class Windows;

/// One session of a user who said hello: catch-up first, then live. It lives on its user's home
/// shard and is used by that shard's thread only. How it reaches its client, on a connection of its
/// own or on one that it shares, is the derived class' affair.
///
/// Invariants: what gathers in a turn goes out together; a session that is idle holds no buffer;
/// until it has caught up nothing that it says is served, so what the device sees of a chat only
/// ever rises; what waits for it is bounded by Limits::outbound_bytes and the size of one answer,
/// or by what may wait for all on its connection.
class Session {
 public:
  virtual ~Session();

  /// Registers the session and starts its catch-up.
  /// Errors: throws boost::system::system_error when the disk can't be read; nothing is registered
  /// then.
  virtual void start();

  void on_answer(chat::Answer&& answer);
  void on_page(chat::Page&& page);
  void on_membership(const chat::MembershipChanged& change);
  void on_window(chat::WindowOpened&& window);
  /// Of somebody whom an open window shows; told within a second.
  void on_presence(const protocol::PresenceState& state);
  /// Adds encoded events (newline-separated) to what goes out at the end of the turn, unless too
  /// much waits already: then the session is closed.
  void add_events(std::string_view events);
  /// The same for what may wait a little for company: it goes with whatever is written next, or
  /// when Limits::receipt_delay is over.
  void add_events_for_later(std::string_view events);
  /// Goes on with what its socket is ready for.
  virtual void on_ready(const SocketSet::Ready& ready) = 0;
  /// Sees to it that it is flushed when the turn ends.
  void will_flush();
  /// Writes what has gathered.
  void flush();
  /// Says bye, then closes.
  void close(protocol::Error reason);
  /// Takes an ended session out of everything that knows it. It is destroyed next.
  void depart();
  /// Each second: tells of the people in open windows, and closes what has been silent or closing
  /// for too long.
  void sweep();
  /// What its client hasn't taken yet.
  std::size_t waiting_bytes() const { return gathered_.size() + unsent_bytes(); }

  chat::UserId user() const { return user_; }
  chat::ClientRef ref() const { return self_; }

 protected:
  Session(SessionServices& services, chat::ClientRef self, cluster::Newcomer&& newcomer);

  // How its client is reached
  /// Sends `gathered` and leaves it empty, or leaves it until what was sent before is out of here.
  virtual void transmit(std::string& gathered) = 0;
  /// What was to be sent and is still here.
  virtual std::size_t unsent_bytes() const = 0;
  /// Sends `gathered` as the last there is and ends it once that is out.
  virtual void hang_up(std::string& gathered, std::uint16_t code, std::string_view reason) = 0;
  /// It has caught up: the client is to be served from now on.
  virtual void listen(std::string early_bytes) = 0;

  void was_heard() { last_heard_ = services_.now; }
  /// Serves a text of the client's. Requires: kDecodePadding readable bytes behind it.
  void handle_message(std::string_view text);
  /// Keeps it until the session has caught up. False: that would be too much.
  bool keep_for_later(std::string_view text);
  void fail(protocol::Error code, std::string_view detail, chat::ChatId chat = {},
            std::string_view cmid = {}, std::string_view ref = {}, std::uint32_t retry_ms = 0);
  /// What was sent is out: there is room for more.
  void on_room();
  /// Ends it without another word; it departs when the turn ends.
  void end();
  bool is_ended() const { return ended_; }
  bool is_catching_up() const { return state_ == State::kCatchingUp; }
  /// There is more to catch up with once what was sent is out.
  bool wants_room() const;
  SessionServices& services() const { return services_; }

 private:
  struct CatchUp;
  enum class State : std::uint8_t { kCatchingUp, kLive, kClosing };

  void handle_event(std::string_view line);
  void on(const protocol::Hello& event);
  void on(const protocol::Send& event);
  void on(const protocol::Delivered& event);
  void on(const protocol::Read& event);
  void on(const protocol::Fetch& event);
  void on(const protocol::Activity& event);
  void on(const protocol::PresenceQuery& event);
  void on(const protocol::TypingIn& event);
  void on(const protocol::Ping& event);
  void on(const protocol::Leave& event);

  void open_window(chat::ChatId chat);
  void close_window(chat::ChatId chat);
  void tell_presence();
  /// Asks how they stand, and with `watch` to be told whenever that changes.
  void ask_presence(const std::vector<chat::UserId>& users, bool watch);
  void unwatch(const std::vector<chat::UserId>& users);

  void attach(chat::ChatId chat, std::optional<chat::Seq> have);
  void attach_more();
  void ask_deferred_pages();
  void finish_catch_up();
  void forget_chat(chat::ChatId chat);
  /// The answers that waited until the chat's messages had come.
  void give_answers(chat::ChatId chat);
  bool holds_chat(chat::ChatId chat) const;

  template <class Event>
  void add(const Event& event);
  void append(std::string_view events);
  /// Where the next event goes, or nullptr when nothing more may be said.
  std::string* begin_event();
  /// Room for it in `gathered_`, whenever that goes out.
  std::string* gather_event();
  /// Ends a session for which more than the limit waits and that doesn't take it.
  void close_if_behind();
  /// What the client asks for; what of it an error names.
  struct Wish {
    cluster::Work work;
    chat::ShardIndex shard = 0;  ///< that is to do it
    chat::ChatId chat = {};
    std::string_view cmid = {};
    std::string_view ref = {};
  };
  /// Refuses it, by an error unless it is only a hint: its user asks for too much, or the shard has
  /// too much to do.
  bool is_refused(const Wish& wish);
  bool is_too_much(const Wish& wish);
  bool is_shed(const Wish& wish);
  chat::ShardIndex shard_of(chat::ChatId chat) const { return services_.placement.of(chat); }
  void to_chat(chat::ChatId chat, chat::Command command);
  void was_active();
  /// In milliseconds.
  std::uint32_t time_away(protocol::Error reason);
  /// A line of the event stream, if somebody wants it.
  void note(std::string_view event, chat::ChatId chat = {}, std::string_view kind = {});
  void begin_closing(std::uint16_t code, std::string_view reason);

  // Constant after construction
  SessionServices& services_;
  const chat::ClientRef self_;
  const chat::UserId user_;
  UserBudgets::Budget& budget_;

  // Owned by the shard thread
  State state_ = State::kCatchingUp;
  bool flush_planned_ = false;  ///< when the turn ends
  bool later_planned_ = false;  ///< when what may wait has waited
  bool ended_ = false;
  SteadyTime last_heard_;              ///< while closing: when closing began
  std::uint32_t attempts_ = 0;         ///< how many times chats were asked for
  std::vector<chat::ChatId> chats_;    ///< attached, or being attached
  std::unique_ptr<CatchUp> catch_up_;  ///< null when there is none
  std::unique_ptr<Windows> windows_;   ///< once one was opened
  std::string gathered_;               ///< events for the next WebSocket message
};

template <class Event>
void Session::add(const Event& event) {
  std::string* out = begin_event();
  if (!out) return;
  protocol::encode(*out, event);
  services_.metrics.add(std::is_same_v<Event, protocol::Failure>
                            ? metrics::Metric::kServerEventsError
                            : metrics::Metric::kServerEventsOther);
}

}  // namespace throng::gateway
