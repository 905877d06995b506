#include "server/workers/workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

namespace throng::workers {
namespace {

/// A job that keeps its worker until it is let go.
class Hold {
 public:
  auto job() {
    return [this] {
      begun_.set_value();
      let_go_.get_future().wait();
    };
  }
  void wait_until_begun() { begun_.get_future().wait(); }
  void let_go() { let_go_.set_value(); }

 private:
  std::promise<void> begun_;
  std::promise<void> let_go_;
};

TEST(Workers, RunsJobsThatCanOnlyBeMoved) {
  Workers workers(2, 10);
  std::promise<int> result;
  auto number = std::make_unique<int>(7);
  ASSERT_TRUE(workers.run([&, n = std::move(number)] { result.set_value(*n); }));
  EXPECT_EQ(result.get_future().get(), 7);
}

TEST(Workers, RefusesMoreThanMayWait) {
  Workers workers(1, 2);
  Hold hold;
  std::atomic<int> done = 0;
  ASSERT_TRUE(workers.run(hold.job()));
  hold.wait_until_begun();
  EXPECT_TRUE(workers.run([&] { ++done; }));
  EXPECT_TRUE(workers.run([&] { ++done; }));
  EXPECT_FALSE(workers.run([&] { ++done; }));
  EXPECT_EQ(workers.waiting(), 2u);
  hold.let_go();
  workers.stop();
  EXPECT_EQ(done, 2);
}

TEST(Workers, RunsWhatWaitsBeforeTheyStop) {
  Workers workers(1, 100);
  std::atomic<int> done = 0;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(workers.run([&] { ++done; }));
  workers.stop();
  EXPECT_EQ(done, 100);
}

TEST(Workers, TakeNothingOnceStopped) {
  Workers workers(1, 100);
  workers.stop();
  workers.stop();
  EXPECT_FALSE(workers.run([] {}));
}

}  // namespace
}  // namespace throng::workers
