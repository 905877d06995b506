#include "loadgen/view/history.hpp"

#include <gmock/gmock.h>

namespace throng::view {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

Row second(std::uint32_t number, std::uint64_t sends = 1, std::int64_t p99_ns = 1'000'000) {
  Row row;
  row.second = number;
  row.connected = number;
  row.operations = {{"send", sends, 1, p99_ns / 4, p99_ns / 2, p99_ns, 2 * p99_ns, {{10, sends}}}};
  return row;
}

TEST(Row, HasWhatAllWorkersMeasured) {
  measure::SecondSnapshot snapshot;
  snapshot.second = 7;
  snapshot.gauges = {{"users_connected", 9}, {"users_connecting", 2}, {"users_away", 1}};
  snapshot.operations.resize(3);
  snapshot.operations[0].name = "send";
  snapshot.operations[0].latency.record(1'000'000, 5);
  snapshot.operations[1].name = "fetch";
  snapshot.operations[1].errors = 4;
  snapshot.operations[2].name = "idle";
  const Row row = row_of(snapshot);
  EXPECT_EQ(row.second, 7u);
  EXPECT_EQ(row.seconds, 1u);
  EXPECT_EQ(row.connected, 9);
  EXPECT_EQ(row.connecting, 2);
  EXPECT_EQ(row.away, 1);
  ASSERT_THAT(row.operations, SizeIs(2));
  EXPECT_EQ(row.operations[0].count, 5u);
  EXPECT_EQ(row.operations[0].p50_ns, 1'000'000);
  EXPECT_EQ(row.operations[0].max_ns, 1'000'000);
  EXPECT_THAT(row.operations[0].heat, ElementsAre(Pair(11, 5)));
  EXPECT_EQ(row.operations[1].errors, 4u);
  EXPECT_THAT(row.operations[1].heat, IsEmpty());
}

TEST(Row, HasNoPeopleWhereNobodyCountedThem) {
  EXPECT_EQ(row_of(measure::SecondSnapshot()).away, std::nullopt);
}

TEST(History, KeepsEachSecondWhileThereIsRoom) {
  History history;
  for (std::uint32_t i = 0; i < History::kMostRows; ++i) history.add(second(i));
  EXPECT_EQ(history.seconds_per_row(), 1u);
  EXPECT_THAT(history.rows(), SizeIs(History::kMostRows));
  EXPECT_EQ(history.last_second(), History::kMostRows - 1);
}

TEST(History, JoinsNeighboursWhenItIsFull) {
  History history;
  for (std::uint32_t i = 0; i <= History::kMostRows; ++i) history.add(second(i, i, 1'000 + i));
  EXPECT_EQ(history.seconds_per_row(), 2u);
  ASSERT_THAT(history.rows(), SizeIs(History::kMostRows / 2 + 1));
  const Row& row = history.rows()[2];
  EXPECT_EQ(row.second, 4u);
  EXPECT_EQ(row.seconds, 2u);
  EXPECT_EQ(row.connected, 5);
  EXPECT_EQ(row.operations[0].count, 9u);
  EXPECT_EQ(row.operations[0].errors, 2u);
  EXPECT_EQ(row.operations[0].p99_ns, 1'005);
  EXPECT_THAT(row.operations[0].heat, ElementsAre(Pair(10, 9)));
  EXPECT_EQ(history.rows().back().seconds, 1u);
}

TEST(History, LosesNoOperationOfAJoinedSecond) {
  History history;
  for (std::uint32_t i = 0; i <= History::kMostRows; ++i) {
    Row row = second(i);
    if (i == 1) row.operations[0].name = "fetch";
    history.add(std::move(row));
  }
  ASSERT_THAT(history.rows()[0].operations, SizeIs(2));
  EXPECT_EQ(history.rows()[0].operations[1].name, "fetch");
}

TEST(History, IsBoundedForAWeek) {
  History history;
  constexpr std::uint32_t kWeek = 7 * 24 * 3'600;
  for (std::uint32_t i = 0; i < kWeek; ++i) history.add(second(i));
  EXPECT_LE(history.rows().size(), History::kMostRows);
  std::uint64_t sends = 0;
  for (const Row& row : history.rows()) sends += row.operations[0].count;
  EXPECT_EQ(sends, kWeek);
}

TEST(History, GivesWhatBeginsWithASecond) {
  History history;
  for (std::uint32_t i = 0; i < 5; ++i) history.add(second(i));
  EXPECT_THAT(history.from(3).rows(), SizeIs(2));
  EXPECT_THAT(history.from(9).rows(), IsEmpty());
}

}  // namespace
}  // namespace throng::view
