#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "protocol/codec.hpp"
#include "tests/server/chat/simulated_cluster.hpp"

namespace throng::chat {

/// A device of a user together with its session on the user's home shard. The session does what
/// the gateway's does: it attaches, asks for pages, goes live, and forgets what it is taken out of.
/// What the device is told goes to the judge; of the order in each chat it is the judge itself.
class SimulatedDevice {
 public:
  /// `keeps_messages`: it says what it has when it comes back; otherwise it has only what the
  /// user's cursor remembers.
  SimulatedDevice(SimulatedCluster& cluster, std::uint32_t slot, UserId user, bool keeps_messages);

  UserId user() const { return user_; }
  ShardIndex home() const { return cluster_.placement().of(user_); }
  bool is_connected() const { return connected_; }
  /// Whether the server would serve what the device says.
  bool is_served() const { return connected_ && !logging_in_; }

  void connect();
  void disconnect();
  /// The server is gone: nobody is told.
  void lose_connection();

  // What a user does.
  void send_new(ChatId chat);
  /// Sends something once more, acknowledged or not.
  void send_again();
  void mark(ChatId chat);
  void change_members(ChatId chat, UserId other, bool add);
  /// Asks for the next pages, as the session does once the client has taken the last.
  void ask_pages();

  // What the shard has for the session.
  bool is(const ClientRef& ref) const { return connected_ && ref == self_; }
  bool is_live(ChatId chat) const { return chats_.contains(chat) && chats_.at(chat).live; }
  void on_page(const Page& page);
  void on_membership(const MembershipChanged& change);
  void on_events(const std::string& events);

  /// Everything of the chat above `after` is on the device. Requires: it keeps messages.
  void check_has_all(ChatId chat, Seq after) const;

 private:
  struct Held {
    bool live = false;
    std::uint32_t attempt = 0;
    std::optional<Seq> last = std::nullopt;  ///< the last message of this attempt
    std::optional<Seq> deferred_after = std::nullopt;
  };
  struct Message {
    ChatId chat;
    std::string cmid;
    std::string body;
  };

  void attach(ChatId chat, std::optional<Seq> have);
  void forget(ChatId chat);
  void post(const Message& message);
  void on(const protocol::Sent& sent);
  void on(const protocol::Message& message);
  void on(const protocol::Receipt& receipt);
  template <class Other>
  void on(const Other&) {}
  void has(ChatId chat, Seq seq);
  void check_first(ChatId chat, Seq seq) const;

  SimulatedCluster& cluster_;
  const UserId user_;
  const bool keeps_messages_;
  ClientRef self_;
  protocol::Decoder decoder_;

  // The session
  bool connected_ = false;
  bool logging_in_ = false;
  std::uint32_t attempts_ = 0;
  std::map<ChatId, Held> chats_;
  std::set<std::pair<ChatId, Seq>> answered_;  ///< own messages this session has `sent` for

  // The device
  std::uint32_t cmids_made_ = 0;
  std::vector<Message> messages_;                              ///< all it ever sent
  std::map<ChatId, std::set<Seq>> has_;                        ///< what it got
  std::map<std::pair<ChatId, UserId>, CursorRecord> cursors_;  ///< as last told
};

}  // namespace throng::chat
