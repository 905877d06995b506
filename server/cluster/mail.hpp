#pragma once

#include <boost/system/error_code.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/session_line.hpp"
#include "server/chat/commands.hpp"
#include "server/chat/effects.hpp"
#include "server/cluster/load.hpp"
#include "tls/channel.hpp"

namespace throng::cluster {

/// A batch came back from the committer.
struct Committed {
  std::unique_ptr<chat::Batch> batch;
  boost::system::error_code error;
};

/// The place of a session on a connection that it shares with others.
struct Lane {
  chat::ShardIndex shard = 0;  ///< where the connection is
  std::uint32_t connection = 0;
  std::uint32_t generation = 0;
  protocol::SessionNumber session = 0;
};

/// A connection whose hello was accepted, on its way to the shard where its user is at home.
struct Newcomer {
  int descriptor = -1;  ///< the receiver owns it; -1 if the session shares its connection
  std::unique_ptr<tls::Channel> channel = nullptr;  ///< over that; null: plain
  chat::UserId user;
  std::vector<protocol::ChatPosition> have;
  bool rewound = false;      ///< what it has is of another state of the store: all anew
  std::optional<Lane> lane;  ///< where it reaches its client, if it shares its connection
  std::string early_events;  ///< what came in the same message behind hello
  std::string early_bytes;   ///< what came behind that message
};

/// Asks a user's home about users who live there.
struct AskPresence {
  chat::ClientRef from;
  std::vector<chat::UserId> users;
  bool watch = false;  ///< and to be told whenever it changes
};

/// The session doesn't want to be told any more.
struct Unwatch {
  chat::ClientRef from;
  std::vector<chat::UserId> users;
};

/// What has changed of people that sessions on the shard watch.
struct PresenceChanged {
  struct Change {
    chat::ClientRef to;
    protocol::PresenceState state;
  };
  std::vector<Change> changes;
};

/// Asks a user's home who of the users that live there has no session.
struct AskAway {
  using Answer =
      std::function<void(std::vector<chat::UserId> asked, std::vector<chat::UserId> away)>;

  std::vector<chat::UserId> users;
  Answer answer;  ///< called on the home's thread
};

/// The server is going down: sessions are told and closed.
struct Leave {};

// From a session to the connection that it shares:

struct LaneOpened {
  Lane lane;
  chat::ClientRef session;
};
struct LaneOutput {
  Lane lane;
  chat::ClientRef session;
  std::string events;
  bool caught_up = false;
  bool wants_room = false;  ///< to be told once this has left the server
};
struct LaneEnded {
  Lane lane;
  bool failed = false;  ///< it couldn't begin: the disk can't be read
};

/// So much of what the connection passed on is dealt with.
struct LaneTaken {
  Lane lane;
  std::size_t bytes = 0;
};

// From a shared connection to a session on it:

struct LaneInput {
  Lane lane;
  chat::ClientRef session;
  std::string events;
};
struct LaneDrained {
  chat::ClientRef session;
};
struct LaneCut {
  chat::ClientRef session;
};

using Mail = std::variant<chat::Command, chat::Effect, Committed, Newcomer, AskPresence, Unwatch,
                          PresenceChanged, AskAway, Leave, LaneOpened, LaneOutput, LaneEnded,
                          LaneTaken, LaneInput, LaneDrained, LaneCut>;

/// Carries mail to shards; what goes from one shard to another arrives in order.
/// Today every shard is in this process; shards of other nodes come in behind the same call.
class PostOffice {
 public:
  /// Any thread.
  virtual void send(chat::ShardIndex to, Mail mail) = 0;
  /// Any thread. How much `to` has to do: by the mail that awaits it now, and by all else as it was
  /// a moment ago.
  virtual Load load(chat::ShardIndex to) const = 0;

 protected:
  ~PostOffice() = default;
};

}  // namespace throng::cluster
