#include "server/journal/event_lines.hpp"

#include <fmt/format.h>

#include <iterator>

#include "protocol/codec.hpp"

namespace throng::journal {
namespace {

void append(std::string& out, const chat::StoredMessage& m) {
  const auto kind = m.extras ? m.extras->kind : protocol::MessageKind::kText;
  fmt::format_to(
      std::back_inserter(out),
      R"({{"event":"message","time":{},"chat":{},"seq":{},"from":{},"kind":"{}","bytes":{}}})"
      "\n",
      m.time, m.chat.value, m.seq, m.from.value,
      protocol::kMessageKindNames[static_cast<std::size_t>(kind)], m.body.size());
}

void append(std::string& out, const chat::CursorRecord& c, chat::TimeMs now) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"event":"cursor","time":{},"chat":{},"user":{},"delivered":{},"read":{}}})"
                 "\n",
                 now, c.chat.value, c.user.value, c.delivered, c.read);
}

void append(std::string& out, const chat::ChatRecord& c, chat::TimeMs now) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"event":"chat","time":{},"chat":{},"creator":{},"created":{},"name":)", now,
                 c.chat.value, c.creator.value, c.created);
  protocol::encode_string(out, c.name);
  out += "}\n";
}

void append(std::string& out, const chat::MemberRecord& m, chat::TimeMs now) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"event":"member","time":{},"chat":{},"user":{},"present":{},"admin":{}}})"
                 "\n",
                 now, m.chat.value, m.user.value, m.present, m.admin);
}

void append(std::string& out, const chat::LastSeenRecord& seen) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"event":"last_seen","time":{},"user":{}}})"
                 "\n",
                 seen.time, seen.user.value);
}

}  // namespace

std::size_t append_lines(std::string& out, const chat::Batch& batch, chat::TimeMs now) {
  for (const auto& chat : batch.chats) append(out, chat, now);
  for (const auto& member : batch.members) append(out, member, now);
  for (const auto& message : batch.messages) append(out, message);
  for (const auto& cursor : batch.cursors) append(out, cursor, now);
  for (const auto& seen : batch.last_seen) append(out, seen);
  return batch.chats.size() + batch.members.size() + batch.messages.size() + batch.cursors.size() +
         batch.last_seen.size();
}

void append_line(std::string& out, const SessionEvent& e, chat::TimeMs now) {
  fmt::format_to(std::back_inserter(out), R"({{"event":"{}","time":{},"user":{})", e.event, now,
                 e.user.value);
  if (e.chat) fmt::format_to(std::back_inserter(out), R"(,"chat":{})", e.chat.value);
  if (!e.kind.empty()) fmt::format_to(std::back_inserter(out), R"(,"kind":"{}")", e.kind);
  out += "}\n";
}

}  // namespace throng::journal
