#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/frame.hpp"
#include "server/gateway/services.hpp"

namespace throng::gateway {

/// One WebSocket session of a user who said hello: catch-up first, then live. It lives on its
/// user's home shard and is used by that shard's thread only.
///
/// Invariants: one write is in flight at most, and everything that gathers meanwhile goes out as
/// one WebSocket message; a session that is idle holds no buffer; until it has caught up nothing
/// is read from it, so what the device sees of a chat only ever rises; what waits for it is bounded
/// by Limits::outbound_bytes and the size of one answer.
class Session {
 public:
  Session(Services& services, chat::ClientRef self, Socket socket, cluster::Newcomer&& newcomer);
  ~Session();

  /// Registers the session and starts its catch-up.
  /// Errors: throws boost::system::system_error when the disk can't be read; nothing is registered
  /// then.
  void start();

  void on_answer(chat::Answer&& answer);
  void on_page(chat::Page&& page);
  void on_membership(const chat::MembershipChanged& change);
  /// Adds encoded events (newline-separated) to what goes out at the end of the turn, unless too
  /// much waits already: then the session is closed.
  void add_events(std::string_view events);
  /// The same for what may wait a little for company: it goes with whatever is written next, or
  /// when Limits::receipt_delay is over.
  void add_events_for_later(std::string_view events);
  /// Goes on with what its socket is ready for.
  void on_ready(const SocketSet::Ready& ready);
  /// Sees to it that it is flushed when the turn ends.
  void will_flush();
  /// Writes what has gathered.
  void flush();
  /// Says bye, then closes.
  void close(protocol::Error reason);
  /// Takes an ended session out of everything that knows it. It is destroyed next.
  void depart();
  /// Each second: closes what has been silent or closing for too long.
  void sweep();

  chat::UserId user() const { return user_; }
  chat::ClientRef ref() const { return self_; }

 private:
  struct CatchUp;
  enum class State : std::uint8_t { kCatchingUp, kLive, kClosing };

  /// Tells the shard's sockets what this one waits for.
  void watch(SocketSet::Interest interest);
  void read_from_now_on() { watch({.read = true, .write = interest_.write}); }
  void read();
  void take_frames(std::span<char> input);
  void handle_message(std::string_view text);
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

  void attach(chat::ChatId chat, std::optional<chat::Seq> have);
  void attach_more();
  void ask_deferred_pages();
  void finish_catch_up();
  void forget_chat(chat::ChatId chat);
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
  /// Refuses what the client asks of a chat whose shard has too much to do.
  bool is_refused(chat::ChatId chat, std::string_view cmid = {}, std::string_view ref = {});
  void fail(protocol::Error code, std::string_view detail, chat::ChatId chat = {},
            std::string_view cmid = {}, std::string_view ref = {});
  void to_chat(chat::ChatId chat, chat::Command command);
  void was_active();
  std::size_t waiting_bytes() const { return gathered_.size() + unsent_.size(); }
  void write_rest();
  void await_writing() { watch({.read = interest_.read, .write = true}); }
  void add_close_frame(std::uint16_t code, std::string_view reason);
  /// Ends it without another word; it departs when the turn ends.
  void end();

  // Constant after construction
  Services& services_;
  const chat::ClientRef self_;
  const chat::UserId user_;

  // Owned by the shard thread
  Socket socket_;
  protocol::FrameReader reader_;
  State state_ = State::kCatchingUp;
  SocketSet::Interest interest_;
  bool watched_ = false;        ///< the shard's sockets know it
  bool flush_planned_ = false;  ///< when the turn ends
  bool later_planned_ = false;  ///< when what may wait has waited
  bool ended_ = false;
  bool peer_closed_ = false;
  SteadyTime last_heard_;              ///< while closing: when closing began
  std::uint32_t attempts_ = 0;         ///< how many times chats were asked for
  std::vector<chat::ChatId> chats_;    ///< attached, or being attached
  std::unique_ptr<CatchUp> catch_up_;  ///< null when there is none
  std::string unread_;                 ///< an incomplete frame
  std::string gathered_;               ///< events for the next WebSocket message
  std::string unsent_;                 ///< framed bytes that the kernel didn't take yet
};

template <class Event>
void Session::add(const Event& event) {
  if (std::string* out = begin_event()) protocol::encode(*out, event);
}

}  // namespace throng::gateway
