#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <set>
#include <variant>
#include <vector>

#include "server/chat/conversation.hpp"
#include "server/chat/directory.hpp"
#include "server/chat/effects.hpp"
#include "server/chat/message_log.hpp"
#include "server/chat/pagination.hpp"
#include "server/chat/placement.hpp"

namespace throng::chat {

/// What the rules count, for metrics.
struct RuleCounts {
  std::uint64_t messages = 0;      ///< accepted and durable
  std::uint64_t body_bytes = 0;    ///< of these
  std::uint64_t repeats = 0;       ///< sends whose cmid had its answer already
  std::uint64_t cursor_moves = 0;  ///< durable moves of delivered or read cursors
  std::uint64_t catch_up_pages = 0;
  std::uint64_t catch_up_messages = 0;
  std::uint64_t history_messages = 0;
  std::uint64_t overloaded = 0;  ///< sends refused because too much awaits its commit
  std::uint64_t failed = 0;      ///< things asked for that a failed commit took back
};

/// The rules of all chats that one shard owns: commands and a time in, effects out.
///
/// Nothing that a command changes is told to anybody before the batch that holds it is durable:
/// the owner takes batches with take_batch(), one at a time, has them committed, and reports back
/// with committed(). Effects come out in the order of commands.
///
/// No sockets, no clock, no threads; storage is read (never written) through the log and the
/// directory. Owned by its shard's thread.
class Rules {
 public:
  /// How many messages, moves and changes may await their commit before sends are refused.
  static constexpr std::size_t kMaxPending = 100'000;
  /// How many more times one message may be sent while it awaits its commit.
  static constexpr std::size_t kMaxRepeats = 1000;
  /// One page of a catch-up.
  static constexpr PageLimit kCatchUpPage{.messages = 200, .bytes = 64 * 1024};
  static constexpr PageLimit kHistoryPage{.messages = protocol::kMaxFetchLimit, .bytes = 1 << 20};
  static constexpr std::size_t kMaxChatMembers = 100'000;
  /// Between two counts of receipts for the same sender.
  static constexpr TimeMs kTallyInterval = 1'000;

  /// Requires: log, directory, pagination and outbox outlive the rules.
  Rules(Placement placement, const MessageLog& log, const Directory& directory,
        const Pagination& pagination, Outbox& outbox);
  ~Rules();

  void handle(Command&& command, TimeMs now);

  /// Where others on the shard (presence) add what they want kept.
  Batch& batch() { return *batch_; }
  const Batch& batch() const { return *batch_; }
  /// Whether take_batch() would return one.
  bool has_batch() const { return !commit_under_way_ && !batch_->empty(); }
  /// What is to be committed next; null when there is nothing or a batch is under way.
  std::unique_ptr<Batch> take_batch();
  /// The batch that was taken is durable (ok), or nothing is known of it. Gives its memory back.
  void committed(std::unique_ptr<Batch> batch, bool ok);
  /// Tells what may have waited a second. To be called about once in that time.
  void tick(TimeMs now);

  const RuleCounts& counts() const { return counts_; }
  std::size_t pending() const { return gathering_.size() + committing_.size(); }
  std::size_t chats_in_memory() const { return chats_.size(); }

 private:
  // What awaits its commit, in the order in which it was accepted. `record` is its place in the
  // batch. Conversations don't move in memory.
  struct Repeat {
    ClientRef from;
    ChatId chat;
    UserId user;
    std::string cmid;
  };
  struct PendingMessage {
    Conversation* chat;
    std::size_t record;
    ClientRef from;
    Seq revises = 0;                   ///< the message that it edits or deletes; 0: none
    std::vector<Repeat> repeats = {};  ///< who sent the same cmid again meanwhile
  };
  struct PendingCursor {
    Conversation* chat;
    std::size_t record;
    Seq delivered_before;
    Seq read_before;
    std::uint64_t earlier;  ///< the member's move before this one, if that isn't committed either
  };
  struct PendingChat {
    Conversation* chat;
    std::vector<std::pair<ClientRef, std::uint32_t>> from;  ///< who asked for it, in which line
  };
  struct PendingMembers {
    Conversation* chat;
    ClientRef from;
    std::size_t first_record;
    std::size_t records;
    std::vector<Member> before;  ///< as they stood, to be taken back to
  };
  struct PendingName {
    Conversation* chat;
    ClientRef from;
    std::size_t record;
  };
  using Pending =
      std::variant<PendingMessage, PendingCursor, PendingChat, PendingMembers, PendingName>;
  using MemberChange = Member* (*)(Conversation&, UserId);

  void on(Attach& c, TimeMs now);
  void on(NextPage& c, TimeMs now);
  void on(Detach& c, TimeMs now);
  void on(PostMessage& c, TimeMs now);
  void on(MarkCursor& c, TimeMs now);
  void on(FetchHistory& c, TimeMs now);
  void on(ShowTyping& c, TimeMs now);
  void on(CreateChat& c, TimeMs now);
  void on(ChangeMembers& c, TimeMs now);
  void on(RenameChat& c, TimeMs now);
  void on(DescribeChat& c, TimeMs now);
  void on(OpenWindow& c, TimeMs now);

