#include "loadgen/simulate/felt.hpp"

#include <gtest/gtest.h>

namespace throng::simulate {
namespace {

using std::chrono::seconds;

measure::SecondSnapshot second(std::uint32_t number, std::int64_t latency_ns, double connected) {
  measure::OperationSecond send;
  send.name = "send";
  send.errors = 1;
  send.latency.record(latency_ns, 10);
  return {.second = number, .operations = {send}, .gauges = {{"users_connected", connected}}};
}

/// A death in seconds 10 to 12, and its aftermath to second 32.
const std::vector<Fault> kADeath = {
    {.kind = FaultKind::kNodeDies, .at = seconds(10), .lasts = seconds(3)}};

TEST(Felt, TellsTroubleBesideCalm) {
  Felt felt(kADeath);
  for (std::uint32_t i = 0; i < 40; ++i) {
    const bool is_trouble = i >= 10 && i < 33;
    felt.add(second(i, is_trouble ? 1'000'000 : 1'000, is_trouble ? 3 : 9), i >= 5);
  }
  EXPECT_EQ(felt.sentence(0),
            "23 s with its aftermath: send p99 1 ms (else 1 µs), deliver p99 none (else none), "
            "23 errors, 3 connected at least");
}

TEST(Felt, LeavesTheRampOutOfCalm) {
  Felt felt(kADeath);
  felt.add(second(4, 5'000'000, 9), false);
  felt.add(second(5, 1'000, 9), true);
  felt.add(second(10, 1'000'000, 9), true);
  EXPECT_NE(felt.sentence(0).find("(else 1 µs)"), std::string::npos) << felt.sentence(0);
}

TEST(Felt, SaysNothingOfWhatHasntBegun) {
  Felt felt(kADeath);
  felt.add(second(5, 100, 9), true);
  EXPECT_EQ(felt.sentence(0), "");
}

}  // namespace
}  // namespace throng::simulate
