#include "loadgen/report/series_table.hpp"

#include <gtest/gtest.h>

namespace throng::report {
namespace {

using Column = SeriesTable::Column;
constexpr auto kNothing = std::nullopt;

SeriesTable table_of(std::string_view text) {
  const auto table = read_series_csv(text, "series.csv");
  EXPECT_TRUE(table.has_value()) << (table ? "" : table.error().message);
  return table ? *table : SeriesTable{};
}

std::string problem_in(std::string_view text) {
  const auto table = read_series_csv(text, "out/series.csv");
  return table ? "" : table.error().message;
}

TEST(SeriesTable, ReadsColumnsByName) {
  const SeriesTable table =
      table_of("second,users_connected,send_p99_ns\n0,250,1203455\n1,251.5,\n");
  EXPECT_EQ(table.rows(), 2u);
  ASSERT_NE(table.find("users_connected"), nullptr);
  EXPECT_EQ(*table.find("users_connected"), (Column{250, 251.5}));
  EXPECT_EQ(*table.find("send_p99_ns"), (Column{1203455, kNothing}));
  EXPECT_EQ(table.find("send_p50_ns"), nullptr);
}

TEST(SeriesTable, ReadsQuotedNamesAndCarriageReturns) {
  const SeriesTable table = table_of("second,\"say \"\"hi\"\", all_count\"\r\n0,7\r\n");
  ASSERT_NE(table.find("say \"hi\", all_count"), nullptr);
  EXPECT_EQ(*table.find("say \"hi\", all_count"), Column{7});
}

TEST(SeriesTable, MayHaveNoRowsAndNoLastLineBreak) {
  EXPECT_EQ(table_of("second,send_count\n").rows(), 0u);
  EXPECT_EQ(table_of("second,send_count\n0,1").rows(), 1u);
}

TEST(SeriesTable, NamesTheLineAndWhatWasExpected) {
  EXPECT_EQ(problem_in(""),
            "out/series.csv:1: expected the first column to be \"second\", found \"\"");
  EXPECT_EQ(problem_in("second,send_count\n0,1\n1\n"),
            "out/series.csv:3: expected 2 cells, found 1");
  EXPECT_EQ(problem_in("second,send_count\n0,many\n"),
            "out/series.csv:2: send_count: expected a number, found \"many\"");
  EXPECT_EQ(problem_in("second,send_count\n0,inf\n"),
            "out/series.csv:2: send_count: expected a number, found \"inf\"");
}

TEST(SeriesTable, CondensedAveragesCountsAndKeepsTheWorstPercentile) {
  const SeriesTable table = condensed(table_of("second,send_count,send_p99_ns\n"
                                               "0,10,5\n1,20,\n2,30,9\n3,40,7\n4,6,\n"),
                                      3);
  EXPECT_EQ(table.seconds_per_row, 2u);
  EXPECT_EQ(*table.find("second"), (Column{0, 2, 4}));
  EXPECT_EQ(*table.find("send_count"), (Column{15, 35, 6}));
  EXPECT_EQ(*table.find("send_p99_ns"), (Column{5, 9, kNothing}));
}

TEST(SeriesTable, CondensedLeavesAShortSeriesAsItIs) {
  const SeriesTable table = condensed(table_of("second,send_count\n0,1\n1,2\n"), 2);
  EXPECT_EQ(table.seconds_per_row, 1u);
  EXPECT_EQ(table.rows(), 2u);
}

TEST(SeriesTable, JsonHasNullForNothing) {
  const SeriesTable table = table_of("second,send_p99_ns\n0,1203455\n1,\n");
  EXPECT_EQ(series_json(table),
            R"({"seconds_per_row":1,"columns":{"second":[0,1],"send_p99_ns":[1203455,null]}})");
}

}  // namespace
}  // namespace throng::report
