#include "loadgen/play/crew_transfer.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "loadgen/play/preflight.hpp"
#include "loadgen/scenario/script.hpp"
#include "loadgen/users/social_graph.hpp"

namespace throng::play {
namespace {

using namespace std::chrono_literals;

template <class T>
T carried(const T& value) {
  std::stringstream line;
  save(line, value);
  T there;
  load(line, there);
  return there;
}

CrewOrders orders() {
  CrewOrders orders;
  orders.source = {"a/b.lua", "b", "function user(me) end", "5ea1", {{"gap", "5s"}}};
  orders.target.url = "ws://host:1";
  orders.target.host = "host";
  orders.target.port = 1;
  orders.target.path = "/v1/ws?key=1";
  orders.secret = "the target's";
  orders.token_expires = 1'800'000'000'000;
  orders.seed = 3;
  orders.stamp_seed = 4;
  orders.users = 50;
  orders.ramp = 5s;
  orders.warm_up = 7s;
  orders.duration = 6s;
  orders.live_tallies = true;
  orders.sessions_per_connection = 250;
  orders.first_user = 70'001;
  orders.chat_ids = {9, 1'000'000'000'000};
  orders.graph_sum = 7;
  orders.slices = {{1, 4, 13, 12}, {2, 4, 25, 13}};
  return orders;
}

TEST(CrewTransfer, CarriesOrders) {
  const CrewOrders sent = orders();
  const CrewOrders came = carried(sent);
  EXPECT_EQ(came.source.path, sent.source.path);
  EXPECT_EQ(came.source.name, sent.source.name);
  EXPECT_EQ(came.source.text, sent.source.text);
  EXPECT_EQ(came.source.sha256, sent.source.sha256);
  EXPECT_EQ(came.source.args, sent.source.args);
  EXPECT_EQ(came.target.url, sent.target.url);
  EXPECT_EQ(came.target.host, sent.target.host);
  EXPECT_EQ(came.target.port, sent.target.port);
  EXPECT_EQ(came.target.path, sent.target.path);
  EXPECT_EQ(came.secret, sent.secret);
  EXPECT_EQ(came.token_expires, sent.token_expires);
  EXPECT_EQ(came.seed, sent.seed);
  EXPECT_EQ(came.stamp_seed, sent.stamp_seed);
  EXPECT_EQ(came.users, sent.users);
  EXPECT_EQ(came.ramp, sent.ramp);
  EXPECT_EQ(came.warm_up, sent.warm_up);
  EXPECT_EQ(came.duration, sent.duration);
  EXPECT_EQ(came.live_tallies, sent.live_tallies);
  EXPECT_EQ(came.sessions_per_connection, sent.sessions_per_connection);
  EXPECT_EQ(came.first_user, sent.first_user);
  EXPECT_EQ(came.chat_ids, sent.chat_ids);
  EXPECT_EQ(came.graph_sum, sent.graph_sum);
  ASSERT_EQ(came.slices.size(), 2u);
  EXPECT_EQ(came.slices[1].worker, 2u);
  EXPECT_EQ(came.slices[1].workers, 4u);
  EXPECT_EQ(came.slices[1].first_user, 25u);
  EXPECT_EQ(came.slices[1].users, 13u);
}

TEST(CrewTransfer, RefusesOrdersThatEndTooSoon) {
  std::stringstream line;
  save(line, orders());
  std::stringstream half(line.str().substr(0, line.str().size() / 2));
  CrewOrders came;
  EXPECT_THROW(load(half, came), std::runtime_error);
}

template <class T>
std::stringstream longer(const T& value) {
  std::stringstream line;
  save(line, value);
  line.put('\0');
  return line;
}

TEST(CrewTransfer, RefusesWhatIsLongerThanItShouldBe) {
  CrewOrders came;
  auto line = longer(orders());
  EXPECT_THROW(load(line, came), std::runtime_error);
  JoinedCrew joined;
  line = longer(JoinedCrew{"far", 16, 8});
  EXPECT_THROW(load(line, joined), std::runtime_error);
}

template <class Failure>
void expect_failure(const std::exception& failed, ExitCode code) {
  std::stringstream line;
  save_failure(line, failed);
  try {
    std::rethrow_exception(load_failure(line));
  } catch (const Failure& came) {
    EXPECT_STREQ(came.what(), failed.what());
    EXPECT_EQ(code_of(came), code);
  }
}

TEST(CrewTransfer, CarriesWhyACrewFailed) {
  expect_failure<scenario::ScriptError>(scenario::ScriptError("a.lua:3: no"), ExitCode::kUsage);
  expect_failure<Refusal>(Refusal(ExitCode::kUnreachable, "no way"), ExitCode::kUnreachable);
  expect_failure<Refusal>(std::runtime_error("no more"), ExitCode::kUsage);
  expect_failure<Refusal>(Refusal(ExitCode::kInterrupted, "interrupted"), ExitCode::kUsage);
}

TEST(CrewTransfer, CarriesWhoJoins) {
  const JoinedCrew came = carried(JoinedCrew{"far", 16, 8});
  EXPECT_EQ(came.name, "far");
  EXPECT_EQ(came.cores, 16u);
  EXPECT_EQ(came.threads, 8u);
}

TEST(CrewTransfer, CarriesTheTime) {
  const auto at = [](pacing::Duration since_epoch) { return pacing::TimePoint{since_epoch}; };
  const pacing::ClockExchange came = carried(pacing::ClockExchange{at(1s), at(2s), at(3s), at(4s)});
  EXPECT_EQ(came.asked, at(1s));
  EXPECT_EQ(came.received, at(2s));
  EXPECT_EQ(came.answered, at(3s));
  EXPECT_EQ(came.heard, at(4s));
}

TEST(CrewTransfer, CarriesTheBoard) {
  const BoardChanges changes{{3, 5}, {4, users::OnlineBoard::kOffline}};
  EXPECT_EQ(carried(changes), changes);
}

TEST(CrewTransfer, CarriesWhatAMachineTells) {
  CrewAway away;
  away.name = "far";
  away.users = 12;
  away.threads = 2;
  away.cores = 4;
  away.cpu_s = 1.5;
  away.measured_cpu_s = 1.25;
  away.rss_bytes = 1'000'000;
  away.clock_offset = -100'000s;
  away.clock_error = 40us;
  EXPECT_FALSE(carried(away).machine);
  away.machine = machine::Facts{1s, 0.5, 2s, 3s, {1, 2, 3, 4, 5, 6}};
  const CrewAway came = carried(away);
  EXPECT_EQ(came.name, away.name);
  EXPECT_EQ(came.users, away.users);
  EXPECT_EQ(came.threads, away.threads);
  EXPECT_EQ(came.cores, away.cores);
  EXPECT_EQ(came.cpu_s, away.cpu_s);
  EXPECT_EQ(came.measured_cpu_s, away.measured_cpu_s);
  EXPECT_EQ(came.rss_bytes, away.rss_bytes);
  EXPECT_EQ(came.clock_offset, away.clock_offset);
  EXPECT_EQ(came.clock_error, away.clock_error);
  ASSERT_TRUE(came.machine);
  EXPECT_EQ(came.machine->core_wait, 1s);
  EXPECT_EQ(came.machine->stolen_ratio, 0.5);
  EXPECT_EQ(came.machine->clock_step, 2s);
  EXPECT_EQ(came.machine->suspended, 3s);
  EXPECT_EQ(came.machine->network.sent, 1u);
  EXPECT_EQ(came.machine->network.queue_drops, 6u);
}

TEST(CrewOrders, TellGraphsApart) {
  const scenario::FriendsPlan friends{pacing::Distribution::constant(3)};
  const users::SocialGraph one(friends, {}, 50, 1);
  const users::SocialGraph same(friends, {}, 50, 1);
  const users::SocialGraph other(friends, {}, 50, 2);
  EXPECT_EQ(sum_of(one.roster()), sum_of(same.roster()));
  EXPECT_NE(sum_of(one.roster()), sum_of(other.roster()));
}

}  // namespace
}  // namespace throng::play
