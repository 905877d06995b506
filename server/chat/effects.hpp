#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "server/chat/commands.hpp"

/// What the rules want done, by the shard that holds the sessions concerned.
namespace throng::chat {

/// JSON objects that were encoded once and go to many; newline-separated.
using SharedEvents = std::shared_ptr<const std::string>;

/// An event for every session on the shard that is up to date with the chat.
struct Deliver {
  ChatId chat;
  SharedEvents events;
  std::optional<ClientRef> except_client;  ///< who sent it hears of it otherwise
  UserId except_user;
};

/// The answer to whoever asked. `error` is what `json` says, for HTTP's status line.
struct Answer {
  ClientRef to;
  std::string json;
  std::optional<protocol::Error> error;
  std::uint32_t line = 0;
  ChatId sent_to = {};  ///< of a `sent`: it has a place among the chat's messages
};

/// A piece of a chat's catch-up, in order. The piece that is `complete` reaches everything that
/// was committed; what is committed later follows it on the same way as live traffic.
struct Page {
  ClientRef to;
  std::uint32_t attempt = 0;  ///< of the Attach that this is a piece of
  std::string events = {};    ///< encoded messages (and receipts, when complete); may be empty
  std::uint32_t messages = 0;
  Seq through = 0;
  bool complete = false;
  bool member = true;  ///< false: the user isn't in the chat (any more), there is nothing to see
  protocol::ChatState state;
};

/// Events for all sessions of one user.
struct Notice {
  UserId user;
  SharedEvents events;
};

/// The user was put into the chat or taken out of it.
struct MembershipChanged {
  UserId user;
  ChatId chat;
  bool member = false;
  Seq last = 0;
};

/// The other members of a chat whose window a session opened.
struct WindowOpened {
  ClientRef to;
  ChatId chat;
  std::vector<UserId> members;
};

using Effect = std::variant<Deliver, Answer, Page, Notice, MembershipChanged, WindowOpened>;

/// Takes effects to the shards that carry them out. What is mailed to one shard arrives there in
/// the order it was mailed; it is never carried out inside the call.
class Outbox {
 public:
  virtual void mail(ShardIndex to, Effect effect) = 0;

 protected:
  ~Outbox() = default;
};

}  // namespace throng::chat
