#pragma once

#include <boost/system/error_code.hpp>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "server/chat/commands.hpp"
#include "server/chat/effects.hpp"

namespace throng::cluster {

/// A batch came back from the committer.
struct Committed {
  std::unique_ptr<chat::Batch> batch;
  boost::system::error_code error;
};

/// A connection whose hello was accepted, on its way to the shard where its user is at home.
struct Newcomer {
  int descriptor = -1;  ///< the receiver owns it
  chat::UserId user;
  std::vector<protocol::ChatPosition> have;
  std::string early_events;  ///< what came in the same message behind hello
  std::string early_bytes;   ///< what came behind that message
};

/// Asks a user's home about users who live there.
struct AskPresence {
  chat::ClientRef from;
  std::vector<chat::UserId> users;
};

/// The server is going down: sessions are told and closed.
struct Leave {};

using Mail = std::variant<chat::Command, chat::Effect, Committed, Newcomer, AskPresence, Leave>;

/// Carries mail to shards; what goes from one shard to another arrives in order.
/// Today every shard is in this process; shards of other nodes come in behind the same call.
class PostOffice {
 public:
  /// Any thread.
  virtual void send(chat::ShardIndex to, Mail mail) = 0;
  /// Any thread. True when so much awaits `to` that new work for it should be refused.
  virtual bool congested(chat::ShardIndex to) const = 0;

 protected:
  ~PostOffice() = default;
};

}  // namespace throng::cluster
