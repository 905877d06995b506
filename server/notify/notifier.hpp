#pragma once

#include <atomic>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "server/chat/directory.hpp"
#include "server/chat/message_log.hpp"
#include "server/notify/backoff.hpp"
#include "server/notify/preferences.hpp"
#include "server/notify/push_store.hpp"
#include "server/notify/rate_limit.hpp"
#include "server/notify/ready_queue.hpp"

namespace throng::notify {

struct NotifierSettings {
  PerChannel<bool> channels{};  ///< that there are
  /// How long after a message its members' devices have to say that they took it.
  TimeMs grace = 2'000;
  /// How long further messages of a chat bring no other push.
  TimeMs quiet = 600'000;
  /// When a user who has a session and doesn't take the message is looked at again.
  TimeMs look_again = 5'000;
  Backoff backoff;
  std::uint32_t attempts = 12;  ///< before a push is dead
  std::size_t in_flight = 16;   ///< on each channel
  std::uint32_t user_per_hour = 120;
  std::uint32_t codes_per_hour = 20;        ///< one-time codes, of one user
  std::uint32_t client_per_hour = 100'000;  ///< asked for by one caller of the API
  std::size_t pushes = 200'000;             ///< waiting at once
  std::size_t chats = 200'000;              ///< with messages that nobody has looked at yet
};

/// What the notifier counts, for metrics. Written by its thread, read by any.
struct NotifierCounts {
  using Count = std::atomic<std::uint64_t>;
  PerChannel<Count> sent{};
  PerChannel<Count> failures{};  ///< attempts that failed
  PerChannel<Count> dead{};      ///< given up
  Count collapsed = 0;           ///< messages that joined a push that was there
  Count taken = 0;               ///< withdrawn, since a device took the messages first
  Count expired = 0;
  Count rate_limited = 0;
  Count queue_full = 0;
  Count waiting = 0;  ///< now
};

/// How an attempt ended.
enum class Outcome : std::uint8_t {
  kDelivered,
  kFailed,   ///< it may go better later
  kRefused,  ///< it never will
};

/// What the notifier asks of others; nothing of it is answered inside the call.
class Outside {
 public:
  /// Which of these users have no session? Answered by on_away().
  virtual void ask_away(std::vector<UserId> users) = 0;
  /// Makes an attempt, answered by on_outcome(). `messages`: of how many the push tells.
  virtual void send(const Push& push, const Preferences& preferences, std::uint32_t messages) = 0;

 protected:
  ~Outside() = default;
};

/// A wish to push the same to many users.
struct Announcement {
  UserId client;  ///< who wishes it
  std::vector<UserId> users;
  Priority priority = Priority::kPromotion;
  std::string title = {};
  std::string text = {};
  TimeMs life = 0;  ///< not sent later than that
};

/// Decides who gets which push when: commits, answers and a time in, questions and attempts out.
///
/// A message that was committed marks its chat. After a grace time the notifier looks at the
/// members whose delivered cursor is behind, and plans a push to each on each channel that he
/// wants; one that is there already takes the message in. A push is sent to who has no session,
/// and only after another look at the cursor. Marks and pushes are durable, so that neither is
/// forgotten by a restart; a push whose attempt a crash cut short is sent again under the same id.
///
/// No sockets, no clock, no threads of its own; used by one thread.
class Notifier {
 public:
  /// Of how many messages a push can tell.
  static constexpr std::uint32_t kMostMessages = 100;

  /// Requires: all outlive the notifier.
  Notifier(const NotifierSettings& settings, PushStore& store, const chat::MessageLog& log,
           const chat::Directory& directory, Outside& outside);

  /// Goes on with what an earlier process left.
  void start(TimeMs now);
  void on_message(ChatId chat, Seq seq, TimeMs now);
  void on_away(const std::vector<UserId>& asked, const std::vector<UserId>& away, TimeMs now);
  void on_outcome(std::uint64_t push, Outcome outcome, std::string reason, TimeMs now);
  /// Returns how many pushes are on their way, durably.
  /// Errors: kOverloaded when the client is at its limit or too many pushes wait, kUnavailable.
  boost::system::result<std::size_t, protocol::Error> announce(const Announcement& wish,
                                                               TimeMs now);
  /// Does what is due.
  void tick(TimeMs now);
  /// When tick() is to be called next.
  TimeMs next_tick() const;

  Preferences preferences(UserId user) const;
  /// Errors: as the store's.
  boost::system::error_code set_preferences(UserId user, const Preferences& preferences);

  const NotifierCounts& counts() const { return counts_; }

 private:
  static constexpr TimeMs kRetryMs = 5'000;  ///< after storage failed

  enum class State : std::uint8_t { kPlanned, kAsking, kReady, kInFlight };
  struct Entry {
    Push push;
    State state = State::kPlanned;
    Seq sending = 0;  ///< while in flight: of which message the attempt tells
  };
  struct DueChat {
    TimeMs due = 0;
    ChatId chat;
  };
  /// Of a push about messages; there is one at most.
  using ChatKey = std::tuple<UserId, ChatId, Channel>;

  static ChatKey key_of(const Push& push) { return {push.user, push.chat, push.channel}; }

  /// Whether what has gathered is lasting now.
  bool commit(TimeMs now);
  void consider_due_chats(TimeMs now);
  void consider(ChatId chat, Seq seq, TimeMs now);
  /// Sees to it that a push tells `user` of the messages after < seq <= through.
  void tell(UserId user, ChatId chat, Seq after, Seq through, TimeMs now);
  void tell(const Push& wish, TimeMs now);
  bool add(Push push);
  void plan(Entry& entry, TimeMs due);
  void look_at_due_pushes(TimeMs now);
  /// True if it is to be sent once its user is known to be away.
  bool look_at(Entry& entry, TimeMs now);
  void send_ready(Channel channel, TimeMs now);
  void send(Entry& entry, TimeMs now);
  bool is_within_limits(Entry& entry, TimeMs now);
  /// How many messages of others there are that the user doesn't have.
  std::uint32_t missed_by(const Push& push) const;
  Seq delivered_to(const Push& push) const;
  void give_up(Entry& entry, Fate fate, std::string reason, TimeMs now);
  void record(const Push& push, Fate fate, std::string reason, TimeMs now);
  void forget(Entry& entry);

  // Constant after construction
  const NotifierSettings settings_;
  PushStore& store_;
  const chat::MessageLog& log_;
  const chat::Directory& directory_;
  Outside& outside_;

  // Owned by the notifier's thread
  boost::unordered_flat_map<ChatId, Seq, std::hash<ChatId>> marks_;  ///< the newest of each chat
  std::deque<DueChat> due_chats_;                                    ///< in the order of due
  std::map<std::uint64_t, Entry> pushes_;
  std::map<ChatKey, std::uint64_t> by_chat_;
  std::set<std::pair<TimeMs, std::uint64_t>> due_;  ///< those that are planned
  std::map<UserId, std::vector<std::uint64_t>> asking_;
  PerChannel<ReadyQueue> ready_;
  PerChannel<std::size_t> in_flight_{};
  std::uint64_t next_id_ = 1;
  TimeMs resume_at_ = 0;  ///< nothing is done before: the store couldn't be written
  RateLimit user_limit_;
  RateLimit code_limit_;
  RateLimit client_limit_;
  NotifierCounts counts_;
};

}  // namespace throng::notify
