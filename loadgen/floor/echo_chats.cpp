#include "loadgen/floor/echo_chats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <variant>

namespace throng::floor {
namespace {

using protocol::Error;
using protocol::Failure;

constexpr std::uint32_t kHeartbeat_s = 30;
/// Catch-up tells the others' cursors in chats of up to so many members.
constexpr std::size_t kReceiptMembers = 100;

Failure about(ChatId chat, std::string_view cmid = {}, std::string_view ref = {}) {
  return {.code = Error::kInternal, .detail = {}, .chat = chat, .cmid = cmid, .ref = ref};
}

/// The message before which a page begins; nullopt: the token isn't one of ours.
std::optional<Seq> page_end(const EchoChat& chat, std::string_view token) {
  if (token.empty()) return chat.last() + 1;
  Seq seq = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), seq);
  const bool whole = error == std::errc() && end == token.data() + token.size();
  if (!whole || seq < 1 || seq > chat.last() + 1) return std::nullopt;
  return seq;
}

}  // namespace

// ---- Sessions ----

void EchoChats::on_text(SessionId session, std::string_view text, TimeMs now) {
  protocol::for_each_line(text, [&](std::string_view line) { on_line(session, line, now); });
}

void EchoChats::on_gone(SessionId session) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  std::erase(people_[found->second].sessions, session);
  sessions_.erase(found);
}

void EchoChats::on_line(SessionId session, std::string_view line, TimeMs now) {
  const auto event = decoder_.client_event(line);
  if (!event) {
    const protocol::DecodeFailure& failed = decoder_.failure();
    return refuse(session, about(failed.chat, failed.cmid, failed.ref), failed.code);
  }
  if (const auto known = sessions_.find(session); known != sessions_.end()) {
    const Speaker speaker{session, known->second, now};
    return std::visit([&](const auto& each) { serve(speaker, each); }, *event);
  }
  const auto* hello = std::get_if<protocol::Hello>(&*event);
  if (hello == nullptr) return refuse(session, {}, Error::kHelloFirst);
  greet(session, *hello, now);
}

void EchoChats::greet(SessionId session, const protocol::Hello& hello, TimeMs now) {
  const auto claims = key_.verify(hello.token, now);
  if (!claims) return refuse(session, {}, claims.error());
  Person& person = people_[claims->user];
  tell(session, protocol::Welcome{claims->user, now, kHeartbeat_s,
                                  static_cast<std::uint32_t>(person.chats.size())});
  catch_up({session, claims->user, now}, hello);
  sessions_.emplace(session, claims->user);
  person.sessions.push_back(session);
}

void EchoChats::catch_up(const Speaker& speaker, const protocol::Hello& hello) {
  std::map<ChatId, Seq> have;
  for (const protocol::ChatPosition& position : hello.have) have[position.chat] = position.seq;
  protocol::CaughtUp caught_up;
  for (const std::size_t index : people_[speaker.user].chats) {
    const EchoChat& chat = chats_[index];
    const auto said = have.find(chat.id());
    const auto position = said == have.end() ? std::nullopt : std::optional(said->second);
    caught_up.messages += replay(speaker, chat, position);
    caught_up.chats.push_back(chat.state(speaker.user));
  }
  tell(speaker.session, caught_up);
}

std::uint64_t EchoChats::replay(const Speaker& speaker, const EchoChat& chat,
                                std::optional<Seq> have) {
  const Seq from = std::max(have.value_or(chat.receipt(speaker.user).delivered) + 1, chat.first());
  for (Seq seq = from; seq <= chat.last(); ++seq) tell(speaker.session, chat.message(seq));
  if (chat.members().size() <= kReceiptMembers) {
    for (const EchoChat::Member& member : chat.members()) {
      if (member.user != speaker.user) tell(speaker.session, chat.receipt(member.user));
    }
  }
  return chat.last() + 1 - std::min(from, chat.last() + 1);
}

// ---- What clients say ----

void EchoChats::serve(const Speaker& speaker, const protocol::Hello&) {
  refuse(speaker.session, {}, Error::kHelloTwice);
}

void EchoChats::serve(const Speaker& speaker, const protocol::Send& event) {
  EchoChat* chat = chat_of(speaker, event.chat, about(event.chat, event.cmid));
  if (chat == nullptr) return;
  if (!chat->knows(speaker.user, event.cmid) && !has_room(*chat)) {
    return refuse(speaker.session, about(event.chat, event.cmid), Error::kOverloaded);
  }
  touch(speaker);
  const EchoChat::Taken taken = chat->take(speaker.user, event, speaker.now);
  tell(speaker.session, protocol::Sent{event.chat, event.cmid, taken.seq, taken.time});
  if (!taken.fresh) return;
  ++messages_;
  json_.clear();
  encode(json_, chat->message(taken.seq));
  for (const EchoChat::Member& member : chat->members()) {
    tell_user(member.user, json_, speaker.session);
  }
  if (taken.seq % kTrimInterval == 0) trim(*chat);
}

