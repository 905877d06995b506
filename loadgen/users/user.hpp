#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/random.hpp"
#include "loadgen/pacing/timing_wheel.hpp"
#include "loadgen/transport/transport.hpp"
#include "loadgen/users/outbox.hpp"
#include "loadgen/users/receipt_watch.hpp"
#include "loadgen/users/user_world.hpp"
#include "protocol/codec.hpp"
#include "protocol/events.hpp"

namespace throng::users {

/// One simulated person's device, as a machine without sockets and clock: calls and a time go in;
/// text for the transport, figures for the recorder and entries in the ledger come out. Owned by
/// one worker. With three chats and nothing on its way it takes about 290 bytes, and its seats in
/// the ledger about 200.
///
/// What it records, and from when:
/// - A user *means to be online* from the due time of a login until logout or drop. Time spent
///   offline on purpose is nobody's latency; an outage of the server is.
/// - connect: from each attempt. login, catch_up: from the due time of the login, or from the first
///   attempt to reconnect after a connection was lost. Errors of connect include connections that
///   were lost later, by kind.
/// - send: from the due time to `sent` (or to the user's own message in catch-up, when the answer
///   was lost); for what was queued while offline on purpose, from the due time of the next login.
///   A send without an answer for send_timeout counts one error "timeout" and is repeated.
/// - deliver: from the sender's due time; only if this user has meant to be online since then.
/// - receipt_delivered, receipt_read: from the due time of the user's own message, one for each
///   member; only if sender and member both have meant to be online since then. receipt_read
///   contains the time people take to read.
/// - fan_out: from the due time of the user's own message in a group to the second tick of the last
///   member; only if all members have meant to be online since then.
/// - Ticks of a chat aren't awaited any more once its members have changed.
/// - What the server refused of a cursor is counted as an error of the receipt, and said again.
/// - What is unfinished at finish() is recorded as unresolved.
///
/// Invariants: at most one link is open; nothing is sent on it before hello, and no message before
/// welcome; the timer is armed for the earliest thing that the user waits for.
class User : public pacing::TimerNode {
 public:
  /// `local` is also the user's LinkId.
  User(UserNumber number, LocalUser local, const SocialGraph& graph);
  ~User();

  // ---- What scripts make the user do (scenario::Actions explains each) ----

  /// LoginDone follows. With an error if it takes longer than login_patience (the device goes on
  /// trying), or if the server says that the same would happen again (it doesn't).
  void login(UserWorld& world, pacing::TimePoint due, pacing::TimePoint now);
  void logout(UserWorld& world, pacing::TimePoint now);
  void drop(UserWorld& world, pacing::TimePoint now);

  /// "" or why not: "queue_full", "not_a_member", "too_large".
  std::string_view send(UserWorld& world, ChatIndex chat, const scenario::Draft& draft,
                        pacing::TimePoint due, pacing::TimePoint now);
  /// SendsDone follows; with the error "offline" when sends wait and the user means to be offline.
  void await_sends(UserWorld& world);
  void read(UserWorld& world, ChatIndex chat, pacing::TimePoint now);
  void typing(UserWorld& world, ChatIndex chat, pacing::TimePoint now);
  void activity(UserWorld& world, protocol::ActivityKind kind, std::optional<ChatIndex> chat,
                pacing::TimePoint now);
  /// FetchDone follows; with the error "offline" at once when there is no session.
  void fetch(UserWorld& world, ChatIndex chat, std::string_view pagination_token,
             std::uint32_t limit, pacing::TimePoint due, pacing::TimePoint now);
  /// PresenceDone follows, likewise. Asks about the first kMaxPresenceUsers.
  void presence(UserWorld& world, std::span<const std::uint64_t> user_numbers,
                pacing::TimePoint due, pacing::TimePoint now);

  // ---- What the transport and the wheel tell ----

  void on_open(UserWorld& world, pacing::TimePoint now);
  /// One WebSocket message. Answers (`delivered`) for all of it go out at its end.
  void on_text(UserWorld& world, std::string_view text, pacing::TimePoint now);
  void on_closed(UserWorld& world, transport::CloseReason reason, std::uint16_t close_code,
                 pacing::TimePoint now);
  void on_timer(UserWorld& world, pacing::TimePoint now);

  /// The run is over: records what is unfinished as unresolved and disarms the timer. Nothing may
  /// be called after it but on_closed, which then does nothing.
  void finish(UserWorld& world, pacing::TimePoint now);

  // ---- How it stands ----

