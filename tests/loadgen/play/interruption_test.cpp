#include "loadgen/play/interruption.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace throng::play {
namespace {

bool has_default(int number) {
  struct sigaction now {};
  sigaction(number, nullptr, &now);
  return now.sa_handler == SIG_DFL;
}

TEST(Interruption, TheFirstSignalIsAWishAndTheSecondWouldBeTheEnd) {
  for (const int number : {SIGINT, SIGTERM}) {
    const Interruption interruption;
    EXPECT_FALSE(interruption.requested());
    EXPECT_FALSE(has_default(SIGINT) || has_default(SIGTERM));
    std::raise(number);
    EXPECT_TRUE(interruption.requested());
    EXPECT_TRUE(has_default(SIGINT) && has_default(SIGTERM));
  }
}

TEST(Interruption, CanBeAskedForWithoutASignal) {
  Interruption interruption;
  interruption.request();
  EXPECT_TRUE(interruption.requested());
  EXPECT_TRUE(has_default(SIGINT) && has_default(SIGTERM)) << "the next one ends the process";
}

TEST(Interruption, LeavesTheSignalsAsTheyWere) {
  { const Interruption interruption; }
  EXPECT_TRUE(has_default(SIGINT) && has_default(SIGTERM));
}

}  // namespace
}  // namespace throng::play
