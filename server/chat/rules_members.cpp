// Chats and who is in them.

#include <algorithm>

#include "protocol/codec.hpp"
#include "server/chat/rules.hpp"

namespace throng::chat {

using protocol::Error;

namespace {

MemberRecord to_record(ChatId chat, const Member& m) {
  return {.chat = chat,
          .user = m.user,
          .joined_after = m.joined_after,
          .left_after = m.left_after,
          .present = m.present,
          .admin = m.admin};
}

std::string encode_chat(ChatId chat) {
  std::string json = R"({"op":"chat","chat":)";
  json += std::to_string(chat.value);
  json += '}';
  return json;
}

/// Whether all admins that there are would be none any more.
bool leaves_no_admin(const Conversation& chat, std::span<const UserId> demoted) {
  if (demoted.empty() || chat.admins() == 0) return false;
  return std::ranges::all_of(chat.members(), [&](const Member& member) {
    return !member.admin || std::ranges::find(demoted, member.user) != demoted.end();
  });
}

constexpr PageLimit kWhole{.messages = static_cast<std::size_t>(-1),
                           .bytes = static_cast<std::size_t>(-1)};
constexpr std::size_t kMembersPerPage = 1000;

/// What GET /chats/{chat} shows: the chat, and members above `after`.
std::string describe(const Conversation& chat, std::string_view name, UserId after) {
  std::string json = R"({"op":"chat","chat":)" + std::to_string(chat.id().value) + R"(,"name":)";
  protocol::encode_string(json, name);
  json += chat.shows_history() ? R"(,"history":"shown")" : R"(,"history":"hidden")";
  json += R"(,"count":)" + std::to_string(chat.present()) + R"(,"members":[)";
  std::size_t shown = 0;
  UserId last;
  for (auto m = std::ranges::upper_bound(chat.members(), after, {}, &Member::user);
       m != chat.members().end() && shown <= kMembersPerPage; ++m) {
    if (!m->present) continue;
    if (++shown > kMembersPerPage) break;
    if (shown > 1) json += ',';
    json += R"({"user":)" + std::to_string(m->user.value);
    json += m->admin ? R"(,"admin":true})" : R"(,"admin":false})";
    last = m->user;
  }
  json += ']';
  if (shown > kMembersPerPage) json += R"(,"next":)" + std::to_string(last.value);
  json += '}';
  return json;
}

}  // namespace

Conversation* Rules::load(ChatId id) {
  if (const auto at = chats_.find(id); at != chats_.end()) return at->second.get();
  const std::optional<ChatRecord> record = directory_.chat(id);
  if (!record) return nullptr;
  const Seq last = log_.last_seq(id);
  std::vector<Member> members;
  for (const MemberRecord& r : directory_.members(id)) {
    // A commit that failed half-way can have kept the record and not the messages before it.
    const Seq joined_after = std::min(r.joined_after, last);
    members.push_back({.user = r.user,
                       .joined_after = joined_after,
                       .left_after = std::min(r.left_after, last),
                       .delivered = joined_after,
                       .read = joined_after,
                       .present = r.present,
                       .admin = r.present && r.admin});
  }
  auto chat = std::make_unique<Conversation>(id, last, std::move(members), placement_.shards());
  for (const CursorRecord& r : log_.cursors(id)) {
    if (Member* member = chat->find(r.user)) {
      member->delivered = std::max(member->delivered, std::min(r.delivered, last));
      member->read = std::max(member->read, std::min(r.read, last));
    }
  }
  if (record->history_shown) chat->show_history();
  if (chat->is_large()) recall_senders(*chat);
  return chats_.emplace(id, std::move(chat)).first->second.get();
}

void Rules::recall_senders(Conversation& chat) const {
  const Seq last = chat.committed();
  const Seq after = last - std::min<Seq>(last, Conversation::kRecentSenders);
  std::vector<UserId> senders;
  log_.read_forward(chat.id(), after, last, kWhole, [&](const StoredView& m) {
    senders.push_back(m.from);
    return true;
  });
  chat.recall(senders);
}

void Rules::on(CreateChat& c, TimeMs now) {
  if (full()) return refuse(c.from, Error::kOverloaded, {}, {}, {}, {}, c.line);
  const ChatId id = c.record.chat;
  if (const Conversation* same = load(id)) {
    if (is_committed(same->creation())) return answer(c.from, encode_chat(id), c.line);
    std::get<PendingChat>(pending_at(same->creation())).from.emplace_back(c.from, c.line);
    return;
  }
  std::ranges::sort(c.members);
  c.members.erase(std::unique(c.members.begin(), c.members.end()), c.members.end());
  std::vector<Member> members(c.members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    members[i].user = c.members[i];
    members[i].admin = std::ranges::find(c.admins, c.members[i]) != c.admins.end();
  }
  Conversation& chat = *chats_
                            .emplace(id, std::make_unique<Conversation>(
                                             id, Seq{0}, std::move(members), placement_.shards()))
                            .first->second;

  if (c.record.history_shown) chat.show_history();
  c.record.created = now;
  batch_->chats.push_back(std::move(c.record));
  for (const Member& m : chat.members()) batch_->members.push_back(to_record(id, m));
  chat.set_creation(await_commit(PendingChat{.chat = &chat, .from = {{c.from, c.line}}}));
}

void Rules::finish(PendingChat& p, const Batch&) {
  const ChatId id = p.chat->id();
  for (const auto& [from, line] : p.from) answer(from, encode_chat(id), line);
  for (const Member& m : p.chat->members()) {
    outbox_.mail(placement_.of(m.user),
                 MembershipChanged{.user = m.user, .chat = id, .member = true, .last = 0});
  }
}

void Rules::take_back(PendingChat& p, const Batch&) {
  for (const auto& [from, line] : p.from) {
    refuse(from, Error::kUnavailable, {}, {}, {}, {}, line);
  }
  chats_.erase(p.chat->id());
}

void Rules::on(ChangeMembers& c, TimeMs) {
  Conversation* chat = load(c.chat);
  if (!chat) return refuse(c.from, Error::kNoSuchChat, c.chat);
  const Member* by = chat->find_present(c.by);
  if (!c.operates && !by) return refuse(c.from, Error::kNotAMember, c.chat);
  const bool leaves = c.remove.size() == 1 && c.remove.front() == c.by;
  const bool decides = c.operates || chat->decides(*by);
  const bool needs_admin =
      !c.promote.empty() || !c.demote.empty() || (!c.remove.empty() && !leaves);
  if (needs_admin && !decides) return refuse(c.from, Error::kForbidden, c.chat);
  if (chat->members().size() + c.add.size() > kMaxChatMembers) {
    return refuse(c.from, Error::kTooLarge, c.chat);
  }
  if (c.promote.empty() && leaves_no_admin(*chat, c.demote)) {
    return refuse(c.from, Error::kForbidden, c.chat, {}, {},
                  "the last admin stays one until there is another");
  }
  if (full()) return refuse(c.from, Error::kOverloaded, c.chat);

  PendingMembers pending{.chat = chat,
                         .from = c.from,
                         .first_record = batch_->members.size(),
                         .records = 0,
                         .before = {}};
  const bool had_admin = chat->admins() > 0;
  for (const UserId user : c.add)
    apply(pending, user, [](auto& in, UserId u) { return in.add(u); });
  for (const UserId user : c.remove) {
    apply(pending, user, [](auto& in, UserId u) { return in.remove(u); });
  }
  for (const UserId user : c.promote) {
    apply(pending, user, [](auto& in, UserId u) { return in.set_admin(u, true); });
  }
  for (const UserId user : c.demote) {
    apply(pending, user, [](auto& in, UserId u) { return in.set_admin(u, false); });
  }
  if (had_admin && chat->admins() == 0) find_successor(pending);
  pending.records = pending.before.size();
  if (pending.records == 0) return answer(c.from, encode_chat(c.chat));
  await_commit(std::move(pending));
}

void Rules::apply(PendingMembers& pending, UserId user, MemberChange change) {
  Conversation& chat = *pending.chat;
  const Member* known = chat.find(user);
  const Member before = known ? *known : Member{.user = user, .present = false};
  Member* after = change(chat, user);
  if (!after) return;
  if (after->present != before.present) {
    if (is_committed(before.pending_change)) after->was_present = before.present;
    after->pending_change = next_serial();
  }
  pending.before.push_back(before);
  batch_->members.push_back(to_record(chat.id(), *after));
}

void Rules::find_successor(PendingMembers& pending) {
  const Member* eldest = pending.chat->eldest();
  if (!eldest) return;
  apply(pending, eldest->user, [](auto& in, UserId u) { return in.set_admin(u, true); });
}

bool Rules::is_there(const Member& member) const {
  if (is_committed(member.pending_change)) return member.present;
  return !member.present && member.was_present;
}

void Rules::finish(PendingMembers& p, const Batch& batch) {
  answer(p.from, encode_chat(p.chat->id()));
  for (std::size_t i = 0; i < p.records; ++i) {
    const MemberRecord& r = batch.members[p.first_record + i];
    if (p.before[i].present == r.present) continue;  // only his standing has changed
    outbox_.mail(placement_.of(r.user),
                 MembershipChanged{.user = r.user,
                                   .chat = r.chat,
                                   .member = r.present,
                                   .last = r.present ? r.joined_after : r.left_after});
  }
  // The directory has what was committed, a new name of the same commit as well.
  if (!p.chat->is_large()) tell_chat_changed(*p.chat, name_of(p.chat->id()));
}

void Rules::take_back(PendingMembers& p, const Batch&) {
  for (auto before = p.before.rbegin(); before != p.before.rend(); ++before) {
    p.chat->restore(*before);
  }
  refuse(p.from, Error::kUnavailable, p.chat->id());
}

// ---- Names, and who is there ----

std::string Rules::name_of(ChatId chat) const {
  const std::optional<ChatRecord> record = directory_.chat(chat);
  return record ? record->name : std::string();
}

void Rules::tell_chat_changed(const Conversation& chat, std::string_view name) {
  std::string json;
  protocol::encode(
      json,
      protocol::ChatChanged{
          .chat = chat.id(), .name = name, .members = static_cast<std::uint32_t>(chat.present())});
  to_attached(chat, {.chat = chat.id(),
                     .events = std::make_shared<const std::string>(std::move(json)),
                     .except_client = std::nullopt,
                     .except_user = {}});
}

void Rules::on(RenameChat& c, TimeMs) {
  Conversation* chat = load(c.chat);
  if (!chat) return refuse(c.from, Error::kNoSuchChat, c.chat);
  const Member* by = chat->find_present(c.by);
  if (!c.operates && !by) return refuse(c.from, Error::kNotAMember, c.chat);
  if (!c.operates && !chat->decides(*by)) return refuse(c.from, Error::kForbidden, c.chat);
  std::optional<ChatRecord> record = directory_.chat(c.chat);
  if (full() || !record) return refuse(c.from, Error::kOverloaded, c.chat);
  record->name = std::move(c.name);
  const std::size_t place = batch_->chats.size();
  batch_->chats.push_back(std::move(*record));
  await_commit(PendingName{.chat = chat, .from = c.from, .record = place});
}

void Rules::finish(PendingName& p, const Batch& batch) {
  answer(p.from, encode_chat(p.chat->id()));
  tell_chat_changed(*p.chat, batch.chats[p.record].name);
}

void Rules::take_back(PendingName& p, const Batch&) {
  refuse(p.from, Error::kUnavailable, p.chat->id());
}

void Rules::on(DescribeChat& c, TimeMs) {
  Conversation* chat = load(c.chat);
  if (!chat) return refuse(c.from, Error::kNoSuchChat, c.chat);
  if (!c.operates && !chat->find_present(c.user)) {
    return refuse(c.from, Error::kNotAMember, c.chat);
  }
  answer(c.from, describe(*chat, name_of(c.chat), c.after));
}

void Rules::on(OpenWindow& c, TimeMs) {
  Conversation* chat = load(c.chat);
  if (!chat) return refuse(c.from, Error::kNoSuchChat, c.chat);
  if (!chat->find_present(c.user)) return refuse(c.from, Error::kNotAMember, c.chat);
  if (chat->is_large()) return;
  WindowOpened opened{.to = c.from, .chat = c.chat, .members = {}};
  for (const Member& member : chat->members()) {
    if (member.present && member.user != c.user) opened.members.push_back(member.user);
  }
  outbox_.mail(c.from.shard, std::move(opened));
}

}  // namespace throng::chat
