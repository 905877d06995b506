#include "server/chat/conversation.hpp"

#include <algorithm>

namespace throng::chat {

Conversation::Conversation(ChatId id, Seq last, std::vector<Member> members, ShardIndex shards)
    : id_(id),
      last_(last),
      committed_(last),
      members_(std::move(members)),
      attached_(shards),
      recent_from_(last + 1) {
  std::ranges::sort(members_, {}, &Member::user);
  present_ = static_cast<std::size_t>(std::ranges::count(members_, true, &Member::present));
  admins_ = static_cast<std::size_t>(std::ranges::count(members_, true, &Member::admin));
}

Member* Conversation::find(UserId user) {
  const auto at = std::ranges::lower_bound(members_, user, {}, &Member::user);
  return at != members_.end() && at->user == user ? &*at : nullptr;
}

Member* Conversation::find_present(UserId user) {
  Member* member = find(user);
  return member && member->present ? member : nullptr;
}

Seq Conversation::accept(UserId from) {
  ++last_;
  if (members_.size() > 2) remember(last_, from);
  return last_;
}

void Conversation::remember(Seq seq, UserId from) {
  const std::size_t window = seq - recent_from_ + 1;
  if (window > recent_.size() && recent_.size() < kRecentSenders) {
    // The slot of a seq depends on the size, so a larger ring is filled anew.
    std::vector<ReceiptTally> larger(std::max<std::size_t>(16, recent_.size() * 2));
    for (Seq old = recent_from_; old < seq; ++old) larger[old % larger.size()] = recent(old);
    recent_ = std::move(larger);
  } else if (window > recent_.size()) {
    ++recent_from_;
  }
  recent(seq) = ReceiptTally{.from = from};
}

void Conversation::recall(std::span<const UserId> senders) {
  recent_from_ = last_ - senders.size() + 1;
  for (std::size_t i = 0; i < senders.size(); ++i) remember(recent_from_ + i, senders[i]);
  for (const Member& member : members_) {
    tally(member.joined_after, member.delivered, member.user, Tick::kDelivered, nullptr);
    tally(member.joined_after, member.read, member.user, Tick::kRead, nullptr);
  }
}

void Conversation::roll_back() {
  last_ = committed_;
  recent_from_ = std::min(recent_from_, last_ + 1);
}

Member* Conversation::add(UserId user) {
  auto at = std::ranges::lower_bound(members_, user, {}, &Member::user);
  if (at != members_.end() && at->user == user) {
    if (at->present) return nullptr;
    at->present = true;
    at->joined_after = last_;
    at->delivered = std::max(at->delivered, last_);
    at->read = std::max(at->read, last_);
  } else {
    Member member{.user = user};
    member.joined_after = member.delivered = member.read = last_;
    at = members_.insert(at, member);
    // The ring isn't kept for two: from here on it has to be.
    if (members_.size() == 3) recent_from_ = last_ + 1;
  }
  ++present_;
  return &*at;
}

Member* Conversation::remove(UserId user) {
  Member* member = find_present(user);
  if (!member) return nullptr;
  if (member->admin) --admins_;
  member->admin = false;
  member->present = false;
  member->left_after = last_;
  --present_;
  return member;
}

Member* Conversation::set_admin(UserId user, bool admin) {
  Member* member = find_present(user);
  if (!member || member->admin == admin) return nullptr;
  member->admin = admin;
  admins_ += admin ? 1 : -1;
  return member;
}

const Member* Conversation::eldest() const {
  const Member* eldest = nullptr;
  for (const Member& member : members_) {
    if (!member.present) continue;
    if (!eldest || member.joined_after < eldest->joined_after) eldest = &member;
  }
  return eldest;
}

void Conversation::restore(const Member& before) {
  Member* member = find(before.user);
  if (!member) return;
  present_ += before.present;
  present_ -= member->present;
  admins_ += before.admin;
  admins_ -= member->admin;
  *member = before;
}

void Conversation::senders(Seq after, Seq through, UserId reader, std::vector<UserId>& out) const {
  if (through <= after) return;
  const bool all_members = members_.size() <= 2 || after + 1 < recent_from_;
  if (all_members) {
    if (present_ > kReceiptMembers) return;
    for (const Member& member : members_) {
      if (member.user != reader && member.present) out.push_back(member.user);
    }
    return;
  }
  for (Seq seq = after + 1; seq <= through; ++seq) {
    const UserId sender = recent_[seq % recent_.size()].from;
    if (sender != reader) out.push_back(sender);
  }
}

void Conversation::tally(Seq after, Seq through, UserId reader, Tick tick,
                         std::vector<Seq>* untold) {
  if (recent_.empty()) return;
  for (Seq seq = std::max(after + 1, recent_from_); seq <= through; ++seq) {
    ReceiptTally& of = recent(seq);
    if (of.from == reader) continue;
    if (tick == Tick::kDelivered) {
      ++of.delivered;
    } else {
      ++of.read;
    }
    if (!untold || of.untold) continue;
    of.untold = 1;
    untold->push_back(seq);
  }
}

const ReceiptTally* Conversation::tell(Seq seq) {
  if (recent_.empty() || seq < recent_from_) return nullptr;
  recent(seq).untold = 0;
  return &recent(seq);
}

}  // namespace throng::chat
