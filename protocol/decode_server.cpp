#include <array>

#include "protocol/decode_ops.hpp"

namespace throng::protocol {
namespace {

ServerEvent read_welcome(FieldReader& in, Lists&) {
  Welcome welcome{.user = in.user(Key::kUser),
                  .time = in.time(Key::kTime),
                  .heartbeat_s = in.number32(Key::kHeartbeat),
                  .chats = in.number32(Key::kChats)};
  if (in.has(Key::kEpoch)) welcome.epoch = in.number(Key::kEpoch, 1);
  if (in.has(Key::kRewound)) welcome.rewound = in.flag(Key::kRewound);
  return welcome;
}

ServerEvent read_sent(FieldReader& in, Lists&) {
  return Sent{.chat = in.chat(),
              .cmid = in.text(Key::kCmid, kMaxCmidBytes),
              .seq = in.number(Key::kSeq, 1),
              .time = in.time(Key::kTime)};
}

ServerEvent read_message(FieldReader& in, Lists&) {
  Message message = read_message_item(in);
  message.chat = in.chat();
  return message;
}

ServerEvent read_receipt(FieldReader& in, Lists&) {
  return Receipt{.chat = in.chat(),
                 .user = in.user(Key::kUser),
                 .delivered = in.number(Key::kDelivered, 0),
                 .read = in.number(Key::kRead, 0)};
}

ServerEvent read_receipt_counts(FieldReader& in, Lists&) {
  return ReceiptCounts{.chat = in.chat(),
                       .seq = in.number(Key::kSeq, 1),
                       .delivered = in.number32(Key::kDelivered),
                       .read = in.number32(Key::kRead)};
}

ServerEvent read_history(FieldReader& in, Lists& lists) {
  History history{.chat = in.chat(),
                  .messages = lists.take(in, Key::kMessages, lists.messages, kNoItemLimit),
                  .next = in.optional_text(Key::kNext, kMaxTokenBytes),
                  .ref = in.optional_text(Key::kRef, kMaxRefBytes)};
  for (Message& message : history.messages) message.chat = history.chat;
  return history;
}

ServerEvent read_caught_up(FieldReader& in, Lists& lists) {
  return CaughtUp{.messages = in.number(Key::kMessages, 0),
                  .chats = lists.take(in, Key::kChats, lists.chats, kNoItemLimit)};
}

ServerEvent read_membership(FieldReader& in, Lists&) {
  return Membership{
      .chat = in.chat(), .member = in.flag(Key::kMember), .last = in.number(Key::kLast, 0)};
}

ServerEvent read_chat_changed(FieldReader& in, Lists&) {
  return ChatChanged{.chat = in.chat(),
                     .name = in.required_text(Key::kName, kMaxNameBytes),
                     .members = in.number32(Key::kMembers)};
}

ServerEvent read_trimmed(FieldReader& in, Lists&) {
  return Trimmed{.chat = in.chat(), .first = in.number(Key::kFirst, 1)};
}

ServerEvent read_presence_state(FieldReader& in, Lists&) {
  return PresenceState{.user = in.user(Key::kUser),
                       .online = in.flag(Key::kOnline),
                       .last_seen = in.time(Key::kLastSeen)};
}

ServerEvent read_typing(FieldReader& in, Lists&) {
  return Typing{.chat = in.chat(), .user = in.user(Key::kUser)};
}

ServerEvent read_pong(FieldReader& in, Lists&) { return Pong{.time = in.time(Key::kTime)}; }

/// A code that this version doesn't know is some fault of the server's.
Error read_code(FieldReader& in) {
  return error_from_name(in.text(Key::kCode, kMaxRefBytes)).value_or(Error::kInternal);
}

ServerEvent read_failure(FieldReader& in, Lists&) {
  return Failure{.code = read_code(in),
                 .detail = in.optional_text(Key::kMessage),
                 .chat = in.has(Key::kChat) ? in.chat() : ChatId{},
                 .cmid = in.optional_text(Key::kCmid, kMaxCmidBytes),
                 .ref = in.optional_text(Key::kRef, kMaxRefBytes),
                 .retry_ms = in.has(Key::kRetry) ? in.number32(Key::kRetry) : 0};
}

ServerEvent read_bye(FieldReader& in, Lists&) {
  return Bye{
      .code = read_code(in), .resume = in.flag(Key::kResume), .retry_ms = in.number32(Key::kRetry)};
}

constexpr std::array kServerOps{
    OpRow<ServerEvent>{"message", read_message},
    OpRow<ServerEvent>{"receipt", read_receipt},
    OpRow<ServerEvent>{"sent", read_sent},
    OpRow<ServerEvent>{"receipts", read_receipt_counts},
    OpRow<ServerEvent>{"pong", read_pong},
    OpRow<ServerEvent>{"presence", read_presence_state},
    OpRow<ServerEvent>{"typing", read_typing},
    OpRow<ServerEvent>{"history", read_history},
    OpRow<ServerEvent>{"caught_up", read_caught_up},
    OpRow<ServerEvent>{"membership", read_membership},
    OpRow<ServerEvent>{"chat_changed", read_chat_changed},
    OpRow<ServerEvent>{"trimmed", read_trimmed},
    OpRow<ServerEvent>{"welcome", read_welcome},
    OpRow<ServerEvent>{"error", read_failure},
    OpRow<ServerEvent>{"bye", read_bye},
};

}  // namespace

std::span<const OpRow<ServerEvent>> server_ops() { return kServerOps; }

}  // namespace throng::protocol
