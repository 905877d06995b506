#include "loadgen/compare/sample.hpp"

#include <gmock/gmock.h>

#include "tests/loadgen/report/sample_run.hpp"

namespace throng::compare {
namespace {

TEST(Sample, HasWhatIsCompared) {
  const Sample sample = sample_of(report::sample_run(), "out");
  EXPECT_EQ(sample.path, "out");
  EXPECT_EQ(sample.problem, "");
  EXPECT_TRUE(sample.ledger_holds);
  EXPECT_EQ(sample.length_s, 70.5);
  EXPECT_EQ(identity_of(sample, "arguments"), "--chats 250k");
  EXPECT_EQ(identity_of(sample, "users"), "10000");
  EXPECT_EQ(identity_of(sample, "memory"), "23.5 GiB");
  EXPECT_EQ(identity_of(sample, "colour"), "");
  EXPECT_EQ(sample.values[0], 1652.89);
  ASSERT_EQ(sample.curves.size(), 2);
  EXPECT_EQ(sample.curves[0].first, "send");
}

TEST(Sample, SaysWhyItDoesNotCount) {
  report::RunResult run = report::sample_run();
  run.validity.valid = false;
  run.validity.reasons = {"the generator was late"};
  EXPECT_EQ(sample_of(run, "out").problem, "it is invalid: the generator was late");
  run.interrupted = true;
  EXPECT_EQ(sample_of(run, "out").problem, "it was interrupted");
  EXPECT_FALSE(sample_of(run, "out").target_spoiled);
  run.interrupted = false;
  run.validity.limited_by = report::Limit::kTarget;
  EXPECT_TRUE(sample_of(run, "out").target_spoiled);
  run.ledger.lost = 1;
  EXPECT_FALSE(sample_of(run, "out").ledger_holds);
}

TEST(Sample, IsTheSameWhereverItWasRead) {
  const Sample sample = sample_of(report::sample_run(), "out");
  Sample other = sample_of(report::sample_run(), "./out");
  *other.values[0] *= 1 + 1e-15;
  EXPECT_TRUE(same_run(sample, other));
  *other.values[0] *= 1.001;
  EXPECT_FALSE(same_run(sample, other));
  other = sample;
  other.seed += 1;
  EXPECT_FALSE(same_run(sample, other));
}

}  // namespace
}  // namespace throng::compare
