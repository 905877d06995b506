#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/random.hpp"
#include "protocol/events.hpp"

namespace throng::scenario {

/// A user of one worker, from 0.
using LocalUser = std::uint32_t;
/// A chat of the whole run, from 0, in the order of the plan (`users::SocialGraph`).
using ChatIndex = std::uint32_t;

enum class ChatKind : std::uint8_t { kFriend, kGroup };

struct ChatInfo {
  ChatIndex chat = 0;
  ChatKind kind = ChatKind::kFriend;
  std::uint32_t members = 0;
};

/// What a user means to say: the ledger's stamp stands before `text`, and filler behind it.
struct Draft {
  std::size_t bytes = 0;  ///< of all of it, at least
  std::string_view text = {};
  protocol::MessageKind kind = protocol::MessageKind::kText;
  protocol::Seq re = 0;  ///< the message that is meant; kEdit, kDelete: the user's own newest
  std::string_view asset = {};  ///< what it carries; empty: nothing
};

/// A message of somebody else's that has reached a user.
struct Message {
  ChatIndex chat = 0;
  std::uint64_t from_number = 0;
  protocol::Seq seq = 0;
  std::string_view text;  ///< without the ledger's stamp
  protocol::MessageKind kind = protocol::MessageKind::kText;
  std::string_view asset = {};  ///< empty: none
};

/// How something that a script waited for came out. `error` is a name of `errors` in run.json
/// ("timeout", "not_a_member", "closed", …), empty when it went well; it outlives the run.
struct LoginDone {
  std::string_view error;
  std::uint64_t caught_up = 0;  ///< messages that catch-up delivered
};
struct SendsDone {
  std::string_view error;  ///< of the first send that failed since the script last asked
};
struct FetchDone {
  std::string_view error;
  std::uint32_t messages = 0;
  std::string next;  ///< pagination token; empty: that was the oldest page
};
struct PresenceDone {
  std::string_view error;
  std::uint32_t online = 0;
  std::uint32_t asked = 0;
};
struct UploadDone {
  std::string_view error;
  std::string asset;  ///< its name, 64 hexadecimal digits
};
struct DownloadDone {
  std::string_view error;
  std::uint64_t bytes = 0;
};
/// What a user changes about a chat.
struct ChatChange {
  enum class Kind : std::uint8_t { kAdd, kRemove, kRename };
  Kind kind = Kind::kAdd;
  std::uint64_t user_number = 0;  ///< who is added or taken out; with one's own number: leaves
  std::string_view name = {};     ///< kRename
};
struct ChatChangeDone {
  std::string_view error;
};
struct TimeReached {};

using Outcome = std::variant<TimeReached, LoginDone, SendsDone, FetchDone, PresenceDone, UploadDone,
                             DownloadDone, ChatChangeDone>;

/// What a script can make its user do. The worker implements it; scripts call it from the worker's
/// thread. `due` is when the user meant to act, fixed by the schedule and not by replies: latency
/// is counted from it. Of what a script waits for there is one at a time per user, and the worker
/// answers with `Script::resume`, never from inside the call.
class Actions {
 public:
  virtual pacing::TimePoint now() const = 0;
  /// When the run's clock stood at zero; schedules count from it.
  virtual pacing::TimePoint run_start() const = 0;
  /// When scripts stop (end of the measured time); schedules give nothing after it.
  virtual pacing::TimePoint run_end() const = 0;
  virtual pacing::Random& random(LocalUser user) = 0;
  /// The user's number in the whole run, from 1.
  virtual std::uint64_t user_number(LocalUser user) const = 0;
  virtual std::uint64_t users_total() const = 0;
  virtual std::span<const ChatInfo> chats(LocalUser user) const = 0;
  /// Numbers of all whom the plan has in the chat, rising.
  virtual std::span<const std::uint32_t> planned_members(ChatIndex chat) const = 0;
  /// The user is in the chat, as far as the device knows.
  virtual bool joined(LocalUser user, ChatIndex chat) const = 0;
  virtual bool online(LocalUser user) const = 0;
  /// Messages of others above the user's read cursor, as the user's own device counts them.
  virtual std::uint64_t unread(LocalUser user, ChatIndex chat) const = 0;

  /// Resumes the script with TimeReached at `due`, or at once when that is past.
  virtual void wait_until(LocalUser user, pacing::TimePoint due) = 0;
  /// Connects, says hello, catches up. Resumes with LoginDone.
  virtual void login(LocalUser user, pacing::TimePoint due) = 0;
  /// Says goodbye and goes offline at once; what comes next for the user waits on the server.
  virtual void logout(LocalUser user) = 0;
  /// Loses the connection without a word, and stays offline until login.
  virtual void drop(LocalUser user) = 0;
  /// The device takes nothing from its connection any more, or does again; a new connection begins
  /// unfrozen.
  virtual void freeze(LocalUser user, bool frozen) = 0;

  /// Queues a message; returns "" or why not ("queue_full", "too_large", "no_message"). While
  /// offline the message waits on the device.
  virtual std::string_view send(LocalUser user, ChatIndex chat, const Draft& draft,
                                pacing::TimePoint due) = 0;
  /// Resumes with SendsDone once every send of the user is acknowledged or has failed.
  virtual void await_sends(LocalUser user) = 0;
  /// Moves the read cursor to the newest delivered message now.
  virtual void read(LocalUser user, ChatIndex chat) = 0;
  virtual void typing(LocalUser user, ChatIndex chat) = 0;
  /// `chat`: whose window is opened or closed; none: the app as a whole.
  virtual void activity(LocalUser user, protocol::ActivityKind kind,
                        std::optional<ChatIndex> chat) = 0;
  /// Resumes with FetchDone.
  virtual void fetch(LocalUser user, ChatIndex chat, std::string_view pagination_token,
                     std::uint32_t limit, pacing::TimePoint due) = 0;
  /// Asks about users of the run by number. Resumes with PresenceDone.
  virtual void presence(LocalUser user, std::span<const std::uint64_t> user_numbers,
                        pacing::TimePoint due) = 0;
  /// Uploads so many bytes that nobody has uploaded before. Resumes with UploadDone.
  virtual void upload(LocalUser user, std::size_t bytes, std::string_view type,
                      pacing::TimePoint due) = 0;
  /// Resumes with DownloadDone.
  virtual void download(LocalUser user, std::string_view asset, pacing::TimePoint due) = 0;
  /// Adds somebody, takes somebody out, or renames. Resumes with ChatChangeDone.
  virtual void change_chat(LocalUser user, ChatIndex chat, const ChatChange& change,
                           pacing::TimePoint due) = 0;
  /// Records `elapsed` under an operation of the script's own.
  virtual void record(std::string_view operation, pacing::Duration elapsed) = 0;

 protected:
  ~Actions() = default;
};

}  // namespace throng::scenario
