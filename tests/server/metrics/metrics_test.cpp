#include "server/metrics/metrics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "server/metrics/catalog.hpp"

namespace throng::metrics {
namespace {

TEST(Metrics, StartAtZeroAndAddUp) {
  ShardMetrics metrics;
  EXPECT_EQ(metrics.get(Metric::kMessages), 0u);
  metrics.add(Metric::kMessages);
  metrics.add(Metric::kMessages, 41);
  EXPECT_EQ(metrics.get(Metric::kMessages), 42u);
  EXPECT_EQ(metrics.get(Metric::kReceipts), 0u);
}

TEST(Metrics, GaugesGoDownAndAreSet) {
  ShardMetrics metrics;
  metrics.add(Metric::kSessions, 3);
  metrics.subtract(Metric::kSessions);
  EXPECT_EQ(metrics.get(Metric::kSessions), 2u);
  metrics.subtract(Metric::kSessions, 2);
  EXPECT_EQ(metrics.get(Metric::kSessions), 0u);
  metrics.set(Metric::kMailboxDepth, 7);
  metrics.set(Metric::kMailboxDepth, 5);
  EXPECT_EQ(metrics.get(Metric::kMailboxDepth), 5u);
}

TEST(Metrics, EveryOneIsDescribedOnce) {
  ASSERT_EQ(descriptions().size(), static_cast<std::size_t>(Metric::kCount));
  std::set<std::pair<std::string_view, std::string_view>> rows;
  for (const Description& d : descriptions()) {
    EXPECT_TRUE(rows.emplace(d.name, d.label_value).second) << d.name << ' ' << d.label_value;
  }
}

TEST(Metrics, AreLabelledAsTheyAreListed) {
  for (const Description& d : descriptions()) {
    EXPECT_EQ(d.label_name.empty(), d.label_value.empty()) << d.name;
    const auto* listed = std::ranges::find(kFamilies, d.name, &catalog::Family::name);
    const std::string labels =
        "shard" + (d.label_name.empty() ? "" : " " + std::string(d.label_name));
    EXPECT_EQ(listed->labels, labels) << d.name;
  }
}

TEST(Metrics, RowsOfOneNameStandTogether) {
  std::set<std::string_view> names;
  std::string_view previous;
  for (const Description& d : descriptions()) {
    EXPECT_TRUE(names.insert(d.name).second || previous == d.name) << d.name << " is in two places";
    previous = d.name;
  }
}

TEST(Metrics, EventsAreCountedByTheirOp) {
  EXPECT_EQ(server_event(R"({"op":"message","chat":7})"), Metric::kServerEventsMessage);
  EXPECT_EQ(server_event(R"({"op":"sent","chat":7})"), Metric::kServerEventsSent);
  EXPECT_EQ(server_event(R"({"op":"receipt"})"), Metric::kServerEventsReceipt);
  EXPECT_EQ(server_event(R"({"op":"sending"})"), Metric::kServerEventsOther);
  EXPECT_EQ(server_event(R"({"op":")"), Metric::kServerEventsOther);
  EXPECT_EQ(server_event(""), Metric::kServerEventsOther);
}

}  // namespace
}  // namespace throng::metrics
