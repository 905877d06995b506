#include "server/metrics/metrics.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>

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
    EXPECT_FALSE(d.help.empty()) << d.name;
    EXPECT_TRUE(rows.emplace(d.name, d.label_value).second) << d.name << ' ' << d.label_value;
  }
}

// The conventions at prometheus.io/docs/practices/naming.
TEST(Metrics, NamesFollowTheConventions) {
  for (const Description& d : descriptions()) {
    EXPECT_TRUE(d.name.starts_with("throng_server_")) << d.name;
    EXPECT_EQ(d.name.ends_with("_total"), d.type == Type::kCounter) << d.name;
    EXPECT_EQ(d.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos)
        << d.name;
  }
}

TEST(Metrics, RowsOfOneNameAgreeAndStandTogether) {
  std::map<std::string_view, const Description*> first_rows;
  std::string_view previous;
  for (const Description& d : descriptions()) {
    const auto [first, is_new] = first_rows.emplace(d.name, &d);
    EXPECT_TRUE(is_new || previous == d.name) << d.name << " is in two places";
    EXPECT_EQ(first->second->type, d.type);
    EXPECT_EQ(first->second->help, d.help);
    EXPECT_EQ(first->second->label_name, d.label_name);
    EXPECT_EQ(d.label_name.empty(), d.label_value.empty());
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
