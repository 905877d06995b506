#include "loadgen/view/series_history.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "loadgen/measure/hdr_log.hpp"

namespace throng::view {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

report::SeriesTable series() {
  return *report::read_series_csv(
      "second,users_connected,users_away,send_count,send_errors,send_p99_ns,send_max_ns\n"
      "0,250,3,11,1,900,950\n1,251,,0,0,,\n2,252,,4,0,777,778\n",
      "series.csv");
}

TEST(SeriesHistory, HasTheRowsOfTheSeries) {
  std::istringstream log;
  const History history = history_of(series(), log, "latency.hlog");
  ASSERT_THAT(history.rows(), SizeIs(3));
  const Row& first = history.rows()[0];
  EXPECT_EQ(first.connected, 250);
  EXPECT_EQ(first.away, 3);
  EXPECT_EQ(first.connecting, std::nullopt);
  ASSERT_THAT(first.operations, SizeIs(1));
  EXPECT_EQ(first.operations[0].count, 11u);
  EXPECT_EQ(first.operations[0].errors, 1u);
  EXPECT_EQ(first.operations[0].p99_ns, 900);
  EXPECT_THAT(first.operations[0].heat, IsEmpty());
  EXPECT_THAT(history.rows()[1].operations, IsEmpty());
}

TEST(SeriesHistory, HasTheHeatOfTheLog) {
  std::stringstream log;
  measure::HdrLogWriter writer(log, {});
  measure::Histogram histogram;
  histogram.record(1'000'000, 4);
  writer.write("send", 2, 1, histogram);
  writer.write("total.send", 0, 3, histogram);
  const History history = history_of(series(), log, "latency.hlog");
  EXPECT_THAT(history.rows()[2].operations[0].heat, ElementsAre(Pair(11, 4)));
  EXPECT_THAT(history.rows()[0].operations[0].heat, IsEmpty());
}

}  // namespace
}  // namespace throng::view
