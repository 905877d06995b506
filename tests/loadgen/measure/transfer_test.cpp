#include "loadgen/measure/transfer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <sstream>
#include <stdexcept>

#include "loadgen/pacing/random.hpp"

namespace throng::measure {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

template <class T>
void transfer(const T& from, T& to) {
  std::stringstream line;
  save(line, from);
  load(line, to);
}

/// From nanoseconds to hours, with some beyond what can be tracked.
std::int64_t draw(pacing::Random& random) {
  return static_cast<std::int64_t>(random.next() >> (10 + random.next() % 54));
}

TEST(Transfer, HistogramsOfSeveralProcessesMergeToThatOfThePooledSamples) {
  constexpr int kValues = 200'000;
  pacing::Random random(7, 1);
  Histogram pooled;
  std::array<Histogram, 3> own;
  for (int i = 0; i < kValues; ++i) {
    const std::int64_t value = draw(random);
    pooled.record(value);
    own[static_cast<std::size_t>(i) % own.size()].record(value);
  }
  own[0].record(5, std::uint64_t{1} << 33);  // more than a slot's lower half holds
  pooled.record(5, std::uint64_t{1} << 33);

  Histogram merged;
  for (const Histogram& each : own) {
    Histogram arrived;
    transfer(each, arrived);
    EXPECT_EQ(arrived, each);
    merged.merge(arrived);
  }
  EXPECT_EQ(merged, pooled);
}

TEST(Transfer, AnEmptyHistogramStaysEmpty) {
  Histogram arrived;
  transfer(Histogram(), arrived);
  EXPECT_EQ(arrived, Histogram());
}

TEST(Transfer, RecordersKeepAllThatTheyRecorded) {
  const pacing::TimePoint start{seconds(1000)};
  Recorder recorder(start, nullptr);
  recorder.completed(Operation::kSend, start, start + milliseconds(5), milliseconds(3));
  recorder.failed(Operation::kSend, "timeout", start, start + seconds(10));
  recorder.dropped(Operation::kSend, start);
  recorder.unresolved(Operation::kDeliver, start, start + seconds(2));
  recorder.record("checkout", milliseconds(7), start + seconds(1));

  Recorder arrived(pacing::TimePoint{}, nullptr);
  transfer(recorder, arrived);
  const Tallies totals = arrived.totals();
  const OperationTally& send = totals.of(Operation::kSend);
  EXPECT_EQ(send.count, 1u);
  EXPECT_EQ(send.dropped, 1u);
  EXPECT_EQ(send.errors.at("timeout"), 1u);
  EXPECT_EQ(send.service.max(), 3'000'000);
  EXPECT_EQ(totals.of(Operation::kDeliver).unresolved, 1u);
  ASSERT_EQ(totals.all().size(), kOperations + 1);
  EXPECT_EQ(totals.all().back()->name, "checkout");
  EXPECT_EQ(totals.all().back()->latency.max(), 7'000'000);
}

TEST(Transfer, SecondsKeepTheirFigures) {
  SecondSnapshot second;
  second.second = 12;
  second.operations.push_back({"send", 3, 1, {}});
  second.operations.back().latency.record(1'000);
  second.gauges.push_back({"users_connected", 250});

  SecondSnapshot arrived;
  transfer(second, arrived);
  EXPECT_EQ(arrived.second, 12u);
  ASSERT_EQ(arrived.operations.size(), 1u);
  EXPECT_EQ(arrived.operations[0].started, 3u);
  EXPECT_EQ(arrived.operations[0].latency, second.operations[0].latency);
  EXPECT_EQ(arrived.gauges.at(0).value, 250);
}

TEST(Transfer, BytesThatEndTooSoonAreAnError) {
  Histogram histogram;
  histogram.record(1'000'000);
  std::stringstream whole;
  save(whole, histogram);
  const std::string bytes = whole.str();
  std::stringstream cut(bytes.substr(0, bytes.size() - 1));
  Histogram arrived;
  EXPECT_THROW(load(cut, arrived), std::runtime_error);
}

}  // namespace
}  // namespace throng::measure
