#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "loadgen/measure/ledger.hpp"
#include "loadgen/measure/ledger_state.hpp"

namespace throng::measure {

/// Joins the shards, chat by chat: the same chat's members may be in any of them.
class Reconciliation {
 public:
  explicit Reconciliation(std::span<const LedgerShard* const> shards)
      : shards_(shards.begin(), shards.end()), roster_(shards.front()->roster_) {
    std::ranges::sort(shards_, {}, &LedgerShard::first_user_);
  }

  LedgerReport run() {
    for (const LedgerShard* shard : shards_) add_counted(*shard);
    find_chats_with_acks();
    for (ChatIndex chat = 0; chat < roster_.chat_count(); ++chat) check_chat(chat);
    for (const LedgerShard* shard : shards_) {
      for (const auto& send : shard->failed_) check_failed(send);
    }
    return std::move(report_);
  }

 private:
  using SeatState = LedgerShard::SeatState;
  using ChatState = LedgerShard::ChatState;

  void add_counted(const LedgerShard& shard) {
    const LedgerReport& from = shard.counted_;
    report_.sent += from.sent;
    report_.acked += from.acked;
    report_.delivered += from.delivered;
    report_.duplicated += from.duplicated;
    report_.reordered += from.reordered;
    report_.misdelivered += from.misdelivered;
    report_.corrupted += from.corrupted;
    report_.phantom += from.phantom;
    report_.cursor_violations += from.cursor_violations;
    report_.trimmed += from.trimmed;
    report_.late += from.late;
    report_.unresolved += from.unresolved + shard.outstanding().pending;
    for (const std::string& text : from.examples) example(text);
  }

  void find_chats_with_acks() {
    highest_acked_.resize(roster_.chat_count());
    for (const LedgerShard* shard : shards_) {
      for (const ChatState& chat : shard->chats_) {
        highest_acked_[chat.chat] = std::max(highest_acked_[chat.chat], chat.highest_acked);
        report_.expected += chat.acked * (roster_.members_of(chat.chat).size() - 1);
      }
    }
  }

  void check_chat(ChatIndex chat) {
    const auto members = roster_.members_of(chat);
    seats_.clear();
    for (const UserNumber member : members) seats_.push_back(&seat_of(member, chat));
    subtract_undue(chat);
    count_lost(chat, members);
    count_displaced(chat, members);
    compare_contents(chat);
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (seats_[i]->cursors) check_cursors(chat, members, members[i], *seats_[i]);
    }
  }

  // What was said while a member was out of the chat.
  void subtract_undue(ChatIndex chat) {
    for (const SeatState* seat : seats_) {
      if (!seat->odd) continue;
      std::uint64_t undue = seat->odd->undue;
      if (seat->is_out_at(highest_acked_[chat]))
        undue += highest_acked_[chat] - seat->odd->left_after;
      report_.expected -= std::min(report_.expected, undue);
    }
  }

  void count_lost(ChatIndex chat, std::span<const UserNumber> members) {
    std::map<std::uint32_t, std::int64_t> missing;  // how many more members miss it from there on
    for (std::size_t i = 0; i < members.size(); ++i) {
      const IntervalSet& seen = seats_[i]->seen;
      const std::uint32_t limit = last_due(chat, *seats_[i]);
      report_.lost += seen.abandoned();
      if (seen.prefix() >= limit) continue;
      for (const auto [first, last] : seen.holes(limit)) {
        report_.lost += last - first + 1;
        ++missing[first];
        --missing[last + 1];
        example(fmt::format("chat {} seq {} to {}: never reached user {}", chat, first, last,
                            members[i]));
      }
    }
    // Where nobody saw anything, one of the members would have been the sender.
    std::int64_t members_missing = 0;
    for (auto at = missing.begin(); at != missing.end(); ++at) {
      members_missing += at->second;
      if (members_missing != static_cast<std::int64_t>(members.size())) continue;
      report_.lost -= std::next(at)->first - at->first;
    }
  }

  std::uint32_t last_due(ChatIndex chat, const SeatState& seat) const {
    const std::uint32_t last = std::max(highest_acked_[chat], seat.life_high);
    return seat.is_out_at(last) ? seat.odd->left_after : last;
  }

