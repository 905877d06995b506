#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "protocol/events.hpp"
#include "server/chat/message_log.hpp"

namespace throng::chat {

/// Hears of all that users did and were told, and fails the test as soon as that can't be true. It
/// trusts nothing the rules say of themselves: it only knows what was asked, what became durable
/// and what was told.
class InvariantJudge {
 public:
  explicit InvariantJudge(const MessageLog& log) : log_(log) {}

  // What users did.

  /// A user sends a message, for the first time or again.
  void sends(ChatId chat, UserId user, const std::string& cmid, const std::string& body);
  void marks(ChatId chat, UserId user, Seq delivered, Seq read);

  /// What became durable.
  void keeps(const Batch& batch);

  // What users were told.

  void told_sent(UserId user, const protocol::Sent& sent);
  void told_message(UserId user, const protocol::Message& message);
  void told_receipt(const protocol::Receipt& receipt);
  void told_state(UserId user, const protocol::ChatState& state);

  /// Whether catch-up of `user` may begin behind `seq` for a reason of the server's own.
  bool may_begin_behind(ChatId chat, UserId user, Seq seq) const;
  /// Where the user's present stretch in the chat begins; nullopt when he isn't in it.
  std::optional<Seq> joined_after(ChatId chat, UserId user) const;
  /// The log as it is in the end: dense, every cmid once, nothing acknowledged missing.
  void check_log(ChatId chat) const;

 private:
  using Place = std::pair<ChatId, UserId>;
  using Send = std::tuple<ChatId, UserId, std::string>;
  struct Stretch {
    Seq joined_after = 0;
    std::optional<Seq> left_after = std::nullopt;
  };
  struct Attempt {
    std::string body;
    Seq newest_answer;  ///< the highest seq that the user had an answer for when he sent it first
  };

  /// The furthest that the user's cursors can be: what he said, or where he joined.
  std::pair<Seq, Seq> furthest(ChatId chat, UserId user) const;
  void is_at(ChatId chat, Seq seq, UserId from, std::string_view cmid);

  const MessageLog& log_;
  std::map<Send, Attempt> attempts_;
  std::map<Send, Seq> answers_;
  std::map<Place, Seq> newest_answers_;
  std::map<Place, std::pair<Seq, Seq>> said_;
  std::map<Place, std::vector<Stretch>> stretches_;
  std::map<std::pair<ChatId, Seq>, std::pair<UserId, std::string>> seen_;
};

}  // namespace throng::chat