  UserNumber number() const { return number_; }
  LocalUser local() const { return local_; }
  /// Caught up: live traffic flows.
  bool online() const { return state_ == State::kOnline; }
  /// Between login and logout or drop, connected or not.
  bool means_to_be_online() const { return wanted_; }
  /// Nothing of the user's own is on its way: caught up if it means to be online, and no send
  /// without an answer.
  bool settled() const;
  std::size_t unanswered_sends() const { return outbox_ ? outbox_->size() : 0; }
  /// Messages of others above the read cursor, as the device counts them; 0 in others' chats.
  std::uint64_t unread(const SocialGraph& graph, ChatIndex chat) const;
  /// The user is one of those in the chat, as far as the device knows.
  bool joined(const SocialGraph& graph, ChatIndex chat) const;
  /// One of the user's chats that it is out of. Linear in them.
  std::optional<ChatIndex> chat_missed(const SocialGraph& graph) const;

  /// Of the user and all it holds, without the ledger's part.
  std::size_t memory_bytes() const;

 private:
  enum class State : std::uint8_t {
    kOffline,
    kBackoff,     ///< means to be online; reconnects at step_due_
    kConnecting,  ///< the transport was told to open
    kGreeting,    ///< hello is sent
    kCatchingUp,  ///< welcome came
    kOnline,      ///< caught_up came
    kClosing,     ///< the transport was told to close; on_closed follows
    kFinished,
  };

  /// What the device knows of one chat. What has arrived of it is in the ledger's seat.
  struct ChatView {
    std::uint32_t sends = 0;           ///< so many were given a k
    std::uint32_t delivered_said = 0;  ///< the highest `delivered` that was said
    std::uint32_t read = 0;            ///< the read cursor, said or to be said
    std::uint32_t last_own = 0;        ///< the user's newest text that wasn't deleted; 0: none
    std::uint32_t unread : 28 = 0;
    std::uint32_t unread_known : 1 = 1;   ///< not if something was missing when the user read
    std::uint32_t out : 1 = 0;            ///< the user has left the chat or was taken out of it
    std::uint32_t members_moved : 1 = 0;  ///< others aren't all there, or weren't: no ticks awaited
    std::uint32_t cursors_unsaid : 1 = 0;  ///< what was said of them was refused
    pacing::TimePoint read_due = pacing::TimePoint::max();
    std::unique_ptr<ReceiptWatch> watch;  ///< once the user has sent to the chat
  };

  /// Something that a script asked the server, of which there is one at a time.
  struct Ask;

  // Sessions (user_session.cpp)
  void connect(UserWorld& world, pacing::TimePoint now);
  void say_hello(UserWorld& world, pacing::TimePoint now);
  void on_welcome(UserWorld& world, const protocol::Welcome& event, pacing::TimePoint now);
  void forget_positions(UserWorld& world);
  void take_epoch() { epoch_ = next_epoch_; }
  void on_caught_up(UserWorld& world, const protocol::CaughtUp& event, pacing::TimePoint now);
  void check_chat_state(UserWorld& world, const protocol::ChatState& told, pacing::TimePoint now);
  void on_bye(UserWorld& world, const protocol::Bye& event, pacing::TimePoint now);
  void lose_session(UserWorld& world, std::string_view kind, pacing::TimePoint now);
  pacing::Duration next_backoff(UserWorld& world);
  void leave(UserWorld& world, bool orderly, pacing::TimePoint now);
  void give_up(UserWorld& world, std::string_view kind, pacing::TimePoint now);
  void report_login(UserWorld& world, std::string_view error, std::uint64_t caught_up);

  // Sends and their ticks (user_sends.cpp)
  void stamp(UserWorld& world, PendingSend& send);
  void stamp_again(UserWorld& world, pacing::TimePoint due);
  void write(UserWorld& world, PendingSend& send, pacing::TimePoint now);
  void write_all(UserWorld& world, pacing::TimePoint now);
  void check_sends(UserWorld& world, pacing::TimePoint now);
  void on_sent(UserWorld& world, const protocol::Sent& event, pacing::TimePoint now);
  void resolve(UserWorld& world, std::uint32_t slot, std::uint32_t k, protocol::Seq seq,
               pacing::TimePoint now);
  void on_send_refused(UserWorld& world, const protocol::Failure& event, pacing::TimePoint now);
  void report_sends(UserWorld& world);
  void watch_receipts(UserWorld& world, std::uint32_t slot, protocol::Seq seq,
                      pacing::TimePoint due, pacing::TimePoint now);
  void on_receipt(UserWorld& world, const protocol::Receipt& event, pacing::TimePoint now);
  void on_receipt_counts(UserWorld& world, const protocol::ReceiptCounts& event,
                         pacing::TimePoint now);
  void watch_known_receipts(UserWorld& world, std::uint32_t slot, protocol::Seq seq,
                            pacing::TimePoint now);
  void record_ticks(UserWorld& world, std::uint32_t slot, UserNumber member,
                    const measure::ReceiptAdvance& advance, pacing::TimePoint now);
  /// The chat is a group of which every member has meant to be online since then.
  bool awaited_by_all(const UserWorld& world, std::uint32_t slot, pacing::TimePoint due) const;
  void record_missing_ticks(UserWorld& world, std::uint32_t slot,
                            const ReceiptWatch::Watched& watched, pacing::TimePoint now);

