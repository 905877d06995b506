#include <array>
#include <charconv>
#include <cstring>

#include "protocol/codec.hpp"

namespace throng::protocol {
namespace {

// ---- Strings ----

constexpr std::uint64_t repeat(unsigned char byte) { return byte * 0x0101010101010101ULL; }

/// Of the eight bytes of `word`, the high bit of each that a JSON string must escape: below 0x20,
/// '"' or '\\'. Bytes above the first one marked may be marked wrongly (the borrow of the
/// subtractions), so only the lowest mark counts.
constexpr std::uint64_t escape_marks(std::uint64_t word) {
  const std::uint64_t below_space = word - repeat(0x20);
  const std::uint64_t quote = (word ^ repeat('"')) - repeat(1);
  const std::uint64_t backslash = (word ^ repeat('\\')) - repeat(1);
  return (below_space | quote | backslash) & ~word & repeat(0x80);
}

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

/// How many bytes at the front of `text` stand for themselves.
std::size_t plain_prefix(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    if (escape_marks(word) != 0) break;
  }
  while (i < text.size() && !needs_escape(text[i])) ++i;
  return i;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      constexpr std::string_view kHex = "0123456789abcdef";
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 0xf];
  }
}

// ---- Objects ----

/// Writes one object. `key` comes with all its punctuation, e.g. R"(,"chat":)", so that each field
/// is two appends.
class ObjectWriter {
 public:
  ObjectWriter(std::string& out, std::string_view start) : out_(out) { out_ += start; }
  ~ObjectWriter() { out_ += '}'; }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  ObjectWriter& number(std::string_view key, std::uint64_t value) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out_ += key;
    out_.append(digits.data(), end);
    return *this;
  }

  ObjectWriter& time(std::string_view key, TimeMs value) {
    return number(key, static_cast<std::uint64_t>(value));
  }

  ObjectWriter& text(std::string_view key, std::string_view value) {
    out_ += key;
    encode_string(out_, value);
    return *this;
  }

  ObjectWriter& text_unless_empty(std::string_view key, std::string_view value) {
    return value.empty() ? *this : text(key, value);
  }

  ObjectWriter& flag(std::string_view key, bool value) {
    out_ += key;
    out_ += value ? "true" : "false";
    return *this;
  }

  /// A list, each of its items appended by `write(out, item)`.
  template <class Items, class Write>
  ObjectWriter& list(std::string_view key, const Items& items, Write&& write) {
    out_ += key;
    out_ += '[';
    bool first = true;
    for (const auto& item : items) {
      if (!first) out_ += ',';
      first = false;
      write(out_, item);
    }
    out_ += ']';
    return *this;
  }

 private:
  std::string& out_;
};

std::string_view kind_name(MessageKind kind) {
  return kMessageKindNames[static_cast<std::size_t>(kind)];
}

void append_number(std::string& out, std::uint64_t value) { out += std::to_string(value); }

void append_position(std::string& out, const ChatPosition& position) {
  out += '[';
  append_number(out, position.chat.value);
  out += ',';
  append_number(out, position.seq);
  out += ']';
}

/// What a message has that most have not.
void add_extras(ObjectWriter& object, const Message& message) {
  if (message.kind != MessageKind::kText) object.text(R"(,"kind":)", kind_name(message.kind));
  if (message.re != 0) object.number(R"(,"re":)", message.re);
  object.text_unless_empty(R"(,"asset":)", message.asset);
  if (message.version != 0) object.number(R"(,"version":)", message.version);
  if (message.deleted) object.flag(R"(,"deleted":)", true);
}

void append_message_item(std::string& out, const Message& message) {
  ObjectWriter object(out, "{");
  object.number(R"("seq":)", message.seq)
      .number(R"(,"from":)", message.from.value)
      .text(R"(,"cmid":)", message.cmid)
      .time(R"(,"time":)", message.time)
      .text(R"(,"body":)", message.body);
  if (message.has_extras()) add_extras(object, message);
}

