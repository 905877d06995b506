#include "loadgen/measure/ledger.hpp"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "loadgen/measure/transfer.hpp"
#include "loadgen/pacing/random.hpp"

namespace throng::measure {
namespace {

/// Chats 0 {1,2}, 1 {1,3,4,5,6}, 2 {2,4,6}, 3 {3,6} of six users, in two shards of three.
class Town {
 public:
  static constexpr UserNumber kUsers = 6;

  explicit Town(UserNumber users_in_first_shard = 3) {
    roster_ = {chat_begin_, members_, user_begin_, chats_};
    shards_.push_back(std::make_unique<LedgerShard>(roster_, 1, users_in_first_shard));
    if (users_in_first_shard < kUsers) {
      shards_.push_back(std::make_unique<LedgerShard>(roster_, users_in_first_shard + 1,
                                                      kUsers - users_in_first_shard));
    }
    split_ = users_in_first_shard;
  }

  const Roster& roster() const { return roster_; }
  LedgerShard& shard_of(UserNumber user) { return *shards_[user <= split_ ? 0 : 1]; }
  Seat seat(UserNumber user, ChatIndex chat) const { return *roster_.seat(user, chat); }

  void send(UserNumber user, ChatIndex chat, std::uint32_t k) {
    shard_of(user).on_send(seat(user, chat), k);
  }
  void ack(UserNumber user, ChatIndex chat, std::uint32_t k, Seq seq) {
    shard_of(user).on_ack(seat(user, chat), k, seq, print(chat, user, k));
  }
  SightingResult see(UserNumber user, ChatIndex chat, Seq seq, UserNumber from, std::uint32_t k) {
    return see(user, chat, seq, from,
               StampCheck{StampVerdict::kOurs, {k, {}, print(chat, from, k)}});
  }
  SightingResult see(UserNumber user, ChatIndex chat, Seq seq, UserNumber from,
                     const StampCheck& check) {
    return shard_of(user).on_message(
        {.seat = seat(user, chat), .seq = seq, .from = from, .check = check, .late = false});
  }
  /// One message that goes well from end to end.
  void pass(UserNumber from, ChatIndex chat, std::uint32_t k, Seq seq) {
    send(from, chat, k);
    ack(from, chat, k, seq);
    for (const UserNumber member : roster_.members_of(chat)) {
      if (member != from) see(member, chat, seq, from, k);
    }
  }
  void start_session(UserNumber user) {
    for (const ChatIndex chat : roster_.chats_of(user)) {
      shard_of(user).on_session_start(seat(user, chat), true);
    }
  }

  /// The same whether the shards stay here or come from other processes.
  LedgerReport reconcile() const {
    std::vector<const LedgerShard*> shards;
    for (const auto& shard : shards_) shards.push_back(shard.get());
    const LedgerReport report = measure::reconcile(shards);
    EXPECT_EQ(reconcile_transferred(), report);
    return report;
  }
  LedgerShard::Outstanding outstanding() const {
    LedgerShard::Outstanding sum;
    for (const auto& shard : shards_) {
      const auto each = shard->outstanding();
      sum.pending += each.pending;
      sum.due += each.due;
      sum.seen += each.seen;
    }
    return sum;
  }

  static std::uint64_t print(ChatIndex chat, UserNumber sender, std::uint32_t k) {
    return protocol::mix(std::uint64_t{chat} << 48 | std::uint64_t{sender} << 32 | k);
  }

 private:
  LedgerReport reconcile_transferred() const {
    std::vector<std::unique_ptr<LedgerShard>> arrived;
    std::vector<const LedgerShard*> shards;
    UserNumber first = 1;
    for (const UserNumber end : {split_, kUsers}) {
      if (first > end) break;
      std::stringstream line;
      save(line, *shards_[arrived.size()]);
      arrived.push_back(std::make_unique<LedgerShard>(roster_, first, end - first + 1));
      load(line, *arrived.back());
      shards.push_back(arrived.back().get());
      first = end + 1;
    }
    return measure::reconcile(shards);
  }

