#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "loadgen/floor/echo_chat.hpp"
#include "protocol/codec.hpp"
#include "protocol/token.hpp"

namespace throng::floor {

/// A connection of the peer, as long as it lasts.
using SessionId = std::uint32_t;

/// What the echo peer does, without its sockets: `throng.v1` as protocol/README.md promises it,
/// for chats that an admin makes, in memory and with nothing that takes time. It keeps no more than
/// what scenarios need: no accounts, no names of chats, nobody leaves a chat.
///
/// Memory is bounded by kMaxMessages in all chats together. A chat whose log gets long forgets what
/// every member has got, which ends its history there; when that isn't enough, sends are refused
/// with `overloaded`, and nothing that was acknowledged is lost.
///
/// Owned by the peer's only thread.
class EchoChats {
 public:
  /// One event to a session that has said hello or is doing so.
  using Tell = std::function<void(SessionId session, std::string_view json)>;

  static constexpr std::size_t kMaxMessages = 1'000'000;
  /// A chat is trimmed whenever so many messages came to it.
  static constexpr std::size_t kTrimInterval = 4096;

  EchoChats(const protocol::TokenKey& key, Tell tell, std::size_t max_messages = kMaxMessages)
      : key_(key), tell_(std::move(tell)), max_messages_(max_messages) {}

  /// The answer to the body of `POST /chats` with one chat a line.
  std::string make_chats(std::string_view body);
  /// The answer to the body of `POST /chats/{chat}/members`: `{"chat"}` or an error event.
  std::string add_members(ChatId chat, std::string_view body);

  /// Serves one WebSocket message. Requires: kDecodePadding readable bytes behind it.
  void on_text(SessionId session, std::string_view text, TimeMs now);
  /// The connection is over.
  void on_gone(SessionId session);

 private:
  struct Person {
    std::vector<std::size_t> chats;  ///< in chats_
    std::vector<SessionId> sessions;
    TimeMs last_seen = 0;
  };
  /// Who says something, and when.
  struct Speaker {
    SessionId session;
    UserId user;
    TimeMs now;
  };

  std::string make_chat(std::string_view line);
  void join(std::size_t chat, UserId user);

  void on_line(SessionId session, std::string_view line, TimeMs now);
  void greet(SessionId session, const protocol::Hello& hello, TimeMs now);
  void catch_up(const Speaker& speaker, const protocol::Hello& hello);
  std::uint64_t replay(const Speaker& speaker, const EchoChat& chat, std::optional<Seq> have);

  void serve(const Speaker& speaker, const protocol::Hello& event);
  void serve(const Speaker& speaker, const protocol::Send& event);
  void serve(const Speaker& speaker, const protocol::Delivered& event);
  void serve(const Speaker& speaker, const protocol::Read& event);
  void serve(const Speaker& speaker, const protocol::Fetch& event);
  void serve(const Speaker& speaker, const protocol::Activity& event);
  void serve(const Speaker& speaker, const protocol::PresenceQuery& event);
  void serve(const Speaker& speaker, const protocol::TypingIn& event);
  void serve(const Speaker& speaker, const protocol::Ping& event);
  void serve(const Speaker& speaker, const protocol::Leave& event);

  /// The chat, if the speaker is in it; else nullptr, and he was told so.
  EchoChat* chat_of(const Speaker& speaker, ChatId chat, const protocol::Failure& about);
  void move_cursors(const Speaker& speaker, ChatId id, Seq delivered, Seq read);
  /// False if there is none even when the chat has been trimmed.
  bool has_room(EchoChat& chat);
  void trim(EchoChat& chat);
  void touch(const Speaker& speaker);

  template <class Event>
  void tell(SessionId session, const Event& event);
  /// All sessions of the user but one.
  void tell_user(UserId user, std::string_view json, std::optional<SessionId> but = std::nullopt);
  void refuse(SessionId session, protocol::Failure failure, protocol::Error code);

  // Constant after construction
  protocol::TokenKey key_;
  Tell tell_;
  std::size_t max_messages_;

  std::deque<EchoChat> chats_;  ///< chat n stands at n - 1
  std::unordered_map<std::string, ChatId> keys_;
  std::unordered_map<UserId, Person> people_;
  std::unordered_map<SessionId, UserId> sessions_;
  std::size_t messages_ = 0;  ///< in all chats
  protocol::Decoder decoder_;
  std::string json_;
};

}  // namespace throng::floor
