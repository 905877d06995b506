#include "loadgen/pacing/timing_wheel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <vector>

#include "loadgen/pacing/random.hpp"

namespace throng::pacing {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr TimePoint at(Duration duration) { return TimePoint{duration}; }

struct NamedTimer : TimerNode {
  explicit NamedTimer(int number) : name(number) {}
  int name;
};

int name_of(TimerNode& node) { return static_cast<NamedTimer&>(node).name; }

class TimingWheelTest : public testing::Test {
 protected:
  TimingWheelTest() {
    for (int name = 0; name < 100; ++name) timers_.emplace_back(name);
  }

  // The names of what fires, in order.
  std::vector<int> advance(TimingWheel& wheel, Duration to) {
    std::vector<int> fired;
    wheel.advance(at(to), [&](TimerNode& node) { fired.push_back(name_of(node)); });
    return fired;
  }

  std::deque<NamedTimer> timers_;
  TimingWheel wheel_;
};

TEST_F(TimingWheelTest, FiresAtTheNanosecondAndNotBefore) {
  for (const Duration due : {Duration{1ns}, Duration{63ns}, Duration{64ns}, Duration{8191ns},
                             Duration{1ms}, Duration{134217728ns}, Duration{30s}, Duration{137s},
                             Duration{1h}, Duration{240h}, Duration{24h * 365 * 100}}) {
    TimingWheel wheel;
    wheel.arm(timers_[0], at(due));
    EXPECT_THAT(advance(wheel, due - 1ns), ElementsAre());
    EXPECT_TRUE(timers_[0].armed());
    EXPECT_THAT(advance(wheel, due), ElementsAre(0));
    EXPECT_FALSE(timers_[0].armed());
    EXPECT_EQ(wheel.size(), 0u);
  }
}

TEST_F(TimingWheelTest, FiresInOrderOfDueTime) {
  const std::vector<Duration> dues{5s, 1ns, 20min, 5s + 1ns, 100us, 64ns, 2ms};
  for (std::size_t i = 0; i < dues.size(); ++i) wheel_.arm(timers_[i], at(dues[i]));
  EXPECT_THAT(advance(wheel_, 1h), ElementsAre(1, 5, 4, 6, 0, 3, 2));
}

TEST_F(TimingWheelTest, EqualDueTimesFireInOrderOfArming) {
  wheel_.arm(timers_[3], at(10s));
  wheel_.arm(timers_[1], at(10s));
  advance(wheel_, 9s);
  wheel_.arm(timers_[2], at(10s));
  advance(wheel_, 10s - 1ns);
  wheel_.arm(timers_[0], at(10s));
  EXPECT_THAT(advance(wheel_, 10s), ElementsAre(3, 1, 2, 0));
}

TEST_F(TimingWheelTest, WhatIsAlreadyPastIsDueNow) {
  wheel_.arm(timers_[2], at(7s));
  advance(wheel_, 5s);
  wheel_.arm(timers_[0], at(3s));
  wheel_.arm(timers_[1], at(-1s));
  EXPECT_EQ(timers_[0].due(), at(3s));
  EXPECT_EQ(wheel_.next_due(), at(5s));
  EXPECT_THAT(advance(wheel_, 5s), ElementsAre(0, 1));
  EXPECT_THAT(advance(wheel_, 7s), ElementsAre(2));
}

TEST_F(TimingWheelTest, TimeThatGoesBackFiresNothingEarly) {
  advance(wheel_, 5s);
  wheel_.arm(timers_[0], at(6s));
  EXPECT_THAT(advance(wheel_, 4s), ElementsAre());
  EXPECT_THAT(advance(wheel_, 6s), ElementsAre(0));
}

TEST_F(TimingWheelTest, CancelledTimersDontFire) {
  for (int i = 0; i < 4; ++i) wheel_.arm(timers_[i], at(1s + i / 2 * 1s));
  wheel_.cancel(timers_[0]);
  wheel_.cancel(timers_[2]);
  wheel_.cancel(timers_[3]);
  wheel_.cancel(timers_[3]);
  EXPECT_EQ(wheel_.size(), 1u);
  EXPECT_EQ(wheel_.next_due(), at(1s));
  EXPECT_THAT(advance(wheel_, 1h), ElementsAre(1));
  EXPECT_EQ(wheel_.next_due(), std::nullopt);
}

TEST_F(TimingWheelTest, ArmingAgainMovesTheTimer) {
  wheel_.arm(timers_[0], at(1s));
  wheel_.arm(timers_[0], at(5s));
  EXPECT_EQ(wheel_.size(), 1u);
  EXPECT_THAT(advance(wheel_, 4s), ElementsAre());
  EXPECT_THAT(advance(wheel_, 5s), ElementsAre(0));
}

TEST_F(TimingWheelTest, ACallbackMayArmItsOwnTimer) {
  wheel_.arm(timers_[0], at(1s));
  std::vector<TimePoint> fired;
  wheel_.advance(at(10s), [&](TimerNode& node) {
    fired.push_back(node.due());
    wheel_.arm(node, node.due() + 4s);
  });
  EXPECT_THAT(fired, ElementsAre(at(1s), at(5s), at(9s)));
  EXPECT_EQ(wheel_.next_due(), at(13s));
}

TEST_F(TimingWheelTest, WhatACallbackArmsFiresInItsTurn) {
  wheel_.arm(timers_[0], at(1s));
  wheel_.arm(timers_[1], at(1s));
  wheel_.arm(timers_[2], at(2s));
  std::vector<int> fired;
  wheel_.advance(at(3s), [&](TimerNode& node) {
    fired.push_back(name_of(node));
    if (name_of(node) != 0) return;
    wheel_.arm(timers_[3], at(1s) + 1ns);
    wheel_.arm(timers_[4], at(0s));  // past: due now, behind what already was
  });
  EXPECT_THAT(fired, ElementsAre(0, 1, 4, 3, 2));
}

TEST_F(TimingWheelTest, ACallbackMayCancelWhatIsDueWithIt) {
  for (int i = 0; i < 4; ++i) wheel_.arm(timers_[i], at(1s));
  std::vector<int> fired;
  wheel_.advance(at(1s), [&](TimerNode& node) {
    fired.push_back(name_of(node));
    wheel_.cancel(timers_[1]);
    wheel_.cancel(timers_[3]);
    wheel_.cancel(node);
  });
  EXPECT_THAT(fired, ElementsAre(0, 2));
  EXPECT_EQ(wheel_.size(), 0u);
}

TEST_F(TimingWheelTest, BeginsAnywhere) {
  TimingWheel wheel{at(1000h)};
  wheel.arm(timers_[0], at(1000h + 5ms));
  EXPECT_EQ(wheel.next_due(), at(1000h + 5ms));
  EXPECT_THAT(advance(wheel, 1000h + 5ms), ElementsAre(0));
}

TEST_F(TimingWheelTest, ReachesTheEndOfTime) {
  wheel_.arm(timers_[0], TimePoint::max());
  wheel_.arm(timers_[1], TimePoint::max() - 1ns);
  EXPECT_THAT(advance(wheel_, Duration::max() - 1ns), ElementsAre(1));
  EXPECT_THAT(advance(wheel_, Duration::max()), ElementsAre(0));
}

TEST_F(TimingWheelTest, DisarmsWhenItIsDestroyed) {
  {
    TimingWheel wheel;
    wheel.arm(timers_[0], at(1s));
    wheel.arm(timers_[1], at(1s));
    wheel.arm(timers_[2], at(1h));
  }
  EXPECT_FALSE(timers_[0].armed());
  EXPECT_FALSE(timers_[1].armed());
  EXPECT_FALSE(timers_[2].armed());
}

TEST_F(TimingWheelTest, NextDueIsExactWithFewTimers) {
  wheel_.arm(timers_[0], at(50s));
  wheel_.arm(timers_[1], at(50s - 7ns));
  EXPECT_EQ(wheel_.next_due(), at(50s - 7ns));
  wheel_.cancel(timers_[1]);
  EXPECT_EQ(wheel_.next_due(), at(50s));
}

// With a crowd it may be early, but going there again and again comes to the due time soon.
TEST_F(TimingWheelTest, NextDueFindsTheFirstOfACrowd) {
  for (int i = 0; i < 100; ++i) wheel_.arm(timers_[i], at(50s + i * 1us));
  int advances = 0;
  std::vector<int> fired;
  while (fired.empty()) {
    const auto next = wheel_.next_due();
    ASSERT_LE(next, at(50s));
    fired = advance(wheel_, next->time_since_epoch());
    ++advances;
  }
  EXPECT_THAT(fired, ElementsAre(0));
  EXPECT_LE(advances, 9);
}

// The wheel's promise, kept by a std::multimap: due times in order, equal ones as they were armed.
class Model {
 public:
  void arm(int name, TimePoint due) {
    cancel(name);
    places_[name] = waiting_.emplace(std::max(due, position_), name);
  }

