#include "loadgen/measure/recorder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace throng::measure {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const pacing::TimePoint kStart{seconds(1000)};

pacing::TimePoint at(milliseconds since_start) { return kStart + since_start; }

TEST(Recorder, LatencyIsFromTheDueTimeAndServiceStandsBesideIt) {
  Recorder recorder(kStart, nullptr);
  recorder.completed(Operation::kSend, at(milliseconds(100)), at(milliseconds(150)),
                     milliseconds(20));
  recorder.completed(Operation::kDeliver, at(milliseconds(100)), at(milliseconds(180)));
  const OperationTally send = recorder.totals().of(Operation::kSend);
  EXPECT_EQ(send.count, 1u);
  EXPECT_EQ(send.latency.max(), 50'000'000);
  EXPECT_EQ(send.service.max(), 20'000'000);
  EXPECT_TRUE(recorder.totals().of(Operation::kDeliver).service.empty());
}

TEST(Recorder, TheUnresolvedAreInTheLatencyButNotInTheCount) {
  Recorder recorder(kStart, nullptr);
  recorder.unresolved(Operation::kSend, at(seconds(1)), at(seconds(61)));
  recorder.unresolved_unmeasured(Operation::kSend, at(seconds(1)), 3);
  const OperationTally send = recorder.totals().of(Operation::kSend);
  EXPECT_EQ(send.count, 0u);
  EXPECT_EQ(send.unresolved, 4u);
  EXPECT_EQ(send.latency.count(), 1u);
  EXPECT_EQ(send.latency.max(), 60'000'000'000);
}

TEST(Recorder, WhatIsDueOutsideTheMeasuredTimeCountsInTheSeriesOnly) {
  std::vector<SecondSnapshot> handed;
  SecondRecorder series([&](SecondSnapshot second) { handed.push_back(std::move(second)); });
  Recorder recorder(kStart, &series);
  recorder.set_measured({at(seconds(10)), at(seconds(20))});
  const auto send_due = [&](seconds due) {
    recorder.completed(Operation::kSend, at(due), at(due + seconds(15)));
    recorder.failed(Operation::kSend, "timeout", at(due), at(due));
    recorder.dropped(Operation::kSend, at(due));
    recorder.unresolved(Operation::kSend, at(due), at(due));
  };
  send_due(seconds(9));
  send_due(seconds(20));
  EXPECT_EQ(recorder.totals().of(Operation::kSend).count, 0u);
  EXPECT_TRUE(recorder.totals().of(Operation::kSend).errors.empty());
  send_due(seconds(10));
  EXPECT_EQ(recorder.totals().of(Operation::kSend).count, 1u);
  EXPECT_EQ(recorder.totals().of(Operation::kSend).errors.at("timeout"), 1u);
  EXPECT_EQ(recorder.totals().of(Operation::kSend).dropped, 1u);
  EXPECT_EQ(recorder.totals().of(Operation::kSend).unresolved, 1u);

  series.finish(seconds(60));
  std::uint64_t completed = 0;
  std::uint64_t errors = 0;
  for (const SecondSnapshot& second : handed) {
    for (const OperationSecond& operation : second.operations) {
      if (operation.name != "send") continue;
      completed += operation.latency.count();
      errors += operation.errors;
    }
  }
  EXPECT_EQ(completed, 3u);
  EXPECT_EQ(errors, 3u);
}

TEST(Recorder, NamesOfScriptsAreBoundedAndDontShadowBuiltInOnes) {
  Recorder recorder(kStart, nullptr);
  for (std::size_t i = 0; i < Recorder::kMaxNamed; ++i) {
    EXPECT_TRUE(recorder.record("op" + std::to_string(i), milliseconds(1), kStart));
  }
  EXPECT_FALSE(recorder.record("one more", milliseconds(1), kStart));
  EXPECT_TRUE(recorder.record("op0", milliseconds(1), kStart));
  EXPECT_FALSE(recorder.record("send", milliseconds(1), kStart));
  EXPECT_EQ(recorder.refused(), 2u);
  const Tallies totals = recorder.totals();
  EXPECT_EQ(totals.all().size(), kOperations + Recorder::kMaxNamed);
  EXPECT_EQ(totals.all()[kOperations]->name, "op0");
  EXPECT_EQ(totals.all()[kOperations]->count, 2u);
}

TEST(Recorder, KindsOfErrorsAreBounded) {
  Recorder recorder(kStart, nullptr);
  const auto kinds = static_cast<int>(Recorder::kMaxErrorKinds);
  for (int i = 0; i < kinds + 5; ++i) {
    recorder.failed(Operation::kSend, "kind" + std::to_string(i), kStart, kStart);
  }
  const auto errors = recorder.totals().of(Operation::kSend).errors;
  EXPECT_EQ(errors.size(), Recorder::kMaxErrorKinds + 1);
  EXPECT_EQ(errors.at("other"), 5u);
}

TEST(Recorder, MergingLosesNothing) {
  Recorder one(kStart, nullptr);
  Recorder other(kStart, nullptr);
  Recorder both(kStart, nullptr);
  const auto play = [&](Recorder& part, int first, int step) {
    for (int i = first; i < 1000; i += step) {
      for (Recorder* recorder : {&part, &both}) {
        const auto operation = static_cast<Operation>(static_cast<std::size_t>(i) % kOperations);
        recorder->completed(operation, kStart, at(milliseconds(i * i)), milliseconds(i));
        recorder->failed(operation, i % 2 == 0 ? "closed" : "timeout", kStart, kStart);
        recorder->dropped(operation, kStart);
        recorder->unresolved(operation, kStart, at(milliseconds(i)));
        recorder->record("script", milliseconds(i), kStart);
      }
    }
  };
  play(one, 0, 3);
  play(other, 1, 3);
  one.merge(other);
  play(one, 2, 3);

  const Tallies totals = one.totals();
  const Tallies expected_totals = both.totals();
  const auto merged = totals.all();
  const auto expected = expected_totals.all();
  ASSERT_EQ(merged.size(), expected.size());
  for (std::size_t i = 0; i < merged.size(); ++i) {
    EXPECT_EQ(merged[i]->name, expected[i]->name);
    EXPECT_EQ(merged[i]->count, expected[i]->count);
    EXPECT_EQ(merged[i]->errors, expected[i]->errors);
    EXPECT_EQ(merged[i]->dropped, expected[i]->dropped);
    EXPECT_EQ(merged[i]->unresolved, expected[i]->unresolved);
    EXPECT_EQ(merged[i]->latency, expected[i]->latency);
    EXPECT_EQ(merged[i]->service, expected[i]->service);
  }
}

TEST(Recorder, NamesAreThoseOfRunJson) {
  const std::vector<std::string> names{
      "connect",  "login", "send",     "deliver", "fan_out",  "receipt_delivered", "receipt_read",
      "catch_up", "fetch", "presence", "upload",  "download", "change_chat"};
  for (std::size_t i = 0; i < kOperations; ++i) {
    EXPECT_EQ(operation_name(static_cast<Operation>(i)), names[i]);
  }
}

TEST(Recorder, LeavesWarmUpOutOfTheTotalsButForArrivals) {
  Recorder recorder(kStart, nullptr);
  recorder.set_measured({at(seconds(10)), at(seconds(30))});  // a step is a second
  const auto pass = [&](Operation operation, seconds due, milliseconds latency) {
    recorder.completed(operation, at(due), at(due) + latency);
  };
  pass(Operation::kLogin, seconds(3), milliseconds(1));
  pass(Operation::kLogin, seconds(10), milliseconds(2));
  pass(Operation::kSend, seconds(10), milliseconds(100));
  pass(Operation::kSend, seconds(11), milliseconds(50));
  pass(Operation::kSend, seconds(12), milliseconds(5));
  pass(Operation::kSend, seconds(29), milliseconds(6));
  recorder.record("pause", milliseconds(9), at(seconds(11)));
  recorder.record("pause", milliseconds(3), at(seconds(25)));

  Recorder merged(kStart, nullptr);
  merged.merge(recorder);
  EXPECT_EQ(merged.totals().of(Operation::kSend).count, 4u);
  const Tallies totals = merged.totals(2);
  EXPECT_EQ(totals.of(Operation::kSend).count, 2u);
  EXPECT_EQ(totals.of(Operation::kSend).latency.max(), 6'000'000);
  EXPECT_EQ(totals.of(Operation::kLogin).count, 2u);
  EXPECT_EQ(totals.all().back()->latency.max(), 3'000'000);
}

TEST(Recorder, WhoArrivesAfterTheScriptsWereStoppedWasMadeTo) {
  Recorder recorder(kStart, nullptr);
  recorder.set_measured({at(seconds(60)), at(seconds(90))});
  recorder.completed(Operation::kLogin, at(seconds(4)), at(seconds(5)));
  recorder.end_measured(at(seconds(5)));
  recorder.completed(Operation::kLogin, at(seconds(5)), at(seconds(9)));
  EXPECT_EQ(recorder.totals().of(Operation::kLogin).count, 1u);
  EXPECT_EQ(recorder.measured().until, at(seconds(60)));
}

TEST(Recorder, TakesTheWarmUpFromTheBusiestOperation) {
  Recorder recorder(kStart, nullptr);
  recorder.set_measured({at(seconds(0)), at(seconds(20))});
  for (int i = 0; i < 20'000; ++i) {
    const auto due = at(milliseconds(i));
    const bool cold = i < 1'800;
    recorder.completed(Operation::kDeliver, due, due + milliseconds(cold ? 90 : 10 + i % 3));
    if (i % 10 == 0) recorder.completed(Operation::kSend, due, due + milliseconds(20));
  }
  EXPECT_EQ(recorder.warm_up().steps, 2u);
}

}  // namespace
}  // namespace throng::measure