  std::vector<std::uint64_t> chat_begin_{0, 2, 7, 10, 12};
  std::vector<UserNumber> members_{1, 2, 1, 3, 4, 5, 6, 2, 4, 6, 3, 6};
  std::vector<std::uint64_t> user_begin_{0, 2, 4, 6, 8, 9, 12};
  std::vector<ChatIndex> chats_{0, 1, 0, 2, 1, 3, 1, 2, 1, 1, 2, 3};
  Roster roster_;
  std::vector<std::unique_ptr<LedgerShard>> shards_;
  UserNumber split_ = 0;
};

/// The figures that tell of broken promises, by name; those that are zero are left out.
std::map<std::string, std::uint64_t> faults(const LedgerReport& report) {
  std::map<std::string, std::uint64_t> all{{"lost", report.lost},
                                           {"duplicated", report.duplicated},
                                           {"reordered", report.reordered},
                                           {"misdelivered", report.misdelivered},
                                           {"corrupted", report.corrupted},
                                           {"phantom", report.phantom},
                                           {"cursor_violations", report.cursor_violations}};
  std::erase_if(all, [](const auto& each) { return each.second == 0; });
  return all;
}

using Faults = std::map<std::string, std::uint64_t>;

TEST(Ledger, FaultFreeTrafficIsAccountedFor) {
  Town town;
  for (std::uint32_t k = 1; k <= 10; ++k) town.pass(1, 0, k, k);
  for (std::uint32_t k = 1; k <= 10; ++k) town.pass(5, 1, k, k);
  const LedgerReport report = town.reconcile();
  EXPECT_EQ(faults(report), Faults{});
  EXPECT_FALSE(report.violated());
  EXPECT_EQ(report.sent, 20u);
  EXPECT_EQ(report.acked, 20u);
  EXPECT_EQ(report.expected, 10u * 1 + 10u * 4);
  EXPECT_EQ(report.delivered, report.expected);
  EXPECT_EQ(report.unresolved, 0u);
  EXPECT_TRUE(report.examples.empty());
}

TEST(Ledger, AnAcknowledgedMessageThatNeverComesIsLost) {
  Town town;
  town.pass(1, 1, 1, 1);
  town.send(1, 1, 2);
  town.ack(1, 1, 2, 2);
  for (const UserNumber member : {3, 5}) town.see(member, 1, 2, 1, 2);
  const LedgerReport report = town.reconcile();
  EXPECT_EQ(faults(report), (Faults{{"lost", 2}}));  // 4 and 6
  EXPECT_EQ(report.expected - report.delivered, report.lost);
  ASSERT_EQ(report.examples.size(), 2u);
  EXPECT_EQ(report.examples[0], "chat 1 seq 2 to 2: never reached user 4");
}

// Who was there gets the message, all others aren't due it.
void pass_without(Town& town, UserNumber out, std::uint32_t k, Seq seq) {
  town.send(3, 1, k);
  town.ack(3, 1, k, seq);
  for (const UserNumber member : {1, 4, 5, 6}) {
    if (member != out) town.see(member, 1, seq, 3, k);
  }
}

TEST(LedgerMembership, WhatWasSaidWhileSomebodyWasOutIsntDue) {
  Town town;
  pass_without(town, 0, 1, 1);
  town.shard_of(6).on_left(town.seat(6, 1), 1);
  pass_without(town, 6, 2, 2);
  pass_without(town, 6, 3, 3);
  const LedgerReport away = town.reconcile();
  EXPECT_EQ(faults(away), Faults{});
  EXPECT_EQ(away.expected, 4u + 3 + 3);
  EXPECT_NE(town.outstanding().seen, town.outstanding().due) << "nobody knows how it goes on";

  town.shard_of(6).on_joined(town.seat(6, 1), 3);
  pass_without(town, 0, 4, 4);
  const LedgerReport back = town.reconcile();
  EXPECT_EQ(faults(back), Faults{});
  EXPECT_EQ(back.expected, 4u + 3 + 3 + 4);
  EXPECT_EQ(back.delivered, back.expected);
  EXPECT_EQ(town.outstanding().seen, town.outstanding().due);
  EXPECT_EQ(town.shard_of(6).position(town.seat(6, 1)), 4u);
}

TEST(LedgerMembership, WhatReachesSomebodyWhoIsOutIsMisdelivered) {
  Town town;
  pass_without(town, 0, 1, 1);
  town.shard_of(6).on_left(town.seat(6, 1), 1);
  pass_without(town, 0, 2, 2);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"misdelivered", 1}}));
  town.shard_of(6).on_joined(town.seat(6, 1), 2);
  EXPECT_FALSE(town.see(6, 1, 2, 3, 2).fresh) << "history is hidden";
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"misdelivered", 2}}));
}

TEST(LedgerMembership, AFenceHidesNoLossOnItsOtherSide) {
  Town town;
  pass_without(town, 6, 1, 1);
  pass_without(town, 0, 2, 2);
  town.shard_of(6).on_left(town.seat(6, 1), 2);
  pass_without(town, 6, 3, 3);
  town.shard_of(6).on_joined(town.seat(6, 1), 3);
  pass_without(town, 6, 4, 4);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"lost", 2}})) << "the first and the last";
}