  void finish(PendingMessage& p, const Batch& batch);
  void finish(PendingCursor& p, const Batch& batch);
  void finish(PendingChat& p, const Batch& batch);
  void finish(PendingMembers& p, const Batch& batch);
  void finish(PendingName& p, const Batch& batch);
  void take_back(PendingMessage& p, const Batch& batch);
  void take_back(PendingCursor& p, const Batch& batch);
  void take_back(PendingChat& p, const Batch& batch);
  void take_back(PendingMembers& p, const Batch& batch);
  void take_back(PendingName& p, const Batch& batch);

  /// A copy of the message that `c` says something of.
  /// Errors: kNoSuchMessage unless that can be said of it; kOverloaded while it is being changed.
  boost::system::result<StoredMessage, protocol::Error> referred(const PostMessage& c,
                                                                 const Conversation& chat,
                                                                 const Member& member) const;
  /// Lets the chat see the asset from the message's commit on. False: the sender may not see it.
  bool share_asset(const PostMessage& c, const Conversation& chat);
  /// Whether the member may say that of the message.
  static bool may_say(protocol::MessageKind kind, const Conversation& chat, const Member& member,
                      const StoredMessage& of);
  /// Has the senders of what receipts newly cover told, one by one or by count.
  void tell_senders(const PendingCursor& p, const CursorRecord& moved);
  /// Tells the senders in large chats what has gathered, at most once in kTallyInterval.
  void tell_tallies();
  void apply(PendingMembers& pending, UserId user, MemberChange change);
  /// Sees to it that a chat which had an admin has one.
  void find_successor(PendingMembers& pending);
  void tell_chat_changed(const Conversation& chat, std::string_view name);

  /// What await_commit() will return next.
  std::uint64_t next_serial() const { return serials_taken_ + gathering_.size() + 1; }
  /// Puts it behind everything that awaits its commit and returns its serial, from 1.
  std::uint64_t await_commit(Pending pending);
  /// Requires: what has this serial isn't committed yet.
  Pending& pending_at(std::uint64_t serial);
  bool full() const { return pending() >= kMaxPending; }
  /// Requires: `serial` was given out, or is 0.
  bool is_committed(std::uint64_t serial) const {
    return serial <= serials_taken_ - committing_.size();
  }
  /// Whether sessions of the member can be brought up to date: he is in the chat, and that is
  /// durable. Who is just joining gets a MembershipChanged later; who is just leaving is there
  /// until then.
  bool is_there(const Member& member) const;
  /// The member's cursors without the moves that await their commit.
  CursorRecord durable_cursors(ChatId chat, const Member& member);

  /// The chat in memory, loaded when it isn't yet; nullptr when there is no such chat.
  Conversation* load(ChatId id);
  void recall_senders(Conversation& chat) const;
  std::string name_of(ChatId chat) const;
  void send_page(Page page, Conversation& chat, UserId user);
  /// The messages below `first` were removed.
  static void tell_trimmed(std::string& events, ChatId chat, Seq first);
  void add_receipts_of_others(std::string& events, const Conversation& chat, UserId user);
  protocol::ChatState state_of(const Conversation& chat, const Member& member);
  void to_attached(const Conversation& chat, const Deliver& deliver);
  void answer(const ClientRef& to, std::string json, std::uint32_t line = 0);
  void answer_sent(const ClientRef& to, ChatId chat, std::string_view cmid, Seq seq, TimeMs time);
  void refuse(const ClientRef& to, protocol::Error error, ChatId chat, std::string_view cmid = {},
              std::string_view ref = {}, std::string_view detail = {}, std::uint32_t line = 0);

  // Constant after construction
  const Placement placement_;
  const MessageLog& log_;
  const Directory& directory_;
  const Pagination& pagination_;
  Outbox& outbox_;

  // Owned by the shard thread
  boost::unordered_flat_map<ChatId, std::unique_ptr<Conversation>, std::hash<ChatId>> chats_;
  std::unique_ptr<Batch> batch_;
  std::unique_ptr<Batch> spare_;
  bool commit_under_way_ = false;
  std::vector<Pending> gathering_;   ///< goes with batch_
  std::vector<Pending> committing_;  ///< goes with the batch that was taken
  std::uint64_t serials_taken_ = 0;  ///< everything up to this serial is in no batch_ any more
  /// Serials of uncommitted messages by a hash of (chat, sender, cmid).
  boost::unordered_flat_map<std::uint64_t, std::uint64_t> uncommitted_;
  std::set<std::pair<ChatId, Seq>> revising_;  ///< messages whose change isn't committed yet
  std::vector<UserId> scratch_users_;
  std::vector<Seq> scratch_seqs_;
  struct Untold {
    Conversation* chat;
    Seq seq;
  };
  std::vector<Untold> untold_;  ///< of large chats; each has kRecentSenders at most
  TimeMs tallies_due_ = 0;
  TimeMs now_ = 0;  ///< when something was last asked for
  RuleCounts counts_;
};

}  // namespace throng::chat
