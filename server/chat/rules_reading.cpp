// Catch-up and history: the part of the rules that reads the log.

#include <algorithm>

#include "protocol/codec.hpp"
#include "server/chat/rules.hpp"

namespace throng::chat {

using protocol::Error;

void Rules::on(Attach& c, TimeMs) {
  Conversation* chat = load(c.chat);
  // Attached first, read afterwards: whatever is committed after the read comes as live traffic.
  // Who turns out not to be a member is attached all the same, so that one Detach always fits.
  if (chat) chat->attach(c.from.shard);
  const Member* member = chat ? chat->find(c.user) : nullptr;
  if (!member || !is_there(*member)) {
    Page page{.to = c.from, .attempt = c.attempt, .complete = true, .member = false, .state = {}};
    page.state.chat = c.chat;
    outbox_.mail(c.from.shard, std::move(page));
    return;
  }
  const Seq have = c.have.value_or(durable_cursors(c.chat, *member).delivered);
  const Seq start = std::min(std::max(have, member->joined_after), chat->committed());
  Page page{.to = c.from, .attempt = c.attempt, .through = start, .state = {}};
  // What is missing below is no gap. Without a `have` the cursor can't tell it from "nothing".
  if (have < member->joined_after || (!c.have && have > 0 && have == member->joined_after)) {
    protocol::encode(
        page.events,
        protocol::Membership{.chat = c.chat, .member = true, .last = member->joined_after});
  }
  send_page(std::move(page), *chat, c.user);
}

void Rules::on(NextPage& c, TimeMs) {
  Conversation* chat = load(c.chat);
  const Member* member = chat ? chat->find(c.user) : nullptr;
  if (!member) return;
  // Who left and came back meanwhile sees nothing of the time between.
  const Seq start = std::max(c.after, member->joined_after);
  send_page({.to = c.from, .attempt = c.attempt, .through = start, .state = {}}, *chat, c.user);
}

void Rules::on(Detach& c, TimeMs) {
  const auto at = chats_.find(c.chat);
  if (at != chats_.end()) at->second->detach(c.shard);
}

void Rules::send_page(Page page, Conversation& chat, UserId user) {
  const Member& member = *chat.find(user);
  const Seq end = member.horizon(chat.committed());
  page.member = is_there(member);
  page.state.chat = chat.id();
  if (page.through < end) {
    page.messages = static_cast<std::uint32_t>(
        log_.read_forward(chat.id(), page.through, end, kCatchUpPage, [&](const StoredView& m) {
          if (m.seq > page.through + 1) tell_trimmed(page.events, chat.id(), m.seq);
          if (!page.events.empty()) page.events.push_back('\n');
          protocol::encode(page.events, m);
          page.through = m.seq;
          return true;
        }));
    ++counts_.catch_up_pages;
    counts_.catch_up_messages += page.messages;
  }
  if (page.through < end && page.messages == 0) {  // what was removed can be all there was
    const Seq first = log_.first_seq(chat.id());
    if (first > page.through + 1) tell_trimmed(page.events, chat.id(), first);
  }
  // A log that has less than was committed would make this loop; such a page ends the catch-up.
  page.complete = page.through >= end || page.messages == 0;
  if (page.complete) {
    page.state = state_of(chat, member);
    if (page.member) add_receipts_of_others(page.events, chat, user);
  }
  outbox_.mail(page.to.shard, std::move(page));
}

void Rules::tell_trimmed(std::string& events, ChatId chat, Seq first) {
  if (!events.empty()) events.push_back('\n');
  protocol::encode(events, protocol::Trimmed{.chat = chat, .first = first});
}

void Rules::add_receipts_of_others(std::string& events, const Conversation& chat, UserId user) {
  if (chat.present() > Conversation::kReceiptMembers) return;
  for (const Member& other : chat.members()) {
    if (other.user == user || !other.present) continue;
    const CursorRecord cursors = durable_cursors(chat.id(), other);
    // Who joined later starts at a cursor that no device of his ever said.
    if (cursors.delivered <= other.joined_after) continue;
    if (!events.empty()) events.push_back('\n');
    protocol::encode(events, protocol::Receipt{.chat = chat.id(),
                                               .user = other.user,
                                               .delivered = cursors.delivered,
                                               .read = cursors.read});
  }
}

protocol::ChatState Rules::state_of(const Conversation& chat, const Member& member) {
  const CursorRecord cursors = durable_cursors(chat.id(), member);
  protocol::ChatState state{.chat = chat.id(),
                            .last = member.horizon(chat.committed()),
                            .delivered = cursors.delivered,
                            .read = cursors.read,
                            .unread = 0};
  const PageLimit all{.messages = static_cast<std::size_t>(-1),
                      .bytes = static_cast<std::size_t>(-1)};
  if (state.read < state.last) {
    log_.read_forward(chat.id(), state.read, state.last, all, [&](const StoredView& m) {
      if (m.from != member.user) ++state.unread;
      return state.unread < protocol::kMaxUnread;
    });
  }
  return state;
}

void Rules::on(FetchHistory& c, TimeMs) {
  Conversation* chat = load(c.chat);
  if (!chat) return refuse(c.from, Error::kNoSuchChat, c.chat, {}, c.ref);
  const Member* member = chat->find(c.user);
  if (!member && !c.operates) return refuse(c.from, Error::kNotAMember, c.chat, {}, c.ref);
  const Seq above = std::max(member ? chat->floor(*member) : 0, log_.first_seq(c.chat) - 1);
  Seq before = (member ? member->horizon(chat->committed()) : chat->committed()) + 1;
  if (!c.pagination_token.empty()) {
    const auto place = pagination_.read(c.chat, c.pagination_token);
    if (!place) return refuse(c.from, Error::kBadPagination, c.chat, {}, c.ref);
    before = std::min(before, *place);
  }

  std::vector<StoredMessage> messages;
  const PageLimit limit{.messages = std::min<std::size_t>(c.limit, kHistoryPage.messages),
                        .bytes = kHistoryPage.bytes};
  Seq oldest = before;
  log_.read_backward(c.chat, before, above, limit, [&](const StoredView& m) {
    messages.push_back(copy_of(m));
    oldest = m.seq;
    return true;
  });
  counts_.history_messages += messages.size();

  const bool more = !messages.empty() && oldest > above + 1;
  const std::string next = more ? pagination_.token(c.chat, oldest) : std::string();
  protocol::History history{.chat = c.chat, .messages = {}, .next = next, .ref = c.ref};
  history.messages.reserve(messages.size());
  for (const StoredMessage& m : messages) history.messages.push_back(view_of(m));
  std::string json;
  protocol::encode(json, history);
  answer(c.from, std::move(json));
}

}  // namespace throng::chat