void EchoChats::serve(const Speaker& speaker, const protocol::Delivered& event) {
  move_cursors(speaker, event.chat, event.seq, 0);
}

void EchoChats::serve(const Speaker& speaker, const protocol::Read& event) {
  touch(speaker);
  move_cursors(speaker, event.chat, event.seq, event.seq);
}

void EchoChats::serve(const Speaker& speaker, const protocol::Fetch& event) {
  const Failure failure = about(event.chat, {}, event.ref);
  const EchoChat* chat = chat_of(speaker, event.chat, failure);
  if (chat == nullptr) return;
  auto end = page_end(*chat, event.pagination_token);
  if (!end) return refuse(speaker.session, failure, Error::kBadPagination);
  protocol::History page{.chat = event.chat, .messages = {}, .next = {}, .ref = event.ref};
  while (*end > chat->first() && page.messages.size() < event.limit) {
    page.messages.push_back(chat->message(--*end));
  }
  const std::string next = *end > chat->first() ? std::to_string(*end) : "";
  page.next = next;
  tell(speaker.session, page);
}

void EchoChats::serve(const Speaker& speaker, const protocol::Activity& event) {
  if (event.kind != protocol::ActivityKind::kConnected) touch(speaker);
}

void EchoChats::serve(const Speaker& speaker, const protocol::PresenceQuery& event) {
  for (const UserId user : event.users) {
    const auto found = people_.find(user);
    const bool known = found != people_.end();
    tell(speaker.session, protocol::PresenceState{user, known && !found->second.sessions.empty(),
                                                  known ? found->second.last_seen : 0});
  }
}

void EchoChats::serve(const Speaker& speaker, const protocol::TypingIn& event) {
  const EchoChat* chat = chat_of(speaker, event.chat, about(event.chat));
  if (chat == nullptr) return;
  touch(speaker);
  json_.clear();
  encode(json_, protocol::Typing{event.chat, speaker.user});
  for (const EchoChat::Member& member : chat->members()) {
    if (member.user != speaker.user) tell_user(member.user, json_);
  }
}

void EchoChats::serve(const Speaker& speaker, const protocol::Ping&) {
  tell(speaker.session, protocol::Pong{speaker.now});
}

// Who has a connection to himself leaves by closing it.
void EchoChats::serve(const Speaker&, const protocol::Leave&) {}

EchoChat* EchoChats::chat_of(const Speaker& speaker, ChatId chat, const Failure& about_what) {
  if (chat.value < 1 || chat.value > chats_.size()) {
    refuse(speaker.session, about_what, Error::kNoSuchChat);
    return nullptr;
  }
  EchoChat& found = chats_[chat.value - 1];
  if (found.has(speaker.user)) return &found;
  refuse(speaker.session, about_what, Error::kNotAMember);
  return nullptr;
}

void EchoChats::move_cursors(const Speaker& speaker, ChatId id, Seq delivered, Seq read) {
  EchoChat* chat = chat_of(speaker, id, about(id));
  if (chat == nullptr) return;
  if (delivered > chat->last()) return refuse(speaker.session, about(id), Error::kBadField);
  const std::vector<UserId> senders = chat->move(speaker.user, delivered, read);
  if (senders.empty()) return;
  json_.clear();
  encode(json_, chat->receipt(speaker.user));
  for (const UserId sender : senders) tell_user(sender, json_);
}

bool EchoChats::has_room(EchoChat& chat) {
  if (messages_ >= max_messages_) trim(chat);
  return messages_ < max_messages_;
}

void EchoChats::trim(EchoChat& chat) {
  const std::size_t before = chat.size();
  chat.trim();
  messages_ -= before - chat.size();
}

void EchoChats::touch(const Speaker& speaker) {
  TimeMs& last_seen = people_[speaker.user].last_seen;
  last_seen = std::max(last_seen, speaker.now);
}

// ---- What they are told ----

template <class Event>
void EchoChats::tell(SessionId session, const Event& event) {
  json_.clear();
  encode(json_, event);
  tell_(session, json_);
}

void EchoChats::tell_user(UserId user, std::string_view json, std::optional<SessionId> but) {
  const auto found = people_.find(user);
  if (found == people_.end()) return;
  for (const SessionId session : found->second.sessions) {
    if (session != but) tell_(session, json);
  }
}

void EchoChats::refuse(SessionId session, Failure failure, Error code) {
  failure.code = code;
  failure.detail = error_text(code);
  tell(session, failure);
}

}  // namespace throng::floor