  // Where a member saw only something strange, and another saw a message.
  void count_displaced(ChatIndex chat, std::span<const UserNumber> members) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (!seats_[i]->odd) continue;
      for (const std::uint32_t seq : seats_[i]->odd->strange) {
        const auto has_it = [seq](const SeatState* seat) { return seat->has(seq); };
        if (std::ranges::none_of(seats_, has_it)) continue;
        ++report_.lost;
        example(
            fmt::format("chat {} seq {}: something else reached user {}", chat, seq, members[i]));
      }
    }
  }

  // Seats that saw 1..n and nothing else must have seen the same; the fewer are held to be wrong.
  void compare_contents(ChatIndex chat) {
    sums_.clear();
    for (const SeatState* seat : seats_) {
      const IntervalSet& seen = seat->seen;
      if (!seat->summed || seen.has_holes() || seen.abandoned() != 0) continue;
      sums_.emplace_back(seen.prefix(), seat->content_sum);
    }
    std::ranges::sort(sums_);
    for (auto group = sums_.begin(); group != sums_.end();) {
      const auto group_end = std::find_if(
          group, sums_.end(), [group](const auto& each) { return each.first != group->first; });
      count_minority(chat, group, group_end);
      group = group_end;
    }
  }

  using Sums = std::vector<std::pair<std::uint32_t, std::uint64_t>>;
  void count_minority(ChatIndex chat, Sums::iterator group, Sums::iterator group_end) {
    const std::ptrdiff_t members = group_end - group;
    std::ptrdiff_t largest = 0;
    for (auto each = group; each != group_end;) {
      const auto equal_end = std::upper_bound(each, group_end, *each);
      largest = std::max(largest, equal_end - each);
      each = equal_end;
    }
    if (largest == members) return;
    report_.corrupted += static_cast<std::uint64_t>(members - largest);
    example(fmt::format("chat {}: {} of {} members got other content up to seq {}", chat,
                        members - largest, members, group->first));
  }

  // A cursor can't be above what the member's device has ever seen.
  void check_cursors(ChatIndex chat, std::span<const UserNumber> members, UserNumber observer,
                     const SeatState& seat) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      const std::uint32_t told = seat.cursors[i].delivered;
      const std::uint32_t seen = seats_[i]->seen.highest();
      if (told <= seen) continue;
      ++report_.cursor_violations;
      example(fmt::format("chat {} at user {}: delivered {} of user {}, who has nothing above {}",
                          chat, observer, told, members[i], seen));
    }
  }

  void check_failed(const LedgerShard::FailedSend& send) {
    const auto sender = *roster_.member_index(send.chat, send.sender);
    for (const LedgerShard* shard : shards_) {
      const auto found = std::ranges::lower_bound(shard->chats_, send.chat, {}, &ChatState::chat);
      if (found == shard->chats_.end() || found->chat != send.chat || !found->traffic) continue;
      const IntervalSet& ks = found->traffic->ks[sender];
      if (send.k <= ks.certain_above() || !ks.contains(send.k)) continue;
      ++report_.phantom;
      example(fmt::format("chat {}: send {} of user {} failed for certain and was delivered",
                          send.chat, send.k, send.sender));
      return;
    }
  }

  const SeatState& seat_of(UserNumber user, ChatIndex chat) const {
    auto shard = std::ranges::upper_bound(shards_, user, {}, &LedgerShard::first_user_);
    return (*std::prev(shard))->state(*roster_.seat(user, chat));
  }

  void example(std::string text) {
    if (report_.examples.size() < LedgerShard::kMaxExamples) {
      report_.examples.push_back(std::move(text));
    }
  }

  std::vector<const LedgerShard*> shards_;  ///< by first user
  const Roster roster_;
  LedgerReport report_;
  std::vector<std::uint32_t> highest_acked_;  ///< by chat

  // Of the chat that is looked at
  std::vector<const SeatState*> seats_;  ///< by member
  Sums sums_;                            ///< (how far, content_sum)
};

LedgerReport reconcile(std::span<const LedgerShard* const> shards) {
  if (shards.empty()) return {};
  return Reconciliation(shards).run();
}

}  // namespace throng::measure
