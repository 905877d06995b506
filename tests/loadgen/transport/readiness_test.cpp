#include "loadgen/transport/readiness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/loadgen/transport/pipe.hpp"

namespace throng::transport {
namespace {

using std::chrono::milliseconds;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto kLong = std::chrono::seconds(20);
constexpr auto kAtOnce = pacing::Duration::zero();

/// By either way to wait.
class ReadinessTest : public testing::TestWithParam<Readiness::Waits> {
 protected:
  Readiness sockets_{GetParam()};
  Pipe pipe_;
};

TEST_P(ReadinessTest, TellsOnceWhatCanBeRead) {
  ASSERT_TRUE(sockets_.add(pipe_.reader(), 7, false));
  EXPECT_THAT(sockets_.wait(kAtOnce), IsEmpty());
  pipe_.write();
  const auto ready = sockets_.wait(kLong);
  ASSERT_THAT(ready, SizeIs(1));
  EXPECT_EQ(ready[0].token, 7u);
  EXPECT_TRUE(ready[0].readable);
  EXPECT_FALSE(ready[0].writable);
  EXPECT_FALSE(ready[0].ends);
  EXPECT_THAT(sockets_.wait(kAtOnce), IsEmpty());
  pipe_.write();
  EXPECT_THAT(sockets_.wait(kLong), SizeIs(1));
}

TEST_P(ReadinessTest, TellsAgainWhenItIsAsked) {
  ASSERT_TRUE(sockets_.add(pipe_.reader(), 7, false));
  pipe_.write();
  EXPECT_THAT(sockets_.wait(kLong), SizeIs(1));
  sockets_.change(pipe_.reader(), 7, false);
  EXPECT_THAT(sockets_.wait(kLong), SizeIs(1));
}

TEST_P(ReadinessTest, TellsOfTheEnd) {
  ASSERT_TRUE(sockets_.add(pipe_.reader(), 7, false));
  pipe_.write();
  pipe_.end();
  const auto ready = sockets_.wait(kLong);
  ASSERT_THAT(ready, SizeIs(1));
  EXPECT_TRUE(ready[0].readable);
  EXPECT_TRUE(ready[0].ends);
}

TEST_P(ReadinessTest, TellsByTheTokenThatWasSaidLast) {
  ASSERT_TRUE(sockets_.add(pipe_.reader(), 7, false));
  sockets_.change(pipe_.reader(), 8, false);
  pipe_.write();
  const auto ready = sockets_.wait(kLong);
  ASSERT_THAT(ready, SizeIs(1));
  EXPECT_EQ(ready[0].token, 8u);
}

TEST_P(ReadinessTest, IsPatientAndNoLonger) {
  const pacing::SteadyClock clock;
  const pacing::TimePoint began = clock.now();
  EXPECT_THAT(sockets_.wait(milliseconds(5)), IsEmpty());
  EXPECT_GE(clock.now() - began, milliseconds(5));
}

INSTANTIATE_TEST_SUITE_P(Ways, ReadinessTest,
                         testing::Values(Readiness::Waits::kByEpoll, Readiness::Waits::kByPpoll));

TEST(Readiness, CannotWatchWhatIsNotOpen) { EXPECT_FALSE(Readiness().add(-1, 1, false)); }

}  // namespace
}  // namespace throng::transport