  void cancel(int name) {
    if (const auto place = places_.find(name); place != places_.end()) {
      waiting_.erase(place->second);
      places_.erase(place);
    }
  }

  void advance(TimePoint now, const std::function<void(int)>& fire) {
    while (!waiting_.empty() && waiting_.begin()->first <= now) {
      const auto [due, name] = *waiting_.begin();
      position_ = due;
      cancel(name);
      fire(name);
    }
    position_ = std::max(position_, now);
  }

  std::size_t size() const { return waiting_.size(); }
  std::optional<TimePoint> next_due() const {
    return waiting_.empty() ? std::nullopt : std::optional{waiting_.begin()->first};
  }

 private:
  std::multimap<TimePoint, int> waiting_;
  std::map<int, std::multimap<TimePoint, int>::iterator> places_;
  TimePoint position_{};
};

// Any length from a nanosecond to `longest`, each order of magnitude as likely as the other.
Duration any_length(Random& random, Duration longest) {
  const double exponent = random.uniform01() * std::log(static_cast<double>(longest.count()));
  return Duration{static_cast<Duration::rep>(std::exp(exponent))};
}

class TimingWheelProperty : public testing::TestWithParam<std::uint64_t> {
 protected:
  static constexpr int kTimers = 300;

  TimingWheelProperty() {
    for (int name = 0; name < kTimers; ++name) timers_.emplace_back(name);
  }

