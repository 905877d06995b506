#include "server/cluster/load.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "server/cluster/load_bounds.hpp"

namespace throng::cluster {
namespace {

using std::chrono::milliseconds;

constexpr Load kAll[] = {Load::kNormal, Load::kHigh, Load::kVeryHigh, Load::kExtreme, Load::kFull};

TEST(Load, AQuietShardDoesEverything) {
  EXPECT_EQ(assess({}, Load::kNormal), Load::kNormal);
  EXPECT_EQ(assess({5'000, 20'000, milliseconds(250)}, Load::kNormal), Load::kNormal);
  for (int work = 0; work <= static_cast<int>(Work::kMessage); ++work) {
    EXPECT_FALSE(sheds(Load::kNormal, static_cast<Work>(work)));
  }
}

TEST(Load, AnySignAloneRaisesIt) {
  EXPECT_EQ(assess({.mail = 5'001}, Load::kNormal), Load::kHigh);
  EXPECT_EQ(assess({.uncommitted = 40'001}, Load::kNormal), Load::kVeryHigh);
  EXPECT_EQ(assess({.turn = milliseconds(1001)}, Load::kNormal), Load::kExtreme);
  EXPECT_EQ(assess({.mail = 50'001}, Load::kNormal), Load::kFull);
  EXPECT_EQ(assess({.mail = 5'001, .uncommitted = 200'001}, Load::kNormal), Load::kFull);
}

TEST(Load, SaysWhatIsFull) {
  const LoadSigns full = signs_of_full();
  EXPECT_NE(assess({.mail = full.mail}, Load::kNormal), Load::kFull);
  EXPECT_EQ(assess({.mail = full.mail + 1}, Load::kNormal), Load::kFull);
  EXPECT_NE(assess({.uncommitted = full.uncommitted}, Load::kNormal), Load::kFull);
  EXPECT_EQ(assess({.uncommitted = full.uncommitted + 1}, Load::kNormal), Load::kFull);
}

TEST(Load, LongTurnsAloneNeverRefuseMessages) {
  EXPECT_EQ(assess({.turn = std::chrono::hours(1)}, Load::kNormal), Load::kExtreme);
}

TEST(Load, ALevelIsLeftAtHalfOfWhatItTook) {
  EXPECT_EQ(assess({.mail = 4'000}, Load::kHigh), Load::kHigh);
  EXPECT_EQ(assess({.mail = 2'500}, Load::kHigh), Load::kNormal);
  EXPECT_EQ(assess({.mail = 26'000}, Load::kFull), Load::kFull);
  EXPECT_EQ(assess({.mail = 24'000}, Load::kFull), Load::kExtreme);
  EXPECT_EQ(assess({}, Load::kFull), Load::kNormal);
}

// L8: typing and presence first, messages last.
TEST(Load, WorkIsGivenUpInItsOrder) {
  const auto given_up = [](Load load) {
    std::vector<Work> all;
    for (int work = 0; work <= static_cast<int>(Work::kMessage); ++work) {
      if (sheds(load, static_cast<Work>(work))) all.push_back(static_cast<Work>(work));
    }
    return all;
  };
  const std::vector<Work> hints{Work::kPresence, Work::kTyping};
  EXPECT_EQ(given_up(Load::kHigh), hints);
  EXPECT_EQ(given_up(Load::kVeryHigh), hints);
  EXPECT_EQ(given_up(Load::kExtreme),
            (std::vector{Work::kPresence, Work::kTyping, Work::kHistory}));
  EXPECT_EQ(given_up(Load::kFull).size(), 5u);
}

// L8: a burst that comes in one turn doesn't fill the mailbox with what is the most dispensable.
TEST(Load, MailIsSeenBeforeTheTurnEnds) {
  EXPECT_EQ(load_by_mail(5'000), Load::kNormal);
  EXPECT_EQ(load_by_mail(5'001), Load::kHigh);
  EXPECT_EQ(load_by_mail(50'001), Load::kFull);
}

TEST(Load, ReceiptsGatherLongerBeforeAnythingElseIsRefused) {
  for (const Load load : kAll) {
    EXPECT_EQ(receipt_patience(load) > 1, load >= Load::kVeryHigh);
  }
}

}  // namespace
}  // namespace throng::cluster