TEST(LedgerMembership, NobodyLeavesBeforeWhatHasCome) {
  Town town;
  pass_without(town, 0, 1, 1);
  town.shard_of(6).on_left(town.seat(6, 1), 0);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"misdelivered", 1}}));
}

TEST(LedgerMembership, ASendOfWhoIsOutIsntTaken) {
  Town town;
  town.shard_of(6).on_left(town.seat(6, 1), 0);
  town.send(6, 1, 1);
  town.ack(6, 1, 1, 1);
  EXPECT_EQ(town.reconcile().misdelivered, 1u);
}

TEST(LedgerMembership, WhoFindsOutLaterIsDueNothingOfTheTimeBetween) {
  Town town;
  pass_without(town, 0, 1, 1);
  pass_without(town, 6, 2, 2);
  town.shard_of(6).on_found_out(town.seat(6, 1));
  EXPECT_EQ(faults(town.reconcile()), Faults{});
  town.shard_of(6).on_joined(town.seat(6, 1), 2);
  EXPECT_EQ(town.outstanding().seen, town.outstanding().due);
}

TEST(LedgerMembership, WhatWasRemovedIsCountedApart) {
  Town town;
  pass_without(town, 6, 1, 1);
  pass_without(town, 6, 2, 2);
  town.shard_of(6).on_trimmed(town.seat(6, 1), 3);
  pass_without(town, 0, 3, 3);
  const LedgerReport report = town.reconcile();
  EXPECT_EQ(faults(report), Faults{});
  EXPECT_FALSE(report.violated());
  EXPECT_EQ(report.trimmed, 2u);
  EXPECT_EQ(report.delivered + report.trimmed, report.expected);
  EXPECT_EQ(town.outstanding().seen, town.outstanding().due);
}

TEST(Ledger, AnUnacknowledgedMessageAtTheEndMayBeMissing) {
  Town town;
  town.pass(1, 1, 1, 1);
  town.send(1, 1, 2);
  town.see(3, 1, 2, 1, 2);
  const LedgerReport report = town.reconcile();
  EXPECT_EQ(faults(report), Faults{});
  EXPECT_EQ(report.unresolved, 1u);
}

TEST(Ledger, AForwardJumpIsLostUnlessItIsFilled) {
  Town town;
  town.pass(1, 0, 1, 1);
  town.pass(1, 0, 2, 2);
  for (std::uint32_t k = 3; k <= 4; ++k) {
    town.send(1, 0, k);
    town.ack(1, 0, k, k);
  }
  town.see(2, 0, 4, 1, 4);
  EXPECT_EQ(town.shard_of(2).position(town.seat(2, 0)), 2u);
  EXPECT_TRUE(town.shard_of(2).has_gaps(town.seat(2, 0)));
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"lost", 1}}));

  town.see(2, 0, 3, 1, 3);
  EXPECT_EQ(town.shard_of(2).position(town.seat(2, 0)), 4u);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"reordered", 1}}));
}

TEST(Ledger, APlaceThatNobodySawIsMissingForAllButItsSender) {
  Town town;
  town.pass(1, 1, 1, 1);
  town.pass(1, 1, 2, 3);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"lost", 4}}));
}

TEST(Ledger, ARepeatInASessionOrOfWhatTheDeviceSaidItHasIsADuplicate) {
  Town town;
  town.pass(1, 0, 1, 1);
  EXPECT_FALSE(town.see(2, 0, 1, 1, 1).fresh);
  town.start_session(2);
  EXPECT_FALSE(town.see(2, 0, 1, 1, 1).fresh);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"duplicated", 2}}));
}

TEST(Ledger, ADeviceThatSaidNothingMayGetItAllAgain) {
  Town town;
  town.pass(1, 0, 1, 1);
  town.pass(1, 0, 2, 2);
  town.shard_of(2).on_session_start(town.seat(2, 0), false);
  EXPECT_FALSE(town.see(2, 0, 1, 1, 1).fresh);
  EXPECT_FALSE(town.see(2, 0, 2, 1, 2).fresh);
  EXPECT_EQ(faults(town.reconcile()), Faults{});
  town.see(2, 0, 2, 1, 2);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"duplicated", 1}}));
}

