#include "loadgen/capacity/chat_inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace throng::capacity {
namespace {

constexpr double kAgreement = 0.01;  // two ways to say one thing may differ by rounding

constexpr Term kTerms[] = {
    {"users", "users", Rule::kPositive, false, "people with an account"},
    {"monthly_users", "users", Rule::kPositive, false, "people active in a month"},
    {"dau", "users", Rule::kPositive, false, "people active on a day"},
    {"concurrent_share", "", Rule::kShare, false, "of these, connected at the busiest moment"},
    {"sessions", "connections/user", Rule::kPositive, false, "devices that a user is online with"},
    {"messages_per_user", "messages/user/day", Rule::kPositive, false, "sent by an active user"},
    {"messages_per_day", "messages/day", Rule::kPositive, false, "sent by all, in place of that"},
    {"message_bytes", "B/message", Rule::kPositive, false, "of a message's text"},
    {"peak_to_mean", "", Rule::kAtLeastOne, false, "busiest moment over the day's mean"},
    {"diurnal", "", Rule::kCurve, false, "the day's curve, in place of that"},
    {"fan_out", "deliveries/message", Rule::kPositive, false, "members that a message goes to"},
    {"direct_share", "", Rule::kShare, false, "of messages, one-to-one, in place of fan_out"},
    {"group_size", "users", Rule::kAtLeastOne, false,
     "members where the others go, sender included"},
    {"receipts", "receipts/delivery", Rule::kPositive, false, "ticks that a delivery gives"},
    {"heartbeat", "s", Rule::kPositive, false, "time between two signs of life of a connection"},
    {"logins_per_user", "logins/user/day", Rule::kPositive, false, "of an active user"},
    {"retention", "years", Rule::kPositive, false, "time that messages are kept"},
    {"key_bytes", "B/message", Rule::kPositive, true, "of a stored message beside its text"},
    {"index_bytes", "B/message", Rule::kPositive, true, "of entries that point to it"},
    {"log_factor", "", Rule::kAtLeastOne, false,
     "room for the write-ahead log: stored bytes with it over without"},
    {"compaction_factor", "", Rule::kAtLeastOne, false,
     "room for compaction: disk kept over what is alive"},
    {"replicas", "", Rule::kAtLeastOne, false, "copies of everything"},
    {"wire_bytes", "B/message", Rule::kPositive, true,
     "through the server's sockets for a message, its deliveries and receipts"},
    {"memory_per_connection", "B/connection", Rule::kPositive, true, "of the server"},
    {"cpu_per_message", "us/message", Rule::kPositive, true,
     "of the server's cores for a message, its deliveries and receipts"},
    {"node_memory", "GB/machine", Rule::kPositive, false, "of a machine"},
    {"node_disk", "TB/machine", Rule::kPositive, false, "of a machine"},
    {"node_cores", "cores/machine", Rule::kPositive, false, "of a machine"},
    {"node_network", "Gbit/s/machine", Rule::kPositive, false, "of a machine"},
    {"node_price", "USD/machine/month|EUR/machine/month", Rule::kPositive, false, "of a machine"},
    {"disk_price", "USD/TB/month|EUR/TB/month", Rule::kPositive, false,
     "of what is stored, where machines' prices don't have it"},
    {"traffic_price", "USD/GB|EUR/GB", Rule::kPositive, false, "of what goes through sockets"},
    {"headroom", "", Rule::kShare, false,
     "of a machine, kept free at the busiest moment: for growth and uneven load"},
    {"spare_machines", "machines", Rule::kPositive, false, "that may be down"},
    {"zones", "", Rule::kSeveral, false, "that machines are spread over; one of them may be lost"},
    {"slo", "s", Rule::kPositive, false, "the time within which 99% of deliveries are to come"},
};

[[noreturn]] void contradict(const Variable& a, const Variable& b, const char* how) {
  throw std::invalid_argument(fmt::format("{} ({}, {}) {} {} ({}, {})", a.name, a.text, a.origin,
                                          how, b.name, b.text, b.origin));
}

void check_not_above(const Inputs& inputs, const char* less, const char* more) {
  const Variable* a = inputs.find(less);
  const Variable* b = inputs.find(more);
  if (a != nullptr && b != nullptr && a->low > b->high) contradict(*a, *b, "is more than");
}

void check_not_both(const Inputs& inputs, const char* one_way, const char* other_way) {
  const Variable* a = inputs.find(one_way);
  const Variable* b = inputs.find(other_way);
  if (a != nullptr && b != nullptr) contradict(*a, *b, "says the same as");
}

void check_headroom(const Inputs& inputs) {
  const Variable* headroom = inputs.find("headroom");
  if (headroom == nullptr || headroom->high < 1) return;
  throw std::invalid_argument(fmt::format("headroom ({}, {}) leaves nothing of a machine to use",
                                          headroom->text, headroom->origin));
}

bool disagree(double a, double b) { return std::abs(a - b) > kAgreement * std::max(a, b); }

void check_messages(const Inputs& inputs) {
  const Variable* all = inputs.find("messages_per_day");
  const Variable* users = inputs.find("dau");
  const Variable* each = inputs.find("messages_per_user");
  if (all == nullptr || users == nullptr || each == nullptr) return;
  const double product = users->distribution.mean() * each->distribution.mean();
  if (disagree(all->distribution.mean(), product)) {
    contradict(*all, *each, "isn't dau times");
  }
}

}  // namespace

std::span<const Term> chat_terms() { return kTerms; }

void check_chat_inputs(const Inputs& inputs) {
  check_not_above(inputs, "dau", "monthly_users");
  check_not_above(inputs, "dau", "users");
  check_not_above(inputs, "monthly_users", "users");
  check_not_both(inputs, "peak_to_mean", "diurnal");
  check_not_both(inputs, "fan_out", "direct_share");
  check_not_both(inputs, "fan_out", "group_size");
  check_messages(inputs);
  check_headroom(inputs);
}

Expression unit_of(const char* unit) {
  return Expression::constant({1, parse_unit(unit).dimension}, "");
}

Expression chat_fan_out(const Inputs& inputs) {
  if (inputs.find("fan_out") != nullptr) return inputs.get("fan_out");
  if (inputs.find("group_size") == nullptr && inputs.find("direct_share") == nullptr) {
    return inputs.get("fan_out");
  }
  const Expression direct = inputs.get("direct_share");
  const Expression alone = Expression::constant({1, {}}, "1");
  const Expression others =
      (inputs.get("group_size") - unit_of("users")) * unit_of("deliveries/message/user");
  return direct * unit_of("deliveries/message") + (alone - direct) * others;
}

}  // namespace throng::capacity
