#include "server/gateway/upload_shares.hpp"

#include <gtest/gtest.h>

namespace throng::gateway {
namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr protocol::UserId kAlice{1};
constexpr protocol::UserId kBob{2};
constexpr UploadShares::Time kStart{hours(1000)};
/// 24,000 bytes a day.
const Rate kADay = Rate::of(24'000.0 / 86'400, 24'000);

TEST(UploadShares, ABoundedNumberIsUnderWayOfEachUser) {
  UploadShares shares;
  const auto enter = [&](protocol::UserId user) { return shares.enter(user, 1, 2, {}, kStart); };
  const auto first = enter(kAlice);
  {
    const auto second = enter(kAlice);
    EXPECT_EQ(first.wait + second.wait, nanoseconds(0));
    EXPECT_EQ(enter(kAlice).wait, seconds(1));
    EXPECT_EQ(enter(kBob).wait, nanoseconds(0));
  }
  EXPECT_EQ(enter(kAlice).wait, nanoseconds(0)) << "one has ended";
}

TEST(UploadShares, BytesComeBackOverADay) {
  UploadShares shares;
  const auto wait = [&](std::uint64_t bytes, hours later) {
    return std::chrono::round<hours>(shares.enter(kAlice, bytes, 9, kADay, kStart + later).wait);
  };
  EXPECT_EQ(wait(20'000, hours(0)), hours(0));
  EXPECT_EQ(wait(10'000, hours(0)), hours(6)) << "6,000 more than are left";
  EXPECT_EQ(wait(4'000, hours(0)), hours(0)) << "what is refused isn't spent";
  EXPECT_EQ(wait(10'000, hours(9)), hours(1));
  EXPECT_EQ(wait(10'000, hours(10)), hours(0));
}

TEST(UploadShares, OneAboveADaysBytesTakesThemAll) {
  UploadShares shares;
  constexpr std::uint64_t kHuge = std::uint64_t{1} << 50;
  EXPECT_EQ(shares.enter(kAlice, kHuge, 9, kADay, kStart).wait, nanoseconds(0));
  EXPECT_EQ(std::chrono::round<hours>(shares.enter(kAlice, kHuge, 9, kADay, kStart).wait),
            hours(24));
}

TEST(UploadShares, WithoutARateThereIsNoBoundOfBytes) {
  UploadShares shares;
  EXPECT_EQ(shares.enter(kAlice, std::uint64_t{1} << 50, 9, {}, kStart).wait, nanoseconds(0));
}

}  // namespace
}  // namespace throng::gateway