TEST(Ledger, CatchUpAfterAGapRepeatsWhatWasAboveIt) {
  Town town;
  for (std::uint32_t k = 1; k <= 2; ++k) town.send(2, 0, k);
  town.send(1, 0, 1);
  town.ack(1, 0, 1, 2);  // the device of 1 has 2 and not 1
  town.start_session(1);
  town.see(1, 0, 1, 2, 1);
  town.see(1, 0, 2, 1, 1);
  town.ack(2, 0, 1, 1);
  town.see(2, 0, 2, 1, 1);
  town.ack(2, 0, 2, 3);
  town.see(1, 0, 3, 2, 2);
  // Its acknowledgement came before the message below it did.
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"reordered", 1}}));
}

TEST(Ledger, AResumedSenderMayFindItsOwnMessageInCatchUp) {
  Town town;
  town.send(1, 0, 1);
  town.see(2, 0, 1, 1, 1);
  town.start_session(1);
  EXPECT_TRUE(town.see(1, 0, 1, 1, 1).fresh);
  town.ack(1, 0, 1, 1);
  town.ack(1, 0, 1, 1);  // the repeat's answer
  const LedgerReport report = town.reconcile();
  EXPECT_EQ(faults(report), Faults{});
  EXPECT_EQ(report.acked, 1u);
  EXPECT_EQ(report.delivered, 1u);
}

TEST(Ledger, ASendWithTwoPlacesIsADuplicate) {
  Town town;
  town.pass(1, 0, 1, 1);
  town.ack(1, 0, 1, 2);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"duplicated", 1}}));
}

TEST(Ledger, TwoSendsAtOnePlaceAreADuplicate) {
  Town town;
  town.pass(1, 0, 1, 1);
  town.send(1, 0, 2);
  town.ack(1, 0, 2, 1);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"duplicated", 1}}));
}

TEST(Ledger, AMessageStoredTwiceIsADuplicateAtEachObserver) {
  Town town(Town::kUsers);
  town.pass(1, 1, 1, 1);
  for (const UserNumber member : {1, 3, 4, 5, 6}) town.see(member, 1, 2, 1, 1);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"duplicated", 5}}));
}

TEST(Ledger, SendsThatOverlapGetPlacesInAnyOrder) {
  Town town;
  town.send(1, 0, 1);
  town.send(1, 0, 2);
  town.ack(1, 0, 2, 1);
  town.ack(1, 0, 1, 2);
  town.see(2, 0, 1, 1, 2);
  town.see(2, 0, 2, 1, 1);
  EXPECT_EQ(faults(town.reconcile()), Faults{});
}

TEST(Ledger, SendsThatDontOverlapGetRisingPlaces) {
  Town town;
  town.send(1, 0, 1);
  town.ack(1, 0, 1, 2);
  town.send(1, 0, 2);
  town.ack(1, 0, 2, 1);
  town.see(2, 0, 1, 1, 2);
  town.see(2, 0, 2, 1, 1);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"reordered", 1}}));
}

TEST(Ledger, WhatIsNotForThisChatIsMisdelivered) {
  Town town;
  town.see(1, 0, 1, 2, StampCheck{StampVerdict::kOtherChat, {}});
  town.see(1, 1, 1, 2, 1);  // 2 isn't in chat 1
  town.shard_of(5).on_stray_message(5, 999, 1);
  EXPECT_EQ(town.reconcile().misdelivered, 3u);
  EXPECT_EQ(town.outstanding().seen, 0u);
}

TEST(Ledger, BytesThatNobodySentAreCorruptedOrAPhantom) {
  Town town;
  town.send(1, 0, 1);
  town.ack(1, 0, 1, 1);
  const auto result = town.see(2, 0, 1, 1, StampCheck{StampVerdict::kCorrupted, {}});
  EXPECT_TRUE(result.fresh);
  EXPECT_FALSE(result.intact);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"corrupted", 1}}));
  town.see(2, 0, 2, 1, StampCheck{StampVerdict::kNotOurs, {}});
  town.see(1, 0, 2, 1, StampCheck{StampVerdict::kNotOurs, {}});
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"corrupted", 1}, {"phantom", 2}}));
}

constexpr StampCheck kNobodysOwn{StampVerdict::kNotOurs, {}};

TEST(Ledger, AMessageMayFollowAPhantomAtItsPlace) {
  Town town;
  town.pass(1, 0, 1, 1);
  town.see(2, 0, 2, 1, kNobodysOwn);
  town.pass(1, 0, 2, 2);
  const LedgerReport report = town.reconcile();
  EXPECT_EQ(faults(report), (Faults{{"phantom", 1}}));
  EXPECT_EQ(report.delivered, 2u);
  town.see(2, 0, 2, 1, 2);  // and it comes once
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"duplicated", 1}, {"phantom", 1}}));
}