  int any_timer(Random& random) { return static_cast<int>(random.below(kTimers)); }

  void arm(int name, TimePoint due) {
    wheel_.arm(timers_[static_cast<std::size_t>(name)], due);
    model_.arm(name, due);
  }

  void cancel(int name) {
    wheel_.cancel(timers_[static_cast<std::size_t>(name)]);
    model_.cancel(name);
  }

  void check_next_due() {
    ASSERT_EQ(wheel_.size(), model_.size());
    ASSERT_EQ(wheel_.next_due().has_value(), model_.next_due().has_value());
    if (wheel_.size() > 0) {
      ASSERT_LE(*wheel_.next_due(), *model_.next_due());
      ASSERT_GE(*wheel_.next_due(), now_);
    }
  }

  // What a callback does: nothing, arm something, cancel something. Depends on its `turn` only, so
  // that wheel and model are treated alike.
  template <class Arm, class Cancel>
  void react(std::uint64_t turn, int name, const Arm& arm_one, const Cancel& cancel_one) {
    Random random{GetParam(), turn, 1};
    if (random.chance(0.3)) arm_one(name, now_ + any_length(random, 24h));
    if (random.chance(0.2)) arm_one(any_timer(random), now_ + any_length(random, 1min));
    if (random.chance(0.1)) arm_one(any_timer(random), now_ - any_length(random, 1s));
    if (random.chance(0.2)) cancel_one(any_timer(random));
  }

  void advance_both(TimePoint now) {
    now_ = now;
    std::vector<int> fired;
    std::vector<int> expected;
    wheel_.advance(now, [&](TimerNode& node) {
      ASSERT_LE(node.due(), now);
      fired.push_back(name_of(node));
      react(
          turn_ + fired.size(), name_of(node),
          [&](int name, TimePoint due) {
            wheel_.arm(timers_[static_cast<std::size_t>(name)], due);
          },
          [&](int name) { wheel_.cancel(timers_[static_cast<std::size_t>(name)]); });
    });
    model_.advance(now, [&](int fired_name) {
      expected.push_back(fired_name);
      react(
          turn_ + expected.size(), fired_name,
          [&](int name, TimePoint due) { model_.arm(name, due); },
          [&](int name) { model_.cancel(name); });
    });
    ASSERT_EQ(fired, expected);
    turn_ += fired.size();
    fired_ += fired.size();
  }

  std::deque<NamedTimer> timers_;
  TimingWheel wheel_;
  Model model_;
  TimePoint now_{};
  std::uint64_t turn_ = 0;
  std::size_t fired_ = 0;
};

TEST_P(TimingWheelProperty, DoesWhatASortedMapDoes) {
  Random random{GetParam(), 0};
  for (int step = 0; step < 20'000; ++step) {
    const double kind = random.uniform01();
    if (kind < 0.5) {
      arm(any_timer(random), now_ + any_length(random, 24h * 30));
    } else if (kind < 0.6) {
      arm(any_timer(random), now_ - any_length(random, 1h));
    } else if (kind < 0.65) {  // many at one time
      const TimePoint due = now_ + any_length(random, 1h);
      for (int i = 0; i < 20; ++i) arm(any_timer(random), due);
    } else if (kind < 0.8) {
      cancel(any_timer(random));
    } else if (kind < 0.9 && wheel_.size() > 0) {
      ASSERT_NO_FATAL_FAILURE(advance_both(*wheel_.next_due()));
    } else {
      ASSERT_NO_FATAL_FAILURE(advance_both(now_ + any_length(random, 24h)));
    }
    ASSERT_NO_FATAL_FAILURE(check_next_due());
  }
  EXPECT_GT(fired_, 5'000u);
  EXPECT_GT(now_, at(24h * 30));
}

INSTANTIATE_TEST_SUITE_P(Seeds, TimingWheelProperty, testing::Range<std::uint64_t>(0, 20));

}  // namespace
}  // namespace throng::pacing
