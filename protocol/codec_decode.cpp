#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "protocol/codec.hpp"
#include "protocol/field_reader.hpp"
#include "protocol/json_fields.hpp"

namespace throng::protocol {
namespace {

static_assert(kDecodePadding >= simdjson::SIMDJSON_PADDING);

/// The parser's buffers hold this much text from the start and double from there.
constexpr std::size_t kLeastCapacity = 4096;

/// The lists of the event at hand. What is wrong within one matters only if the event has it.
struct Lists {
  struct Fault {
    Key key = Key::kOp;
    Error code = Error::kBadField;
    std::string detail;
  };

  std::vector<ChatPosition> have;
  std::vector<UserId> users;
  std::vector<ChatState> chats;
  std::vector<Message> messages;
  std::vector<Fault> faults;

  void clear() {
    have.clear();
    users.clear();
    chats.clear();
    messages.clear();
    faults.clear();
  }

  /// Takes `list`, which was read for `key`, out of here and into an event.
  template <class T>
  std::vector<T> take(FieldReader& in, Key key, std::vector<T>& list, std::size_t max_items) {
    in.require_list(key);
    const auto fault = std::ranges::find(faults, key, &Fault::key);
    if (fault != faults.end()) in.fail(fault->code, fault->detail);
    if (list.size() > max_items) {
      in.fail(Error::kTooLarge, key, "has over " + std::to_string(max_items) + " items");
    }
    return std::move(list);
  }
};

constexpr std::size_t kNoItemLimit = std::numeric_limits<std::size_t>::max();

// ---- Client events ----

ClientEvent read_hello(FieldReader& in, Lists& lists) {
  Hello hello{.token = in.text(Key::kToken, kMaxTokenBytes),
              .device = in.optional_text(Key::kDevice, kMaxDeviceBytes),
              .have = {}};
  if (in.has(Key::kHave)) hello.have = lists.take(in, Key::kHave, lists.have, kMaxResumeChats);
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

std::string_view read_asset(FieldReader& in) {
  if (!in.has(Key::kAsset)) return {};
  const std::string_view asset = in.text(Key::kAsset, kAssetIdBytes);
  const bool hex = asset.find_first_not_of("0123456789abcdef") == asset.npos;
  if (!hex || asset.size() != kAssetIdBytes) {
    in.fail(Error::kBadField, Key::kAsset, "must be a SHA-256 in lower-case hexadecimal");
  }
  return asset;
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

// ---- Server events ----

ServerEvent read_welcome(FieldReader& in, Lists&) {
  return Welcome{.user = in.user(Key::kUser),
                 .time = in.time(Key::kTime),
                 .heartbeat_s = in.number32(Key::kHeartbeat),
                 .chats = in.number32(Key::kChats)};
}

ServerEvent read_sent(FieldReader& in, Lists&) {
  return Sent{.chat = in.chat(),
              .cmid = in.text(Key::kCmid, kMaxCmidBytes),
              .seq = in.number(Key::kSeq, 1),
              .time = in.time(Key::kTime)};
}

/// What a message has that most have not. A kind that this version doesn't know is a text.
void read_extras(FieldReader& in, Message& message) {
  if (in.has(Key::kKind)) {
    const auto found = std::ranges::find(kMessageKindNames, in.text(Key::kKind, kMaxRefBytes));
    if (found != kMessageKindNames.end()) {
      message.kind = static_cast<MessageKind>(found - kMessageKindNames.begin());
    }
  }
  if (in.has(Key::kRe)) message.re = in.number(Key::kRe, 1);
  if (in.has(Key::kVersion)) message.version = in.number32(Key::kVersion);
  if (in.has(Key::kDeleted)) message.deleted = in.flag(Key::kDeleted);
  message.asset = read_asset(in);
}

/// A message but for its chat, as `history` has them.
Message read_message_item(FieldReader& in) {
  Message message{.chat = {},
                  .seq = in.number(Key::kSeq, 1),
                  .from = in.user(Key::kFrom),
                  .cmid = in.text(Key::kCmid, kMaxCmidBytes),
                  .time = in.time(Key::kTime),
                  .body = in.required_text(Key::kBody, kMaxBodyBytes)};
  read_extras(in, message);
  const bool may_be_empty =
      message.deleted || message.kind == MessageKind::kDelete || !message.asset.empty();
  if (message.body.empty() && !may_be_empty) {
    in.fail(Error::kBadField, Key::kBody, "must be a string that is not empty");
  }
  return message;
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

ChatState read_chat_state(FieldReader& in) {
  return {.chat = in.chat(),
          .last = in.number(Key::kLast, 0),
          .delivered = in.number(Key::kDelivered, 0),
          .read = in.number(Key::kRead, 0),
          .unread = in.number32(Key::kUnread)};
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

// ---- Which op is read how, the most frequent first ----

template <class Event>
struct OpRow {
  std::string_view op;
  Event (*read)(FieldReader& in, Lists& lists);
};

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

// ---- Lists ----

std::optional<std::uint64_t> read_number(ondemand::value value, std::uint64_t min) {
  std::uint64_t number = 0;
  if (value.get_uint64().get(number) != simdjson::SUCCESS) return std::nullopt;
  if (number < min || number > kMaxId) return std::nullopt;
  return number;
}

simdjson::error_code read_users(ondemand::array list, Lists& lists) {
  lists.users.clear();
  for (auto item : list) {
    ondemand::value value;
    if (const auto error = std::move(item).get(value)) return error;
    const std::optional<std::uint64_t> user = read_number(value, 1);
    if (!user) {
      lists.faults.push_back(
          {Key::kUsers, Error::kBadField, "\"users\" must hold integers from 1"});
      return simdjson::SUCCESS;
    }
    lists.users.push_back(UserId{*user});
  }
  return simdjson::SUCCESS;
}

/// One [chat,seq]; nullopt in `position` if it is something else.
simdjson::error_code read_position(ondemand::value item, std::optional<ChatPosition>& position) {
  position.reset();
  ondemand::array pair;
  if (item.get_array().get(pair) != simdjson::SUCCESS) return simdjson::SUCCESS;
  std::array<std::uint64_t, 2> numbers{};
  std::size_t count = 0;
  for (auto element : pair) {
    ondemand::value value;
    if (const auto error = std::move(element).get(value)) return error;
    if (count == numbers.size()) return simdjson::SUCCESS;
    const std::optional<std::uint64_t> number = read_number(value, count == 0 ? 1 : 0);
    if (!number) return simdjson::SUCCESS;
    numbers[count++] = *number;
  }
  if (count == numbers.size()) position = ChatPosition{ChatId{numbers[0]}, numbers[1]};
  return simdjson::SUCCESS;
}

simdjson::error_code read_have(ondemand::array list, Lists& lists) {
  lists.have.clear();
  for (auto item : list) {
    ondemand::value value;
    std::optional<ChatPosition> position;
    if (const auto error = std::move(item).get(value)) return error;
    if (const auto error = read_position(value, position)) return error;
    if (!position) {
      lists.faults.push_back({Key::kHave, Error::kBadField, "\"have\" must hold [chat,seq] pairs"});
      return simdjson::SUCCESS;
    }
    lists.have.push_back(*position);
  }
  return simdjson::SUCCESS;
}

/// Reads a list of objects, each with `read`, into `out`.
template <class T>
simdjson::error_code read_objects(Key key, ondemand::array list, T (*read)(FieldReader&),
                                  std::vector<T>& out, std::vector<Lists::Fault>& faults) {
  const auto skip_lists = [](Key, ondemand::array) { return simdjson::SUCCESS; };
  out.clear();
  Fields fields;
  for (auto item : list) {
    ondemand::value value;
    ondemand::object object;
    if (const auto error = std::move(item).get(value)) return error;
    if (value.get_object().get(object) != simdjson::SUCCESS) {
      faults.push_back(
          {key, Error::kBadField, '"' + std::string(key_name(key)) + "\" must hold objects"});
      return simdjson::SUCCESS;
    }
    fields.clear();
    if (const auto error = read_fields(object, fields, skip_lists)) return error;
    FieldReader in(fields, key_name(key));
    out.push_back(read(in));
    if (in.failed()) {
      faults.push_back({key, in.code(), std::move(in.detail())});
      return simdjson::SUCCESS;
    }
  }
  return simdjson::SUCCESS;
}

simdjson::error_code read_list(Key key, ondemand::array list, Lists& lists) {
  std::erase_if(lists.faults, [key](const Lists::Fault& fault) { return fault.key == key; });
  switch (key) {
    case Key::kHave:
      return read_have(list, lists);
    case Key::kUsers:
      return read_users(list, lists);
    case Key::kChats:
      return read_objects(key, list, read_chat_state, lists.chats, lists.faults);
    case Key::kMessages:
      return read_objects(key, list, read_message_item, lists.messages, lists.faults);
    default:
      return simdjson::SUCCESS;
  }
}

}  // namespace

struct Decoder::State {
  ondemand::parser parser;
  Fields fields;
  Lists lists;
  DecodeFailure failure;
  std::string padded;

  simdjson::error_code parse(std::string_view json);
  Error fail(Error code, std::string detail);

  template <class Event, std::size_t kOps>
  boost::system::result<Event, Error> decode(std::string_view json,
                                             const std::array<OpRow<Event>, kOps>& ops);
};

/// Reads the whole text into `fields` and `lists`.
simdjson::error_code Decoder::State::parse(std::string_view json) {
  fields.clear();
  lists.clear();
  if (json.size() > parser.capacity()) {
    if (const auto error = parser.allocate(std::bit_ceil(std::max(json.size(), kLeastCapacity))))
      return error;
  }
  ondemand::document document;
  ondemand::object object;
  auto iterated = parser.iterate(json.data(), json.size(), json.size() + kDecodePadding);
  if (const auto error = std::move(iterated).get(document)) return error;
  if (const auto error = document.get_object().get(object)) return error;
  const auto on_list = [this](Key key, ondemand::array list) {
    return read_list(key, list, lists);
  };
  if (const auto error = read_fields(object, fields, on_list)) return error;
  const bool at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  return at_end ? simdjson::SUCCESS : simdjson::TRAILING_CONTENT;
}

/// Notes the failure, with what was read of the fields that an answer can name.
Error Decoder::State::fail(Error code, std::string detail) {
  const auto short_text = [this](Key key, std::size_t max_bytes) {
    const Field field = fields[key];
    return field.text.size() <= max_bytes ? std::string(field.text) : std::string();
  };
  const Field chat = fields[Key::kChat];
  failure = {.code = code,
             .detail = std::move(detail),
             .chat = ChatId{chat.kind == Field::Kind::kNumber ? chat.number : 0},
             .cmid = short_text(Key::kCmid, kMaxCmidBytes),
             .ref = short_text(Key::kRef, kMaxRefBytes)};
  return code;
}

template <class Event, std::size_t kOps>
boost::system::result<Event, Error> Decoder::State::decode(
    std::string_view json, const std::array<OpRow<Event>, kOps>& ops) {
  if (const auto error = parse(json)) {
    return fail(Error::kBadJson, simdjson::error_message(error));
  }
  const Field op = fields[Key::kOp];
  if (op.kind != Field::Kind::kText) return fail(Error::kBadField, "\"op\" must be a string");
  const auto row = std::ranges::find(ops, op.text, &OpRow<Event>::op);
  if (row == ops.end()) return fail(Error::kUnknownOp, "no such op");

  FieldReader in(fields, row->op);
  boost::system::result<Event, Error> event = row->read(in, lists);
  if (in.failed()) return fail(in.code(), std::move(in.detail()));
  return event;
}

Decoder::Decoder() : state_(std::make_unique<State>()) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

boost::system::result<ClientEvent, Error> Decoder::client_event(std::string_view json) {
  if (json.size() > kMaxClientMessageBytes) {
    state_->fields.clear();
    return state_->fail(Error::kTooLarge,
                        "over " + std::to_string(kMaxClientMessageBytes) + " bytes");
  }
  return state_->decode(json, kClientOps);
}

boost::system::result<ServerEvent, Error> Decoder::server_event(std::string_view json) {
  return state_->decode(json, kServerOps);
}

const DecodeFailure& Decoder::failure() const { return state_->failure; }

std::string_view Decoder::padded(std::string_view text) {
  state_->padded.reserve(text.size() + kDecodePadding);
  state_->padded.assign(text).append(kDecodePadding, ' ');
  return std::string_view(state_->padded).substr(0, text.size());
}

}  // namespace throng::protocol
