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
          .present = m.present};
}

std::string encode_chat(ChatId chat) {
  std::string json = R"({"op":"chat","chat":)";
  json += std::to_string(chat.value);
  json += '}';
  return json;
}

}  // namespace

Conversation* Rules::load(ChatId id) {
  if (const auto at = chats_.find(id); at != chats_.end()) return at->second.get();
  if (!directory_.chat(id)) return nullptr;
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
                       .present = r.present});
  }
  auto chat = std::make_unique<Conversation>(id, last, std::move(members), placement_.shards());
  for (const CursorRecord& r : log_.cursors(id)) {
    if (Member* member = chat->find(r.user)) {
      member->delivered = std::max(member->delivered, std::min(r.delivered, last));
      member->read = std::max(member->read, std::min(r.read, last));
    }
  }
  return chats_.emplace(id, std::move(chat)).first->second.get();
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
  for (std::size_t i = 0; i < members.size(); ++i) members[i].user = c.members[i];
  Conversation& chat = *chats_
                            .emplace(id, std::make_unique<Conversation>(
                                             id, Seq{0}, std::move(members), placement_.shards()))
                            .first->second;

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
  if (!c.admin && !chat->find_present(c.by)) return refuse(c.from, Error::kNotAMember, c.chat);
  if (chat->members().size() + c.add.size() > kMaxChatMembers) {
    return refuse(c.from, Error::kTooLarge, c.chat);
  }
  if (full()) return refuse(c.from, Error::kOverloaded, c.chat);

  PendingMembers pending{.chat = chat,
                         .from = c.from,
                         .first_record = batch_->members.size(),
                         .records = 0,
                         .before = {}};
  const std::uint64_t serial = next_serial();
  const auto change = [&](UserId user, Member* (Conversation::*add_or_remove)(UserId)) {
    const Member* known = chat->find(user);
    const Member before = known ? *known : Member{.user = user, .present = false};
    Member* after = (chat->*add_or_remove)(user);
    if (!after) return;
    if (is_committed(before.pending_change)) after->was_present = before.present;
    after->pending_change = serial;
    pending.before.push_back(before);
    batch_->members.push_back(to_record(c.chat, *after));
  };
  for (const UserId user : c.add) change(user, &Conversation::add);
  for (const UserId user : c.remove) change(user, &Conversation::remove);
  pending.records = pending.before.size();
  if (pending.records == 0) return answer(c.from, encode_chat(c.chat));
  await_commit(std::move(pending));
}

bool Rules::is_there(const Member& member) const {
  if (is_committed(member.pending_change)) return member.present;
  return !member.present && member.was_present;
}

void Rules::finish(PendingMembers& p, const Batch& batch) {
  answer(p.from, encode_chat(p.chat->id()));
  for (std::size_t i = 0; i < p.records; ++i) {
    const MemberRecord& r = batch.members[p.first_record + i];
    outbox_.mail(placement_.of(r.user),
                 MembershipChanged{.user = r.user,
                                   .chat = r.chat,
                                   .member = r.present,
                                   .last = r.present ? r.joined_after : r.left_after});
  }
}

void Rules::take_back(PendingMembers& p, const Batch&) {
  for (auto before = p.before.rbegin(); before != p.before.rend(); ++before) {
    p.chat->restore(*before);
  }
  refuse(p.from, Error::kUnavailable, p.chat->id());
}

}  // namespace throng::chat
