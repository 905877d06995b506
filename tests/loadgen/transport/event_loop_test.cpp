#include "loadgen/transport/event_loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "tests/loadgen/transport/pipe.hpp"

namespace throng::transport {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kLong = std::chrono::seconds(20);

class EventLoopTest : public testing::Test {
 protected:
  EventLoopTest() {
    loop_.connect([this](const Readiness::Event& event) { tokens_.push_back(event.token); },
                  [this] { said_ += "end "; });
  }

  /// As a worker does: what was asked for before it ends the turn, then it sleeps.
  void turn(pacing::Duration patience = pacing::Duration::zero()) {
    loop_.end_turn();
    loop_.wait(clock_.now(), clock_.now() + patience);
    loop_.serve();
  }
  EventLoop::Task say(const char* word) {
    return [this, word] { said_ += word; };
  }

  pacing::VirtualClock clock_;
  EventLoop loop_{clock_};
  std::vector<std::uint64_t> tokens_;
  std::string said_;
};

TEST_F(EventLoopTest, TellsOfASocket) {
  const Pipe pipe;
  ASSERT_TRUE(loop_.sockets().add(pipe.reader(), 7, false));
  turn();
  EXPECT_THAT(tokens_, IsEmpty());
  pipe.write();
  turn(kLong);
  EXPECT_THAT(tokens_, ElementsAre(7u));
}

TEST_F(EventLoopTest, DoesWhatOtherThreadsPostInTheirOrder) {
  std::thread other([this] {
    loop_.post(say("one "));
    loop_.post(say("two "));
  });
  other.join();
  turn(kLong);
  EXPECT_EQ(said_, "one two ");
  EXPECT_THAT(tokens_, IsEmpty());
  turn();
  EXPECT_EQ(said_, "one two ");
}

TEST_F(EventLoopTest, IsWokenByAPost) {
  std::thread other([this] { loop_.post(say("late ")); });
  turn(kLong);
  other.join();
  EXPECT_EQ(said_, "late ");
}

TEST_F(EventLoopTest, KeepsForTheNextTurnWhatATaskPosts) {
  loop_.post([this] { loop_.post(say("later ")); });
  turn(kLong);
  EXPECT_EQ(said_, "");
  turn(kLong);
  EXPECT_EQ(said_, "later ");
}

TEST_F(EventLoopTest, CallsWhatIsDueInItsOrder) {
  loop_.call_after(seconds(2), say("second "));
  loop_.call_after(seconds(1), say("first "));
  turn();
  EXPECT_EQ(said_, "");
  clock_.advance_to(clock_.now() + seconds(2));
  turn(kLong);
  EXPECT_EQ(said_, "first second ");
  turn();
  EXPECT_EQ(said_, "first second ");
}

TEST_F(EventLoopTest, EndsATurnOnlyForThoseWhoWantIt) {
  turn();
  EXPECT_EQ(said_, "");
  loop_.want_turn_end();
  loop_.want_turn_end();
  turn();
  EXPECT_EQ(said_, "end ");
  turn();
  EXPECT_EQ(said_, "end ");
}

TEST_F(EventLoopTest, DoesNotSleepWhileATurnIsToEnd) {
  const pacing::SteadyClock real;
  const pacing::TimePoint began = real.now();
  loop_.want_turn_end();
  loop_.wait(clock_.now(), clock_.now() + kLong);
  EXPECT_LT(real.now() - began, kLong / 2);
}

}  // namespace
}  // namespace throng::transport
