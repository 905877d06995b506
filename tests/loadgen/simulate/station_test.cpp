#include "loadgen/simulate/station.hpp"

#include <gtest/gtest.h>

namespace throng::simulate {
namespace {

using pacing::Duration;
using pacing::TimePoint;

TimePoint at(long ns) { return TimePoint(Duration(ns)); }

TEST(Station, ServesAtOnceWhenACoreIsFree) {
  Station station(1);
  EXPECT_EQ(station.accept(at(100), Duration(10)), at(110));
  EXPECT_EQ(station.accept(at(500), Duration(10)), at(510));
  EXPECT_EQ(station.figures().waited, Duration(0));
}

TEST(Station, LetsThoseWaitWhoComeLater) {
  Station station(1);
  station.accept(at(100), Duration(50));
  EXPECT_EQ(station.accept(at(110), Duration(5)), at(155));
  EXPECT_EQ(station.figures().waited, Duration(40));
  EXPECT_EQ(station.figures().busy, Duration(55));
  EXPECT_EQ(station.figures().jobs, 2u);
}

TEST(Station, HasWorkedOnlyUntilNow) {
  Station station(2);
  station.accept(at(100), Duration(50));
  station.accept(at(100), Duration(5));
  station.accept(at(102), Duration(1'000));  // begins at 105
  EXPECT_EQ(station.worked(at(102)), Duration(4));
  EXPECT_EQ(station.worked(at(110)), Duration(20));
  EXPECT_EQ(station.worked(at(205)), Duration(155));
  EXPECT_EQ(station.worked(at(9'999)), Duration(1'055));
}

TEST(Station, TakesTheCoreThatIsFreeFirst) {
  Station station(2);
  EXPECT_EQ(station.accept(at(0), Duration(100)), at(100));
  EXPECT_EQ(station.accept(at(0), Duration(10)), at(10));
  EXPECT_EQ(station.accept(at(0), Duration(10)), at(20));
  EXPECT_EQ(station.accept(at(0), Duration(100)), at(120));
  EXPECT_EQ(station.accept(at(50), Duration(1)), at(101));
}

}  // namespace
}  // namespace throng::simulate
