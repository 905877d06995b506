#include "loadgen/machine/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throng::machine {
namespace {

using boost::asio::ip::make_address;
using testing::HasSubstr;

ProcessLimits limits(std::uint64_t descriptors) {
  return {descriptors, descriptors, {10'000, 39'999}};
}

TEST(Limits, ReadsThePortRange) {
  const auto range = parse_port_range("32768\t60999\n");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, 32768);
  EXPECT_EQ(range->last, 60999);
  EXPECT_EQ(range->size(), 28232u);
}

TEST(Limits, RefusesWhatIsNoPortRange) {
  for (const char* text : {"", "32768", "32768\t", "\t60999", "60999 32768", "0 100", "1 65536"}) {
    EXPECT_FALSE(parse_port_range(text)) << text;
  }
}

TEST(Limits, RaisesTheSoftLimitToTheHardOne) {
  const ProcessLimits raised = raise_and_read_limits();
  EXPECT_EQ(raised.descriptors, raised.descriptors_hard);
  EXPECT_GT(raised.local_ports.size(), 0u);
}

TEST(Limits, LeaveTheSourceToTheKernelWhenOneIsEnough) {
  const Fit fit = fit_users(limits(100'000), 29'000, make_address("127.0.0.1"));
  EXPECT_TRUE(fit.fits);
  EXPECT_TRUE(fit.sources.empty());
  EXPECT_TRUE(fit.advice.empty());
}

TEST(Limits, SpreadLoopbackUsersOverSources) {
  const Fit fit = fit_users(limits(100'000), 29'001, make_address("127.0.0.1"));
  EXPECT_TRUE(fit.fits);
  ASSERT_EQ(fit.sources.size(), 2u);
  EXPECT_EQ(fit.sources[0].to_string(), "127.0.0.1");
  EXPECT_EQ(fit.sources[1].to_string(), "127.0.0.2");
}

TEST(Limits, RefuseMoreUsersThanDescriptors) {
  const Fit fit = fit_users(limits(1'064), 1'001, make_address("127.0.0.1"));
  EXPECT_FALSE(fit.fits);
  EXPECT_EQ(fit.max_users, 1'000u);
  EXPECT_THAT(fit.advice, HasSubstr("ulimit -n 1065"));
  EXPECT_TRUE(fit_users(limits(1'064), 1'000, make_address("127.0.0.1")).fits);
}

TEST(Limits, ShareTheUsersAmongProcesses) {
  const auto local = make_address("127.0.0.1");
  EXPECT_TRUE(fit_users(limits(1'064), 2'000, local, 2).fits);
  const Fit fit = fit_users(limits(1'064), 2'001, local, 2);
  EXPECT_FALSE(fit.fits);
  EXPECT_EQ(fit.max_users, 2'000u);
  EXPECT_THAT(fit.advice, HasSubstr("1064 file descriptors in each of 2 processes hold 2000"));
  EXPECT_THAT(fit.advice, HasSubstr("ulimit -n 1065"));
}

TEST(Limits, HoldMoreUsersWhoShareConnections) {
  const auto local = make_address("127.0.0.1");
  EXPECT_TRUE(fit_users(limits(1'064), 100'000, local, 1, 100).fits) << "1,000 connections";
  EXPECT_FALSE(fit_users(limits(1'064), 100'001, local, 1, 100).fits);
}

TEST(Limits, RefuseMoreUsersThanPortsTowardsAnotherMachine) {
  const Fit fit = fit_users(limits(100'000), 29'001, make_address("192.0.2.1"));
  EXPECT_FALSE(fit.fits);
  EXPECT_EQ(fit.max_users, 29'000u);
  EXPECT_THAT(fit.advice, HasSubstr("ip_local_port_range"));
}

TEST(Limits, HoldNobodyWhereNothingIsLeft) {
  const Fit fit = fit_users(limits(10), 1, make_address("127.0.0.1"));
  EXPECT_FALSE(fit.fits);
  EXPECT_EQ(fit.max_users, 0u);
}

}  // namespace
}  // namespace throng::machine
