#include <algorithm>
#include <array>

#include "protocol/decode_ops.hpp"

namespace throng::protocol {
namespace {

ClientEvent read_hello(FieldReader& in, Lists& lists) {
  Hello hello{.token = in.text(Key::kToken, kMaxTokenBytes),
              .device = in.optional_text(Key::kDevice, kMaxDeviceBytes),
              .have = {}};
  if (in.has(Key::kHave)) hello.have = lists.take(in, Key::kHave, lists.have, kMaxResumeChats);
  if (in.has(Key::kEpoch)) hello.epoch = in.number(Key::kEpoch, 1);
  return hello;
}

MessageKind read_message_kind(FieldReader& in) {
  if (!in.has(Key::kKind)) return MessageKind::kText;
  const std::string_view name = in.text(Key::kKind, kMaxRefBytes);
  const auto found = std::ranges::find(kMessageKindNames, name);
  if (found == kMessageKindNames.end()) {
    in.fail(Error::kBadField, Key::kKind, "must be text, edit, delete or reaction");
    return MessageKind::kText;
  }
  return static_cast<MessageKind>(found - kMessageKindNames.begin());
}

std::string_view read_body(FieldReader& in, const Send& send) {
  const bool may_be_empty = send.kind == MessageKind::kDelete || !send.asset.empty();
  const std::size_t limit = send.kind == MessageKind::kReaction ? kMaxReactionBytes : kMaxBodyBytes;
  return may_be_empty ? in.optional_text(Key::kBody, limit) : in.text(Key::kBody, limit);
}

ClientEvent read_send(FieldReader& in, Lists&) {
  Send send{.chat = in.chat(), .cmid = in.text(Key::kCmid, kMaxCmidBytes), .body = {}};
  send.kind = read_message_kind(in);
  const bool needs_re = send.kind != MessageKind::kText;
  if (needs_re || in.has(Key::kRe)) send.re = in.number(Key::kRe, 1);
  send.asset = read_asset(in);
  if (needs_re && !send.asset.empty()) in.fail(Error::kBadField, Key::kAsset, "is for texts");
  send.body = read_body(in, send);
  if (send.kind == MessageKind::kDelete && !send.body.empty()) {
    in.fail(Error::kBadField, Key::kBody, "must be empty");
  }
  return send;
}

ClientEvent read_delivered(FieldReader& in, Lists&) {
  return Delivered{.chat = in.chat(), .seq = in.number(Key::kSeq, 1)};
}

ClientEvent read_read(FieldReader& in, Lists&) {
  return Read{.chat = in.chat(), .seq = in.number(Key::kSeq, 1)};
}

ClientEvent read_fetch(FieldReader& in, Lists&) {
  return Fetch{.chat = in.chat(),
               .pagination_token = in.optional_text(Key::kToken, kMaxTokenBytes),
               .limit = in.has(Key::kLimit) ? in.number32(Key::kLimit, 1, kMaxFetchLimit)
                                            : kDefaultFetchLimit,
               .ref = in.optional_text(Key::kRef, kMaxRefBytes)};
}

ClientEvent read_activity(FieldReader& in, Lists&) {
  const std::string_view name = in.text(Key::kKind, kMaxRefBytes);
  const auto found = std::ranges::find(kActivityNames, name);
  if (found == kActivityNames.end()) {
    in.fail(Error::kBadField, Key::kKind, "must be connected, opened, typed or closed");
    return Activity{};
  }
  Activity activity{.kind = static_cast<ActivityKind>(found - kActivityNames.begin()), .chat = {}};
  if (in.has(Key::kChat)) activity.chat = in.chat();
  return activity;
}

ClientEvent read_presence_query(FieldReader& in, Lists& lists) {
  PresenceQuery query{.users = lists.take(in, Key::kUsers, lists.users, kMaxPresenceUsers)};
  if (query.users.empty()) in.fail(Error::kBadField, Key::kUsers, "must name a user");
  return query;
}

ClientEvent read_typing_in(FieldReader& in, Lists&) { return TypingIn{.chat = in.chat()}; }

ClientEvent read_ping(FieldReader&, Lists&) { return Ping{}; }

ClientEvent read_leave(FieldReader&, Lists&) { return Leave{}; }

constexpr std::array kClientOps{
    OpRow<ClientEvent>{"send", read_send},
    OpRow<ClientEvent>{"delivered", read_delivered},
    OpRow<ClientEvent>{"read", read_read},
    OpRow<ClientEvent>{"activity", read_activity},
    OpRow<ClientEvent>{"ping", read_ping},
    OpRow<ClientEvent>{"typing", read_typing_in},
    OpRow<ClientEvent>{"presence", read_presence_query},
    OpRow<ClientEvent>{"fetch", read_fetch},
    OpRow<ClientEvent>{"hello", read_hello},
    OpRow<ClientEvent>{"leave", read_leave},
};

}  // namespace

std::span<const OpRow<ClientEvent>> client_ops() { return kClientOps; }

}  // namespace throng::protocol