TEST(Ledger, AnAcknowledgementMayFollowAPhantomAtItsPlace) {
  Town town;
  town.see(1, 0, 1, 2, kNobodysOwn);
  town.pass(1, 0, 1, 1);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"phantom", 1}}));
}

TEST(Ledger, APhantomAtAPlaceThatTheDeviceHasIsNoDuplicate) {
  Town town;
  town.pass(1, 0, 1, 1);
  EXPECT_FALSE(town.see(2, 0, 1, 1, kNobodysOwn).fresh);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"phantom", 1}}));
}

TEST(Ledger, APhantomInsteadOfAMessageIsALossToo) {
  Town town;
  for (std::uint32_t k = 1; k <= 2; ++k) {
    town.send(1, 1, k);
    town.ack(1, 1, k, k);
    for (const UserNumber member : {3, 4, 5}) town.see(member, 1, k, 1, k);
    k == 1 ? town.see(6, 1, k, 1, kNobodysOwn) : town.see(6, 1, k, 1, k);
  }
  const LedgerReport report = town.reconcile();
  EXPECT_EQ(faults(report), (Faults{{"lost", 1}, {"phantom", 1}}));
  EXPECT_EQ(report.expected - report.delivered, report.lost);
  EXPECT_EQ(report.examples.back(), "chat 1 seq 1: something else reached user 6");
}

TEST(Ledger, MorePhantomsThanAreRememberedHideNoMessage) {
  Town town;
  constexpr Seq kPlaces = 400;
  for (Seq seq = 1; seq <= kPlaces; ++seq) town.see(2, 0, seq, 1, kNobodysOwn);
  for (std::uint32_t k = 1; k <= kPlaces; ++k) town.pass(1, 0, k, k);
  const LedgerReport report = town.reconcile();
  EXPECT_EQ(faults(report), (Faults{{"phantom", kPlaces}}));
  EXPECT_EQ(report.delivered, kPlaces);
}

TEST(Ledger, APhantomFarAheadMakesNothingLateOrLost) {
  Town town;
  town.pass(1, 0, 1, 1);
  town.see(2, 0, 1000, 1, kNobodysOwn);
  for (std::uint32_t k = 2; k <= 9; ++k) town.pass(1, 0, k, k);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"phantom", 1}}));
}

TEST(Ledger, PlacesOfPhantomsAreRememberedWithinABound) {
  Town town;
  const auto run = [&](Seq from, Seq to) {
    for (Seq seq = from; seq <= to; ++seq) town.see(2, 0, seq, 1, kNobodysOwn);
    return town.shard_of(2).memory_bytes();
  };
  const std::size_t early = run(1, 1000);
  EXPECT_EQ(run(1001, 2000), early);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"phantom", 2000}}));
}

TEST(Ledger, ASeqThatNoRunCanReachIsCorrupted) {
  Town town;
  town.see(2, 0, LedgerShard::kMaxSeq + 1, 1, 1);
  town.send(1, 0, 1);
  town.ack(1, 0, 1, 0);
  const LedgerReport report = town.reconcile();
  EXPECT_EQ(faults(report), (Faults{{"corrupted", 2}}));
  EXPECT_EQ(report.unresolved, 1u);
}

TEST(Ledger, AFailedSendMustNeverAppear) {
  Town town;
  for (std::uint32_t k = 1; k <= 2; ++k) town.send(1, 1, k);
  town.shard_of(1).on_send_failed(town.seat(1, 1), 1);
  town.shard_of(1).on_send_failed(town.seat(1, 1), 2);
  EXPECT_EQ(faults(town.reconcile()), Faults{});
  EXPECT_EQ(town.outstanding().pending, 0u);
  town.see(5, 1, 1, 1, 2);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"phantom", 1}}));
}

TEST(Ledger, AnAbandonedSendStaysUnresolved) {
  Town town;
  town.send(1, 0, 1);
  town.shard_of(1).on_send_abandoned(town.seat(1, 0), 1);
  town.see(2, 0, 1, 1, 1);
  const LedgerReport report = town.reconcile();
  EXPECT_EQ(faults(report), Faults{});
  EXPECT_EQ(report.unresolved, 1u);
}