  // What comes in, and reading it (user_inbox.cpp)
  void on_event(UserWorld& world, const protocol::ServerEvent& event, pacing::TimePoint now);
  void on_message(UserWorld& world, const protocol::Message& event, pacing::TimePoint now);
  void on_failure(UserWorld& world, const protocol::Failure& event, pacing::TimePoint now);
  void answer_delivered(UserWorld& world, pacing::TimePoint now);
  void plan_reading(UserWorld& world, ChatView& view, pacing::TimePoint now);
  void read_due_chats(UserWorld& world, pacing::TimePoint now);
  void mark_read(UserWorld& world, std::uint32_t slot, pacing::TimePoint now);

  // Cursors that are refused (user_inbox.cpp)
  void on_cursor_refused(UserWorld& world, std::uint32_t slot, const protocol::Failure& event,
                         pacing::TimePoint now);
  void say_cursors_again(UserWorld& world, pacing::TimePoint now);

  // Coming into chats and leaving them (user_membership.cpp)
  void on_membership(UserWorld& world, const protocol::Membership& event);
  void on_chat_changed(UserWorld& world, const protocol::ChatChanged& event);
  void on_trimmed(UserWorld& world, const protocol::Trimmed& event);
  void check_memberships(UserWorld& world, const protocol::CaughtUp& event);
  void join(UserWorld& world, std::uint32_t slot, protocol::Seq last);
  void step_out(ChatView& view);
  static void await_no_ticks(ChatView& view);

  // Questions (user_asks.cpp)
  void begin_ask(UserWorld& world, Ask ask, pacing::TimePoint now);
  void on_history(UserWorld& world, const protocol::History& event, pacing::TimePoint now);
  void on_presence(UserWorld& world, const protocol::PresenceState& event, pacing::TimePoint now);
  bool is_answer(std::string_view ref) const;
  bool refuse_ask(UserWorld& world, const protocol::Failure& event, pacing::TimePoint now);
  void fail_ask(UserWorld& world, std::string_view error, pacing::TimePoint now);

  template <class Event>
  void say(UserWorld& world, const Event& event, pacing::TimePoint now) {
    world.json.clear();
    protocol::encode(world.json, event);
    world.transport.send(local_, world.json);
    last_said_ = now;
  }

  bool welcomed() const { return state_ == State::kCatchingUp || state_ == State::kOnline; }
  bool linked() const {
    return welcomed() || state_ == State::kConnecting || state_ == State::kGreeting;
  }
  pacing::TimePoint next_deadline(const UserWorld& world) const;
  pacing::TimePoint heartbeat_due() const;
  void rearm(UserWorld& world);
  measure::Seat seat(const UserWorld& world, std::uint32_t slot) const;
  std::optional<std::uint32_t> slot_of(const SocialGraph& graph, ChatIndex chat) const;
  /// The same for what the server calls a chat; nullopt if it isn't one of the user's.
  std::optional<std::uint32_t> slot_of(const SocialGraph& graph, protocol::ChatId chat) const;
  pacing::Random next_random(const UserWorld& world);

  // Constant after construction
  const UserNumber number_;
  const LocalUser local_;
  const std::uint32_t chat_count_;

  // Owned by the worker's thread
  State state_ = State::kOffline;
  bool wanted_ = false;
  bool login_awaited_ = false;
  bool sends_awaited_ = false;
  bool login_open_ = false;     ///< to be recorded at the next welcome
  bool catch_up_open_ = false;  ///< to be recorded at the next caught_up
  std::uint8_t attempts_ = 0;   ///< in vain, since the last caught_up
  std::uint32_t heartbeat_s_ = 0;
  std::uint32_t bye_retry_ms_ = 0;
  std::uint32_t draws_ = 0;
  std::uint64_t epoch_ = 0;       ///< of the server's store, of which positions are; 0: not said
  std::uint64_t next_epoch_ = 0;  ///< the same once all is caught up, after it was rewound
  pacing::TimePoint wanted_since_{};
  pacing::TimePoint login_due_{};
  pacing::TimePoint login_patience_ = pacing::TimePoint::max();
  pacing::TimePoint attempt_began_{};
  pacing::TimePoint step_due_ =
      pacing::TimePoint::max();  ///< attempt's timeout, or the next attempt
  pacing::TimePoint last_said_{};
  pacing::TimePoint next_read_ = pacing::TimePoint::max();
  pacing::TimePoint cursors_again_ = pacing::TimePoint::max();  ///< when refused ones are repeated
  std::string_view session_error_;  ///< why the last session ended or is about to
  std::string_view send_error_;     ///< of the first that failed since the script asked
  std::unique_ptr<ChatView[]> chats_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<Ask> ask_;
};

}  // namespace throng::users
