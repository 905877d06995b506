#include "loadgen/simulate/event_queue.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <queue>
#include <vector>

#include "loadgen/pacing/random.hpp"

namespace throng::simulate {
namespace {

using pacing::Duration;
using pacing::Random;
using pacing::TimePoint;

struct IsLater {
  bool operator()(const Event& a, const Event& b) const {
    return a.due != b.due ? a.due > b.due : a.what > b.what;
  }
};

/// The queue beside one that is known to be right. What is pushed is numbered, so that equal times
/// have an order.
class Twin {
 public:
  void push(TimePoint due) {
    const Event event{due, pushed_++};
    queue_.push(event);
    model_.push(event);
  }
  /// The time that was popped. Fails the test when the two disagree.
  TimePoint pop() {
    const Event expected = model_.top();
    model_.pop();
    EXPECT_EQ(queue_.top().what, expected.what);
    const Event got = queue_.pop();
    EXPECT_EQ(got.due, expected.due);
    EXPECT_EQ(got.what, expected.what) << "due at " << expected.due.time_since_epoch().count();
    EXPECT_EQ(queue_.size(), model_.size());
    return got.due;
  }
  bool empty() const {
    EXPECT_EQ(queue_.empty(), model_.empty());
    return model_.empty();
  }
  std::size_t size() const { return model_.size(); }

 private:
  EventQueue queue_;
  std::priority_queue<Event, std::vector<Event>, IsLater> model_;
  std::uint64_t pushed_ = 0;
};

TEST(EventQueue, GivesEqualTimesInTheOrderOfPushing) {
  Twin twin;
  for (int i = 0; i < 1'000; ++i) twin.push(TimePoint(Duration(7)));
  twin.pop();
  for (int i = 0; i < 1'000; ++i) twin.push(TimePoint(Duration(7)));
  while (!twin.empty()) twin.pop();
}

TEST(EventQueue, TakesWhatIsDueAtTheTimeThatWasPopped) {
  Twin twin;
  twin.push(TimePoint(Duration(5)));
  twin.push(TimePoint(Duration(9)));
  const TimePoint now = twin.pop();
  twin.push(now);
  EXPECT_EQ(twin.pop(), now);
  twin.pop();
  EXPECT_TRUE(twin.empty());
}

TEST(EventQueue, HoldsTheEndOfTime) {
  Twin twin;
  twin.push(TimePoint::max() - Duration(2));
  for (int i = 0; i < 100; ++i) twin.push(TimePoint(Duration(i % 3)));
  while (!twin.empty()) twin.pop();
}

/// How far ahead of now events are pushed, by kind.
Duration ahead(Random& random, int kind) {
  switch (kind) {
    case 0:  // alike
      return Duration(static_cast<long>(random.below(1'000'000)));
    case 1:  // microseconds beside minutes
      return Duration(static_cast<long>(random.below(random.chance(0.9) ? 1'000 : 60'000'000'000)));
    case 2:  // most at the same few times
      return Duration(static_cast<long>(random.below(4)) * 1'000'000);
    case 3:  // far apart, and ever closer
      return Duration(static_cast<long>(1) << random.below(40));
    default:
      return pacing::from_seconds(random.exponential());
  }
}

TEST(EventQueue, IsAPriorityQueueWhateverIsPushed) {
  for (int kind = 0; kind < 5; ++kind) {
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      Random random(seed, static_cast<std::uint64_t>(kind));
      Twin twin;
      TimePoint now(Duration(1'000));
      const std::size_t most = std::size_t{1} << (2 * seed);  // up to 16,384 pending
      for (int step = 0; step < 8'000 && !testing::Test::HasFailure(); ++step) {
        const bool grows = (step / 2'000) % 2 == 0;
        if (twin.empty() || (twin.size() < most && random.chance(grows ? 0.7 : 0.3))) {
          for (std::uint64_t n = 1 + random.below(1 + most / 64); n > 0; --n) {
            twin.push(now + ahead(random, kind));
          }
        } else {
          now = twin.pop();
        }
      }
      while (!twin.empty()) twin.pop();
    }
  }
}

TEST(EventQueue, ForgetsWhatItGaveWhenItNeverRunsEmpty) {
  Twin twin;
  TimePoint now(Duration(1));
  twin.push(now + Duration(1'000'000'000));
  twin.push(now + Duration(1'000'000'001));
  twin.pop();
  for (int i = 0; i < 10'000; ++i) twin.push(now + Duration(1'000'000'000));
  while (!twin.empty()) twin.pop();
}

}  // namespace
}  // namespace throng::simulate