// Two messages change places for one of the members.
void swap_for(Town& town, UserNumber odd_one) {
  for (std::uint32_t k = 1; k <= 40; ++k) {
    town.send(1, 1, k);
    town.ack(1, 1, k, k);
    for (const UserNumber member : {3, 4, 5, 6}) {
      const bool swapped = member == odd_one && (k == 2 || k == 3);
      town.see(member, 1, k, 1, swapped ? 5 - k : k);
    }
  }
}

TEST(Ledger, ObserversOfOneShardMustAgree) {
  Town town(Town::kUsers);
  swap_for(town, 5);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"corrupted", 2}}));
}

TEST(Ledger, ObserversOfDifferentShardsMustAgree) {
  // Users 1 to 5 in one shard, 6 in the other: only the sums can tell, and they tell it once.
  Town town(5);
  swap_for(town, 6);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"corrupted", 1}}));
}

TEST(Ledger, CursorsOfReceiptsNeverDecrease) {
  Town town;
  for (std::uint32_t k = 1; k <= 5; ++k) town.pass(1, 0, k, k);
  LedgerShard& shard = town.shard_of(1);
  const Seat seat = town.seat(1, 0);
  const auto first = shard.on_receipt(seat, 2, 3, 1, false);
  EXPECT_EQ(first.delivered_from, 0u);
  EXPECT_EQ(first.delivered_to, 3u);
  const auto second = shard.on_receipt(seat, 2, 5, 1, false);
  EXPECT_EQ(second.delivered_from, 3u);
  EXPECT_EQ(second.read_from, second.read_to);
  EXPECT_EQ(faults(town.reconcile()), Faults{});

  shard.on_receipt(seat, 2, 4, 1, false);
  shard.on_receipt(seat, 2, 5, 0, false);
  shard.on_receipt(seat, 2, 4, 5, false);  // read above delivered
  shard.on_receipt(seat, 3, 1, 1, false);  // not a member
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"cursor_violations", 4}}));
}

TEST(Ledger, AReceiptMayBeOvertakenByCatchUp) {
  Town town;
  for (std::uint32_t k = 1; k <= 5; ++k) town.pass(1, 0, k, k);
  LedgerShard& shard = town.shard_of(1);
  const Seat seat = town.seat(1, 0);
  shard.on_receipt(seat, 2, 4, 4, true);
  shard.on_receipt(seat, 2, 3, 3, false);
  EXPECT_EQ(shard.cursors(seat)[1].delivered, 4u);
  EXPECT_EQ(faults(town.reconcile()), Faults{});
  shard.on_receipt(seat, 2, 3, 3, true);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"cursor_violations", 1}}));
}

TEST(Ledger, ACursorCantBeAheadOfItsDevice) {
  Town town;
  for (std::uint32_t k = 1; k <= 5; ++k) town.pass(1, 1, k, k);
  town.shard_of(1).on_receipt(town.seat(1, 1), 5, 6, 0, false);
  town.shard_of(1).on_receipt(town.seat(1, 1), 6, 5, 5, false);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"cursor_violations", 1}}));
}

TEST(Ledger, OutstandingReachesItsEndWithTheLastDelivery) {
  Town town;
  town.send(1, 1, 1);
  EXPECT_EQ(town.outstanding().pending, 1u);
  town.see(3, 1, 1, 1, 1);
  town.ack(1, 1, 1, 1);
  EXPECT_EQ(town.outstanding().pending, 0u);
  EXPECT_EQ(town.outstanding().due, 4u);
  for (const UserNumber member : {4, 5}) town.see(member, 1, 1, 1, 1);
  EXPECT_EQ(town.outstanding().seen, 3u);
  town.see(6, 1, 1, 1, 1);
  EXPECT_EQ(town.outstanding().seen, town.outstanding().due);
}

TEST(Ledger, ExamplesAreBounded) {
  Town town;
  town.pass(1, 0, 1, 1);
  for (int i = 0; i < 100; ++i) town.see(2, 0, 1, 1, 1);
  const LedgerReport report = town.reconcile();
  EXPECT_EQ(report.duplicated, 100u);
  EXPECT_EQ(report.examples.size(), LedgerShard::kMaxExamples);
}