void append_chat_state(std::string& out, const ChatState& state) {
  ObjectWriter(out, "{")
      .number(R"("chat":)", state.chat.value)
      .number(R"(,"last":)", state.last)
      .number(R"(,"delivered":)", state.delivered)
      .number(R"(,"read":)", state.read)
      .number(R"(,"unread":)", state.unread);
}

}  // namespace

void encode_string(std::string& out, std::string_view text) {
  out += '"';
  while (true) {
    const std::size_t plain = plain_prefix(text);
    out.append(text.data(), plain);
    if (plain == text.size()) break;
    append_escaped(out, text[plain]);
    text.remove_prefix(plain + 1);
  }
  out += '"';
}

// ---- Client events ----

void encode(std::string& out, const Hello& event) {
  ObjectWriter object(out, R"({"op":"hello")");
  object.text(R"(,"token":)", event.token).text_unless_empty(R"(,"device":)", event.device);
  if (!event.have.empty()) object.list(R"(,"have":)", event.have, append_position);
  if (event.epoch != 0) object.number(R"(,"epoch":)", event.epoch);
}

void encode(std::string& out, const Send& event) {
  ObjectWriter object(out, R"({"op":"send")");
  object.number(R"(,"chat":)", event.chat.value).text(R"(,"cmid":)", event.cmid);
  if (event.kind != MessageKind::kText) object.text(R"(,"kind":)", kind_name(event.kind));
  if (event.re != 0) object.number(R"(,"re":)", event.re);
  object.text_unless_empty(R"(,"asset":)", event.asset)
      .text_unless_empty(R"(,"body":)", event.body);
}

void encode(std::string& out, const Delivered& event) {
  ObjectWriter(out, R"({"op":"delivered")")
      .number(R"(,"chat":)", event.chat.value)
      .number(R"(,"seq":)", event.seq);
}

void encode(std::string& out, const Read& event) {
  ObjectWriter(out, R"({"op":"read")")
      .number(R"(,"chat":)", event.chat.value)
      .number(R"(,"seq":)", event.seq);
}

void encode(std::string& out, const Fetch& event) {
  ObjectWriter(out, R"({"op":"fetch")")
      .number(R"(,"chat":)", event.chat.value)
      .text_unless_empty(R"(,"token":)", event.pagination_token)
      .number(R"(,"limit":)", event.limit)
      .text_unless_empty(R"(,"ref":)", event.ref);
}

void encode(std::string& out, const Activity& event) {
  ObjectWriter object(out, R"({"op":"activity")");
  object.text(R"(,"kind":)", kActivityNames[static_cast<std::size_t>(event.kind)]);
  if (event.chat) object.number(R"(,"chat":)", event.chat.value);
}

void encode(std::string& out, const PresenceQuery& event) {
  ObjectWriter(out, R"({"op":"presence")")
      .list(R"(,"users":)", event.users,
            [](std::string& to, UserId user) { append_number(to, user.value); });
}

void encode(std::string& out, const TypingIn& event) {
  ObjectWriter(out, R"({"op":"typing")").number(R"(,"chat":)", event.chat.value);
}

void encode(std::string& out, const Ping&) { out += R"({"op":"ping"})"; }

void encode(std::string& out, const Leave&) { out += R"({"op":"leave"})"; }

// ---- Server events ----

void encode(std::string& out, const Welcome& event) {
  ObjectWriter object(out, R"({"op":"welcome")");
  object.number(R"(,"user":)", event.user.value)
      .time(R"(,"time":)", event.time)
      .number(R"(,"heartbeat_s":)", event.heartbeat_s)
      .number(R"(,"chats":)", event.chats);
  if (event.epoch != 0) object.number(R"(,"epoch":)", event.epoch);
  if (event.rewound) object.flag(R"(,"rewound":)", true);
}

void encode(std::string& out, const Sent& event) {
  ObjectWriter(out, R"({"op":"sent")")
      .number(R"(,"chat":)", event.chat.value)
      .text(R"(,"cmid":)", event.cmid)
      .number(R"(,"seq":)", event.seq)
      .time(R"(,"time":)", event.time);
}

