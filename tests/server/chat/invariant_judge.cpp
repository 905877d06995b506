#include "tests/server/chat/invariant_judge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace throng::chat {
namespace {

constexpr PageLimit kEverything{.messages = static_cast<std::size_t>(-1),
                                .bytes = static_cast<std::size_t>(-1)};

}  // namespace

void InvariantJudge::sends(ChatId chat, UserId user, const std::string& cmid,
                           const std::string& body) {
  const Seq newest = newest_answers_[{chat, user}];
  attempts_.try_emplace({chat, user, cmid}, Attempt{.body = body, .newest_answer = newest});
}

void InvariantJudge::marks(ChatId chat, UserId user, Seq delivered, Seq read) {
  auto& [said_delivered, said_read] = said_[{chat, user}];
  said_read = std::max(said_read, read);
  said_delivered = std::max({said_delivered, delivered, read});
}

void InvariantJudge::keeps(const Batch& batch) {
  for (const MemberRecord& r : batch.members) {
    auto& stretches = stretches_[{r.chat, r.user}];
    if (r.present) {
      stretches.push_back({.joined_after = r.joined_after});
    } else if (!stretches.empty()) {
      stretches.back().left_after = r.left_after;
    }
  }
}

void InvariantJudge::told_sent(UserId user, const protocol::Sent& sent) {
  const Send send(sent.chat, user, sent.cmid);
  const auto attempt = attempts_.find(send);
  ASSERT_NE(attempt, attempts_.end()) << "S2: nobody sent that";
  const auto [answer, is_first] = answers_.try_emplace(send, sent.seq);
  EXPECT_EQ(answer->second, sent.seq) << "S3: another answer for " << sent.cmid;
  if (is_first) {
    EXPECT_GT(sent.seq, attempt->second.newest_answer) << "S5: not in the order of the sends";
  }
  auto& newest = newest_answers_[{sent.chat, user}];
  newest = std::max(newest, sent.seq);
  is_at(sent.chat, sent.seq, user, sent.cmid);
}

void InvariantJudge::told_message(UserId user, const protocol::Message& m) {
  const auto attempt = attempts_.find({m.chat, m.from, std::string(m.cmid)});
  ASSERT_NE(attempt, attempts_.end()) << "S2: nobody sent that";
  EXPECT_EQ(attempt->second.body, m.body) << "S4";
  is_at(m.chat, m.seq, m.from, m.cmid);
  const auto& stretches = stretches_[{m.chat, user}];
  EXPECT_TRUE(std::ranges::any_of(stretches,
                                  [&](const Stretch& s) {
                                    return s.joined_after < m.seq &&
                                           m.seq <= s.left_after.value_or(m.seq);
                                  }))
      << "S12: user " << user.value << " isn't to see message " << m.seq << " of chat "
      << m.chat.value;
}

void InvariantJudge::is_at(ChatId chat, Seq seq, UserId from, std::string_view cmid) {
  const std::pair content(from, std::string(cmid));
  const auto [at, is_new] = seen_.try_emplace({chat, seq}, content);
  EXPECT_EQ(at->second, content) << "S4: two messages at seq " << seq << " of chat " << chat.value;
}

std::pair<Seq, Seq> InvariantJudge::furthest(ChatId chat, UserId user) const {
  std::pair<Seq, Seq> result;
  if (const auto said = said_.find({chat, user}); said != said_.end()) result = said->second;
  if (const auto at = stretches_.find({chat, user}); at != stretches_.end()) {
    for (const Stretch& s : at->second) {
      result.first = std::max(result.first, s.joined_after);
      result.second = std::max(result.second, s.joined_after);
    }
  }
  return result;
}

void InvariantJudge::told_receipt(const protocol::Receipt& r) {
  const auto [delivered, read] = furthest(r.chat, r.user);
  EXPECT_LE(r.read, r.delivered) << "S9";
  EXPECT_LE(r.delivered, log_.last_seq(r.chat)) << "S9";
  EXPECT_LE(r.delivered, delivered) << "S10: no device of his said so";
  EXPECT_LE(r.read, read) << "S10: no device of his said so";
}

void InvariantJudge::told_state(UserId user, const protocol::ChatState& state) {
  told_receipt(
      {.chat = state.chat, .user = user, .delivered = state.delivered, .read = state.read});
  EXPECT_LE(state.delivered, state.last) << "S9";
  std::uint32_t unread = 0;
  log_.read_forward(state.chat, state.read, state.last, kEverything, [&](const StoredView& m) {
    unread += m.from != user;
    return true;
  });
  EXPECT_EQ(state.unread, std::min(unread, protocol::kMaxUnread)) << "S11";
}

bool InvariantJudge::may_begin_behind(ChatId chat, UserId user, Seq seq) const {
  const auto said = said_.find({chat, user});
  if (said != said_.end() && seq <= said->second.first) return true;
  const auto at = stretches_.find({chat, user});
  return at != stretches_.end() &&
         std::ranges::any_of(at->second, [&](const Stretch& s) { return s.joined_after == seq; });
}

std::optional<Seq> InvariantJudge::joined_after(ChatId chat, UserId user) const {
  const auto at = stretches_.find({chat, user});
  if (at == stretches_.end() || at->second.back().left_after) return std::nullopt;
  return at->second.back().joined_after;
}

void InvariantJudge::check_log(ChatId chat) const {
  Seq last = 0;
  std::map<Send, Seq> kept;
  log_.read_forward(chat, 0, log_.last_seq(chat), kEverything, [&](const StoredView& m) {
    EXPECT_EQ(m.seq, ++last) << "S5: a gap";
    const Send send(chat, m.from, m.cmid);
    EXPECT_TRUE(kept.emplace(send, m.seq).second) << "S3: " << m.cmid << " stands there twice";
    EXPECT_TRUE(attempts_.contains(send)) << "S2: nobody sent " << m.cmid;
    const auto seen = seen_.find({chat, m.seq});
    if (seen != seen_.end()) {
      EXPECT_EQ(seen->second, std::pair(m.from, std::string(m.cmid))) << "S4";
    }
    return true;
  });
  EXPECT_EQ(last, log_.last_seq(chat));
  for (const auto& [send, seq] : answers_) {
    if (std::get<ChatId>(send) != chat) continue;
    const auto at = kept.find(send);
    ASSERT_NE(at, kept.end()) << "S1: " << std::get<std::string>(send) << " was acknowledged";
    EXPECT_EQ(at->second, seq) << "S3";
  }
}

}  // namespace throng::chat