TEST(Ledger, MemoryDoesntGrowWithTheNumberOfMessages) {
  Town town;
  const auto run = [&](std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t k = from; k <= to; ++k) {
      town.pass(1, 1, k, k);
      town.shard_of(1).on_receipt(town.seat(1, 1), 5, k, k, false);
    }
    return town.shard_of(1).memory_bytes() + town.shard_of(4).memory_bytes();
  };
  const std::size_t early = run(1, 100);
  EXPECT_EQ(run(101, 100'000), early);
}

TEST(Ledger, MemoryIsBoundedWhenEverySecondMessageIsLost) {
  Town town;
  const auto run = [&](std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t k = from; k <= to; ++k) {
      town.send(1, 0, k);
      town.ack(1, 0, k, k);
      if (k % 2 == 0) town.see(2, 0, k, 1, k);
    }
    return town.shard_of(1).memory_bytes();
  };
  const std::size_t early = run(1, 5000);
  EXPECT_EQ(run(5001, 50'000), early);
  EXPECT_EQ(faults(town.reconcile()), (Faults{{"lost", 25'000}}));
}

TEST(Ledger, AnIdleSeatIsSmall) {
  Town town(Town::kUsers);
  EXPECT_LE((town.shard_of(1).memory_bytes() - sizeof(LedgerShard)) / 12, 72u);
}

// ---- Random traffic ----

/// Plays random traffic of a correct server: sends overlap, devices come and go, answers get lost
/// and are asked for again, catch-up repeats what it must. A fault can be put into it.
class Traffic {
 public:
  Traffic(std::uint64_t seed, UserNumber split) : town_(split), random_(seed, 1) {
    for (ChatIndex chat = 0; chat < 4; ++chat) logs_.emplace_back();
  }

  struct Stored {
    UserNumber from;
    std::uint32_t k;
  };
  struct Device {
    bool online = false;
    std::array<std::size_t, 4> next{};  ///< of each chat's log, what comes next to the device
    std::deque<std::function<void()>> answers;  ///< on their way
  };

  void play(int steps) {
    for (int i = 0; i < steps; ++i) step();
    for (UserNumber user = 1; user <= Town::kUsers; ++user) come(user);
    for (UserNumber user = 1; user <= Town::kUsers; ++user) drain(user);
    for (UserNumber user = 1; user <= Town::kUsers; ++user) drain(user);
  }

  Town& town() { return town_; }
  std::vector<Stored>& log(ChatIndex chat) { return logs_[chat]; }

 private:
  void step() {
    const auto user = static_cast<UserNumber>(1 + random_.below(Town::kUsers));
    switch (random_.below(10)) {
      case 0:
        return devices_[user].online ? go(user) : come(user);
      case 1:
      case 2:
      case 3: {
        const auto chats = town_.roster().chats_of(user);
        return send(user, chats[random_.below(chats.size())]);
      }
      default:
        receive(user);
    }
  }

  void send(UserNumber user, ChatIndex chat) {
    const std::uint32_t k = ++sends_[{user, chat}];
    town_.send(user, chat, k);
    waiting_[user].push_back({chat, k});
    if (devices_[user].online) write(user, chat, k);
  }

  // The server stores it once, and answers in the place of the message.
  void write(UserNumber user, ChatIndex chat, std::uint32_t k) {
    auto& log = logs_[chat];
    for (std::size_t at = 0; at < log.size(); ++at) {
      if (log[at].from != user || log[at].k != k) continue;
      devices_[user].answers.push_back([this, user, chat, k, at] { answer(user, chat, k, at); });
      return;
    }
    log.push_back({user, k});
    in_session_.insert({{user, chat, k}, true});
  }

  void answer(UserNumber user, ChatIndex chat, std::uint32_t k, std::size_t at) {
    town_.ack(user, chat, k, at + 1);
    std::erase_if(waiting_[user],
                  [&](const auto& each) { return each.first == chat && each.second == k; });
  }

  // One thing that is on its way reaches the device.
  bool receive(UserNumber user) {
    Device& device = devices_[user];
    if (!device.online) return false;
    const auto chats = town_.roster().chats_of(user);
    const std::size_t start = random_.below(chats.size());
    for (std::size_t i = 0; i < chats.size(); ++i) {
      const ChatIndex chat = chats[(start + i) % chats.size()];
      const std::size_t at = device.next[chat];
      if (at >= logs_[chat].size()) continue;
      ++device.next[chat];
      const Stored stored = logs_[chat][at];
      if (stored.from == user && in_session_[{user, chat, stored.k}]) {
        answer(user, chat, stored.k, at);
      } else {
        town_.see(user, chat, at + 1, stored.from, stored.k);
        if (stored.from == user) answer(user, chat, stored.k, at);
      }
      return true;
    }
    if (device.answers.empty()) return false;
    device.answers.front()();
    device.answers.pop_front();
    return true;
  }

  void drain(UserNumber user) {
    while (receive(user)) {
    }
  }

  void go(UserNumber user) {
    devices_[user].online = false;
    devices_[user].answers.clear();
    std::erase_if(in_session_,
                  [user](const auto& each) { return std::get<0>(each.first) == user; });
  }

  void come(UserNumber user) {
    Device& device = devices_[user];
    if (device.online) return;
    device.online = true;
    town_.start_session(user);
    for (const ChatIndex chat : town_.roster().chats_of(user)) {
      device.next[chat] = town_.shard_of(user).position(town_.seat(user, chat));
    }
    const auto again = waiting_[user];
    for (const auto& [chat, k] : again) write(user, chat, k);
  }

  Town town_;
  pacing::Random random_;
  std::vector<std::vector<Stored>> logs_;
  std::array<Device, Town::kUsers + 1> devices_;
  std::map<std::pair<UserNumber, ChatIndex>, std::uint32_t> sends_;
  std::map<UserNumber, std::vector<std::pair<ChatIndex, std::uint32_t>>> waiting_;
  std::map<std::tuple<UserNumber, ChatIndex, std::uint32_t>, bool> in_session_;
};

TEST(LedgerTraffic, ReconnectsCatchUpAndRetriesAreNoFaults) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Traffic traffic(seed, static_cast<UserNumber>(1 + seed % Town::kUsers));
    traffic.play(600);
    const LedgerReport report = traffic.town().reconcile();
    ASSERT_EQ(faults(report), Faults{}) << "seed " << seed << ": " << report.examples.front();
    ASSERT_GT(report.sent, 100u);
    ASSERT_EQ(report.acked, report.sent);
    ASSERT_EQ(report.delivered, report.expected);
    ASSERT_EQ(report.unresolved, 0u);
    const auto outstanding = traffic.town().outstanding();
    ASSERT_EQ(outstanding.pending, 0u);
    ASSERT_EQ(outstanding.seen, outstanding.due);
  }
}

TEST(LedgerTraffic, EachFaultIsFoundForWhatItIs) {
  const UserNumber victim = 6;  // of chat 1, whose other members are in either shard
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const auto with = [&](const std::function<void(Town&, Seq next, std::uint32_t k)>& fault) {
      Traffic traffic(seed, static_cast<UserNumber>(1 + seed % Town::kUsers));
      traffic.play(400);
      Town& town = traffic.town();
      std::uint32_t k = 1;
      for (const auto& stored : traffic.log(1)) k += stored.from == 3 ? 1 : 0;
      fault(town, traffic.log(1).size() + 1, k);
      return faults(town.reconcile());
    };
    const auto pass_to_all_but = [&](Town& town, Seq seq, std::uint32_t k) {
      town.send(3, 1, k);
      town.ack(3, 1, k, seq);
      for (const UserNumber member : {1, 4, 5}) town.see(member, 1, seq, 3, k);
    };

    ASSERT_EQ(with([&](Town& town, Seq next, std::uint32_t k) { pass_to_all_but(town, next, k); }),
              (Faults{{"lost", 1}}));
    ASSERT_EQ(with([&](Town& town, Seq next, std::uint32_t k) {
                pass_to_all_but(town, next, k);
                for (int twice = 0; twice < 2; ++twice) town.see(victim, 1, next, 3, k);
              }),
              (Faults{{"duplicated", 1}}));
    ASSERT_EQ(with([&](Town& town, Seq next, std::uint32_t k) {
                pass_to_all_but(town, next, k);
                pass_to_all_but(town, next + 1, k + 1);
                town.see(victim, 1, next + 1, 3, k + 1);
                town.see(victim, 1, next, 3, k);
              }),
              (Faults{{"reordered", 1}}));
    ASSERT_EQ(with([&](Town& town, Seq next, std::uint32_t k) {
                pass_to_all_but(town, next, k);
                town.see(victim, 1, next, 3, StampCheck{StampVerdict::kCorrupted, {}});
              }),
              (Faults{{"corrupted", 1}}));
    ASSERT_EQ(with([&](Town& town, Seq next, std::uint32_t k) {
                town.send(3, 1, k);
                town.shard_of(3).on_send_failed(town.seat(3, 1), k);
                for (const UserNumber member : {1, 3, 4, 5, 6}) town.see(member, 1, next, 3, k);
              }),
              (Faults{{"phantom", 1}}));
    ASSERT_EQ(with([&](Town& town, Seq next, std::uint32_t k) {
                pass_to_all_but(town, next, k);
                town.see(victim, 1, next, 3, k);
                town.shard_of(victim).on_stray_message(victim, 4711, 1);
              }),
              (Faults{{"misdelivered", 1}}));
  }
}

}  // namespace
}  // namespace throng::measure