void encode(std::string& out, const Message& event) {
  ObjectWriter object(out, R"({"op":"message")");
  object.number(R"(,"chat":)", event.chat.value)
      .number(R"(,"seq":)", event.seq)
      .number(R"(,"from":)", event.from.value)
      .text(R"(,"cmid":)", event.cmid)
      .time(R"(,"time":)", event.time)
      .text(R"(,"body":)", event.body);
  if (event.has_extras()) add_extras(object, event);
}

void encode(std::string& out, const Receipt& event) {
  ObjectWriter(out, R"({"op":"receipt")")
      .number(R"(,"chat":)", event.chat.value)
      .number(R"(,"user":)", event.user.value)
      .number(R"(,"delivered":)", event.delivered)
      .number(R"(,"read":)", event.read);
}

void encode(std::string& out, const ReceiptCounts& event) {
  ObjectWriter(out, R"({"op":"receipts")")
      .number(R"(,"chat":)", event.chat.value)
      .number(R"(,"seq":)", event.seq)
      .number(R"(,"delivered":)", event.delivered)
      .number(R"(,"read":)", event.read);
}

void encode(std::string& out, const History& event) {
  ObjectWriter(out, R"({"op":"history")")
      .number(R"(,"chat":)", event.chat.value)
      .list(R"(,"messages":)", event.messages, append_message_item)
      .text_unless_empty(R"(,"next":)", event.next)
      .text_unless_empty(R"(,"ref":)", event.ref);
}

void encode(std::string& out, const CaughtUp& event) {
  ObjectWriter(out, R"({"op":"caught_up")")
      .number(R"(,"messages":)", event.messages)
      .list(R"(,"chats":)", event.chats, append_chat_state);
}

void encode(std::string& out, const Membership& event) {
  ObjectWriter(out, R"({"op":"membership")")
      .number(R"(,"chat":)", event.chat.value)
      .flag(R"(,"member":)", event.member)
      .number(R"(,"last":)", event.last);
}

void encode(std::string& out, const ChatChanged& event) {
  ObjectWriter(out, R"({"op":"chat_changed")")
      .number(R"(,"chat":)", event.chat.value)
      .text(R"(,"name":)", event.name)
      .number(R"(,"members":)", event.members);
}

void encode(std::string& out, const Trimmed& event) {
  ObjectWriter(out, R"({"op":"trimmed")")
      .number(R"(,"chat":)", event.chat.value)
      .number(R"(,"first":)", event.first);
}

void encode(std::string& out, const PresenceState& event) {
  ObjectWriter(out, R"({"op":"presence")")
      .number(R"(,"user":)", event.user.value)
      .flag(R"(,"online":)", event.online)
      .time(R"(,"last_seen":)", event.last_seen);
}

void encode(std::string& out, const Typing& event) {
  ObjectWriter(out, R"({"op":"typing")")
      .number(R"(,"chat":)", event.chat.value)
      .number(R"(,"user":)", event.user.value);
}

void encode(std::string& out, const Pong& event) {
  ObjectWriter(out, R"({"op":"pong")").time(R"(,"time":)", event.time);
}

void encode(std::string& out, const Failure& event) {
  ObjectWriter object(out, R"({"op":"error")");
  object.text(R"(,"code":)", error_name(event.code))
      .text_unless_empty(R"(,"message":)", event.detail);
  if (event.chat) object.number(R"(,"chat":)", event.chat.value);
  object.text_unless_empty(R"(,"cmid":)", event.cmid).text_unless_empty(R"(,"ref":)", event.ref);
  if (event.retry_ms) object.number(R"(,"retry_ms":)", event.retry_ms);
}

void encode(std::string& out, const Bye& event) {
  ObjectWriter(out, R"({"op":"bye")")
      .text(R"(,"code":)", error_name(event.code))
      .flag(R"(,"resume":)", event.resume)
      .number(R"(,"retry_ms":)", event.retry_ms);
}

}  // namespace throng::protocol
