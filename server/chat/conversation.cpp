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
  if (members_.size() > 2) {
    const std::size_t window = last_ - recent_from_ + 1;
    if (window > recent_senders_.size() && recent_senders_.size() < kRecentSenders) {
      // The slot of a seq depends on the size, so a larger ring is filled anew.
      std::vector<UserId> larger(std::max<std::size_t>(16, recent_senders_.size() * 2));
      for (Seq seq = recent_from_; seq < last_; ++seq) {
        larger[seq % larger.size()] = recent_senders_[seq % recent_senders_.size()];
      }
      recent_senders_ = std::move(larger);
    } else if (window > recent_senders_.size()) {
      ++recent_from_;
    }
    recent_senders_[last_ % recent_senders_.size()] = from;
  }
  return last_;
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
  member->present = false;
  member->left_after = last_;
  --present_;
  return member;
}

void Conversation::restore(const Member& before) {
  Member* member = find(before.user);
  if (!member) return;
  present_ += before.present;
  present_ -= member->present;
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
    const UserId sender = recent_senders_[seq % recent_senders_.size()];
    if (sender != reader) out.push_back(sender);
  }
}

}  // namespace throng::chat
