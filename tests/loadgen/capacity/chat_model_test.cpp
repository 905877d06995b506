#include "loadgen/capacity/chat_model.hpp"

#include <gmock/gmock.h>

#include <set>
#include <stdexcept>

#include "tests/loadgen/capacity/sample_estimate.hpp"

namespace throng::capacity {
namespace {

using testing::HasSubstr;

constexpr double kDay = 86400;

// The figures of a chat estimate with these inputs.
Assessment derive(const std::string& inputs) {
  return assess(estimate_of("estimate { service = 'chat', tolerance = '5%' }\n" + inputs +
                            "\ninput.slo = '1 s'"
                            "\nclaim { says = 'x', of = 'slo', is = '1 s', from = 'y' }"),
                {}, {});
}

double figure(const std::string& inputs, const std::string& name) {
  const auto value = value_of(derive(inputs), name);
  EXPECT_TRUE(value.has_value()) << name;
  return value ? value->p50 : 0;
}

std::string contradiction(const std::string& inputs) {
  try {
    derive(inputs);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

constexpr const char* kGroupChat =
    "input.dau = '500M users'\n"
    "input.messages_per_user = '40 messages/user/day'\n"
    "input.message_bytes = '100 B/message'\n"
    "input.retention = '5 years'\n";

// By hand, from the facts: 500M × 40 = 20 billion; × 100 B = 2 TB; × 365 × 5 = 3.65 PB.
TEST(ChatModel, DerivesTheGroupChat) {
  EXPECT_DOUBLE_EQ(figure(kGroupChat, "messages_per_day") * kDay, 20e9);
  EXPECT_NEAR(figure(kGroupChat, "messages_per_s"), 231'481, 1);
  EXPECT_DOUBLE_EQ(figure(kGroupChat, "payload_per_day") * kDay, 2e12);
  EXPECT_DOUBLE_EQ(figure(kGroupChat, "payload_total"), 3.65e15);
}

TEST(ChatModel, PeaksAreAFactorAboveTheMean) {
  const std::string inputs = kGroupChat;
  EXPECT_NEAR(figure(inputs + "input.peak_to_mean = 1.7", "messages_per_s_peak"), 393'519, 1);
  EXPECT_NEAR(figure(inputs + "input.diurnal = { 1, 2, 3, 2 }", "messages_per_s_peak"), 347'222, 1);
}

// 65 billion a day are 752,315 a second.
TEST(ChatModel, TakesMessagesOfADayToo) {
  const std::string inputs = "input.messages_per_day = '65B messages/day'";
  EXPECT_NEAR(figure(inputs, "messages_per_s"), 752'315, 1);
}

TEST(ChatModel, FanOutMultipliesSends) {
  const std::string inputs =
      std::string(kGroupChat) + "input.peak_to_mean = 2\ninput.receipts = 2\ninput.fan_out = 9\n";
  const double peak = 2 * 20e9 / kDay;
  EXPECT_NEAR(figure(inputs, "deliveries_per_s_peak"), 9 * peak, 1);
  EXPECT_NEAR(figure(inputs, "receipts_per_s_peak"), 18 * peak, 1);
  EXPECT_NEAR(figure(inputs, "payload_network_peak"), 10 * peak * 100, 1)
      << "in once, out nine times";
}

TEST(ChatModel, FanOutOfAMixOfChats) {
  const std::string inputs = "input.direct_share = '80%'\ninput.group_size = '11 users'";
  EXPECT_NEAR(figure(inputs, "deliveries_per_message"), 0.8 * 1 + 0.2 * 10, 1e-9);
}

TEST(ChatModel, ConnectionsAndTheirHeartbeats) {
  const std::string inputs =
      "input.dau = '500M users'\ninput.concurrent_share = '10%'\n"
      "input.sessions = 1.2\ninput.heartbeat = '5 s'\ninput.memory_per_connection = '10 "
      "kB/connection'";
  EXPECT_DOUBLE_EQ(figure(inputs, "concurrent_users"), 50e6);
  EXPECT_DOUBLE_EQ(figure(inputs, "connections"), 60e6);
  EXPECT_DOUBLE_EQ(figure(inputs, "heartbeats_per_s"), 12e6);
  EXPECT_DOUBLE_EQ(figure(inputs, "memory"), 600e9);
}

// (100 + 60 + 40) B × 20 billion = 4 TB; × 1.1 × 1.25 × 3 = 16.5 TB.
TEST(ChatModel, StorageHasItsFactorsApart) {
  const std::string inputs = std::string(kGroupChat) +
                             "input.key_bytes = 60\ninput.index_bytes = 40\n"
                             "input.log_factor = 1.1\ninput.compaction_factor = 1.25\n"
                             "input.replicas = 3";
  const Assessment all = derive(inputs);
  EXPECT_DOUBLE_EQ(value_of(all, "stored_per_message")->p50, 200);
  EXPECT_NEAR(value_of(all, "stored_once_per_day")->p50 * kDay, 4e12, 1);
  EXPECT_NEAR(value_of(all, "stored_with_log_per_day")->p50 * kDay, 4.4e12, 1);
  EXPECT_NEAR(value_of(all, "stored_with_compaction_per_day")->p50 * kDay, 5.5e12, 1);
  EXPECT_NEAR(value_of(all, "stored_per_day")->p50 * kDay, 16.5e12, 1);
  EXPECT_NEAR(value_of(all, "stored_total")->p50, 16.5e12 * 365 * 5, 1e3);
}

TEST(ChatModel, MachinesAreWholeAndTheMostOfAnyNeed) {
  const std::string inputs =
      "input.dau = 1e6\ninput.concurrent_share = '10%'\ninput.sessions = 1\n"
      "input.memory_per_connection = '25 kB/connection'\ninput.node_memory = '2 GB/machine'\n"
      "input.messages_per_day = '864M messages/day'\ninput.peak_to_mean = 2\n"
      "input.cpu_per_message = '150 us/message'\ninput.node_cores = 2\n"
      "input.message_bytes = 100\ninput.key_bytes = 50\ninput.index_bytes = 50\n"
      "input.log_factor = 1\ninput.compaction_factor = 1\ninput.replicas = 1\n"
      "input.retention = '10 days'\ninput.node_disk = '2 TB/machine'\n"
      "input.node_price = '100 EUR/machine/month'";
  EXPECT_EQ(figure(inputs, "machines_for_memory"), 2) << "2.5 GB";
  EXPECT_EQ(figure(inputs, "machines_for_cores"), 2) << "20,000/s × 150 us = 3 cores";
  EXPECT_EQ(figure(inputs, "machines_for_disk"), 1) << "1.728 TB";
  EXPECT_EQ(figure(inputs, "machines"), 2);
  EXPECT_NEAR(figure(inputs, "price_per_month") * 365 / 12 * kDay, 200, 1e-6);
}

TEST(ChatModel, WhatNeedsAMissingInputIsUnknown) {
  const Assessment all = derive(kGroupChat);
  for (const DerivedFigure& each : all.figures) {
    EXPECT_EQ(each.value.has_value(), each.figure.expression.is_known()) << each.figure.name;
    if (each.figure.name != "stored_per_day") continue;
    EXPECT_THAT(each.figure.expression.needs(), testing::Contains("input.replicas"));
    EXPECT_THAT(each.figure.expression.needs(), testing::Contains(HasSubstr("input.key_bytes")));
  }
}

TEST(ChatModel, FindsContradictions) {
  EXPECT_EQ(contradiction("input.users = 5\ninput.dau = 6"),
            "dau (6, test.lua:3) is more than users (5, test.lua:2)");
  EXPECT_THAT(contradiction("input.monthly_users = '5..7'\ninput.dau = '8..9'"),
              HasSubstr("is more than monthly_users"));
  EXPECT_EQ(contradiction("input.monthly_users = '5..7'\ninput.dau = '6..9'"), "");
  EXPECT_THAT(contradiction("input.peak_to_mean = 2\ninput.diurnal = { 1, 2 }"),
              HasSubstr("says the same as diurnal"));
  EXPECT_THAT(contradiction("input.fan_out = 2\ninput.group_size = 5"), HasSubstr("says the same"));
  EXPECT_THAT(contradiction("input.dau = 10\ninput.messages_per_user = 4\n"
                            "input.messages_per_day = 50"),
              HasSubstr("isn't dau times messages_per_user"));
}

TEST(ChatModel, EveryTermHasAUnitThatExistsAndAHelp) {
  std::set<std::string_view> names;
  for (const Term& term : chat_terms()) {
    EXPECT_TRUE(names.insert(term.name).second) << term.name;
    EXPECT_FALSE(term.help.empty()) << term.name;
    EXPECT_NO_THROW(parse_unit(term.unit.substr(0, term.unit.find('|')))) << term.name;
  }
}

}  // namespace
}  // namespace throng::capacity
