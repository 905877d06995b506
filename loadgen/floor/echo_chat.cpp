#include "loadgen/floor/echo_chat.hpp"

#include <algorithm>

namespace throng::floor {

bool EchoChat::add(UserId user) {
  if (!index_.try_emplace(user, members_.size()).second) return false;
  members_.push_back({user, last(), last()});
  return true;
}

EchoChat::Taken EchoChat::take(UserId from, const protocol::Send& send, TimeMs now) {
  if (const auto known = places_.find({from, send.cmid}); known != places_.end()) {
    return {known->second, at(known->second).time, false};
  }
  log_.push_back({.from = from,
                  .cmid = std::string(send.cmid),
                  .body = std::string(send.body),
                  .asset = std::string(send.asset),
                  .kind = send.kind,
                  .re = send.re,
                  .time = now});
  places_.emplace(Name{from, log_.back().cmid}, last());
  return {last(), now, true};
}

protocol::Message EchoChat::message(Seq seq) const {
  const Stored& stored = at(seq);
  return {.chat = id_,
          .seq = seq,
          .from = stored.from,
          .cmid = stored.cmid,
          .time = stored.time,
          .body = stored.body,
          .kind = stored.kind,
          .re = stored.re,
          .asset = stored.asset};
}

std::vector<UserId> EchoChat::move(UserId user, Seq delivered, Seq read) {
  Member& member = members_[index_.at(user)];
  const Member before = member;
  member.read = std::max(member.read, read);
  member.delivered = std::max({member.delivered, delivered, member.read});
  std::vector<UserId> senders;
  collect_senders(user, before.delivered, member.delivered, senders);
  collect_senders(user, before.read, member.read, senders);
  return senders;
}

protocol::Receipt EchoChat::receipt(UserId user) const {
  const Member& member = members_[index_.at(user)];
  return {id_, user, member.delivered, member.read};
}

protocol::ChatState EchoChat::state(UserId user) const {
  const Member& member = members_[index_.at(user)];
  protocol::ChatState state{id_, last(), member.delivered, member.read, 0};
  for (Seq seq = last(); seq >= std::max(first_, member.read + 1); --seq) {
    if (state.unread == protocol::kMaxUnread) break;
    if (at(seq).from != user) ++state.unread;
  }
  return state;
}

void EchoChat::trim() {
  Seq keep_from = last() + 1;
  for (const Member& member : members_) keep_from = std::min(keep_from, needless(member) + 1);
  for (; first_ < keep_from; ++first_) {
    places_.erase({log_.front().from, log_.front().cmid});
    log_.pop_front();
  }
}

/// The last message up to which the member needs none.
Seq EchoChat::needless(const Member& member) const {
  Seq seq = last();
  for (std::uint32_t unread = 0; seq > std::max(first_ - 1, member.read); --seq) {
    if (at(seq).from != member.user && ++unread > protocol::kMaxUnread) break;
  }
  return std::min(seq, member.delivered);
}

void EchoChat::collect_senders(UserId reader, Seq from, Seq to,
                               std::vector<UserId>& senders) const {
  for (Seq seq = std::max(from + 1, first_); seq <= to; ++seq) {
    const UserId sender = at(seq).from;
    if (sender != reader && std::ranges::find(senders, sender) == senders.end()) {
      senders.push_back(sender);
    }
  }
}

}  // namespace throng::floor
