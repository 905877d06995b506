#include "loadgen/compare/metric.hpp"

#include <gmock/gmock.h>

#include "tests/loadgen/report/sample_run.hpp"

namespace throng::compare {
namespace {

using testing::ElementsAre;
using testing::Optional;

report::RunResult run_with_target() {
  report::RunResult run = report::sample_run();
  report::TargetMeasured& target = run.target.measured.emplace();
  target.cpu_s_per_message = 61e-6;
  target.memory_bytes_per_connection = 11'500;
  target.table_bytes = 1'000;
  target.log_bytes = 34'000;
  target.operations_and_ramp = report::TargetOperations{.messages = 100};
  return run;
}

TEST(Metric, AreReadFromARun) {
  EXPECT_THAT(read_values(run_with_target()),
              ElementsAre(Optional(1652.89), Optional(1'210'000.0), Optional(8'420'000.0),
                          Optional(2'210'000.0), Optional(9'420'000.0), Optional(61e-6),
                          Optional(11'500.0), Optional(350.0)));
}

TEST(Metric, AreMissingWhereTheRunSaysNothing) {
  EXPECT_EQ(read_values(report::RunResult()), Values());
  report::RunResult run = run_with_target();
  run.target.measured->memory_bytes_per_connection = 0;
  run.target.measured->operations_and_ramp->messages = 0;
  EXPECT_FALSE(read_values(run)[6]);
  EXPECT_FALSE(read_values(run)[7]);
}

TEST(Metric, AreFoundByName) {
  EXPECT_EQ(metric_index("throughput"), 0);
  EXPECT_EQ(metric_index("disk_per_message"), 7);
  EXPECT_FALSE(metric_index("send.p98"));
}

TEST(Metric, LossesAreSymmetricLogarithms) {
  const Metric& throughput = kMetrics[0];
  const Metric& p99 = kMetrics[2];
  EXPECT_NEAR(share_of_loss(p99, loss(p99, 100, 105)), 0.05, 1e-12);
  EXPECT_NEAR(share_of_loss(throughput, loss(throughput, 100, 97)), 0.03, 1e-12);
  for (const Metric& metric : kMetrics) {
    EXPECT_DOUBLE_EQ(loss(metric, 2, 3), -loss(metric, 3, 2));
    EXPECT_NEAR(share_of_loss(metric, loss_of_share(metric, 0.04)), 0.04, 1e-12);
    EXPECT_NEAR(ratio_of_loss(metric, loss(metric, 2, 3)), 1.5, 1e-12);
  }
}

TEST(Metric, AreReadByPeople) {
  EXPECT_EQ(value_text(kMetrics[0], 1652.89), "1,653/s");
  EXPECT_EQ(value_text(kMetrics[2], 8'420'000), "8.42 ms");
  EXPECT_EQ(value_text(kMetrics[5], 61e-6), "61 µs");
  EXPECT_EQ(value_text(kMetrics[6], 11'500), "11.5 kB");
}

}  // namespace
}  // namespace throng::compare
