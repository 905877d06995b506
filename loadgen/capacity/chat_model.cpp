#include "loadgen/capacity/chat_model.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>
#include <utility>

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
    {"node_price", "USD/machine/month|EUR/machine/month", Rule::kPositive, false, "of a machine"},
    {"slo", "s", Rule::kPositive, false, "the time within which 99% of deliveries are to come"},
};

Expression one(const char* unit) {
  return Expression::constant({1, parse_unit(unit).dimension}, "");
}

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

/// The figures that follow, each made of those before it.
class ChatFigures {
 public:
  ChatFigures(const Inputs& inputs, const Measured& measured)
      : inputs_(inputs), measured_(measured) {}

  std::vector<Figure> make() && {
    load();
    events();
    storage();
    network();
    resources();
    machines();
    latency();
    return std::move(figures_);
  }

 private:
  Expression in(const char* name) const { return inputs_.get(name); }

  Expression add(const char* name, const char* unit, const Expression& expression) {
    Unit shown = parse_unit(unit);
    if (!(shown.dimension == expression.dimension())) {
      throw std::logic_error{fmt::format("capacity: {} isn't in {}", name, unit)};
    }
    figures_.push_back({name, std::move(shown), expression});
    return expression.named(name);
  }

  // What was measured counts before what was assumed.
  Expression of_service(const char* measured_name, const Expression& assumed) const {
    const Expression measured = measured_(measured_name);
    if (measured.is_known()) return measured;
    if (assumed.is_known()) return assumed;
    return Expression::unknown(assumed.dimension(),
                               fmt::format("{} or {}", fmt::join(assumed.needs(), " and "),
                                           fmt::join(measured.needs(), " and ")));
  }

  Expression messages_per_day() const {
    if (inputs_.find("messages_per_day") != nullptr) return in("messages_per_day");
    return in("dau") * in("messages_per_user");
  }

  Expression peak_to_mean() const {
    return inputs_.find("diurnal") != nullptr ? in("diurnal") : in("peak_to_mean");
  }

  void load() {
    const Expression people = add("concurrent_users", "users", in("dau") * in("concurrent_share"));
    connections_ = add("connections", "connections", people * in("sessions"));
    mean_ = add("messages_per_day", "messages/day", messages_per_day());
    add("messages_per_s", "messages/s", mean_);
    peak_ = add("messages_per_s_peak", "messages/s", mean_ * peak_to_mean());
  }

  void events() {
    const Expression fan_out =
        add("deliveries_per_message", "deliveries/message", chat_fan_out(inputs_));
    deliveries_ = add("deliveries_per_s_peak", "deliveries/s", peak_ * fan_out);
    const Expression receipts =
        add("receipts_per_s_peak", "receipts/s", deliveries_ * in("receipts"));
    const Expression heartbeats =
        add("heartbeats_per_s", "heartbeats/s",
            connections_ * one("heartbeats/connection") / in("heartbeat"));
    add("events_per_s_peak", "/s",
        peak_ / one("messages") + deliveries_ / one("deliveries") + receipts / one("receipts") +
            heartbeats / one("heartbeats"));
  }

  void storage() {
    const Expression payload = add("payload_per_day", "B/day", mean_ * in("message_bytes"));
    add("payload_total", "B", payload * in("retention"));
    const Expression stored =
        add("stored_per_message", "B/message",
            of_service("disk_bytes_per_message",
                       in("message_bytes") + in("key_bytes") + in("index_bytes")));
    const Expression once = add("stored_once_per_day", "B/day", mean_ * stored);
    const Expression logged = add("stored_with_log_per_day", "B/day", once * in("log_factor"));
    const Expression room =
        add("stored_with_compaction_per_day", "B/day", logged * in("compaction_factor"));
    const Expression all = add("stored_per_day", "B/day", room * in("replicas"));
    disk_ = add("stored_total", "B", all * in("retention"));
  }

  void network() {
    const Expression copies = peak_ + deliveries_ * one("messages/delivery");
    add("payload_network_peak", "Gbit/s", copies * in("message_bytes"));
    add("network_peak", "Gbit/s", peak_ * of_service("wire_bytes_per_message", in("wire_bytes")));
  }

  void resources() {
    memory_ = add("memory", "B",
                  connections_ * of_service("memory_per_connection", in("memory_per_connection")));
    cores_ = add("cores_peak", "cores",
                 peak_ * of_service("cpu_per_message", in("cpu_per_message")) * one("cores"));
  }

  // Bounds from below: no room for failures, growth or hot spots.
  void machines() {
    const Expression for_memory =
        add("machines_for_memory", "machines", rounded_up(memory_ / in("node_memory")));
    const Expression for_disk =
        add("machines_for_disk", "machines", rounded_up(disk_ / in("node_disk")));
    const Expression for_cores =
        add("machines_for_cores", "machines", rounded_up(cores_ / in("node_cores")));
    const Expression most =
        add("machines", "machines", larger(larger(for_memory, for_disk), for_cores));
    const Variable* price = inputs_.find("node_price");
    const bool euros = price != nullptr && price->unit.dimension.power(Base::kEur) != 0;
    add("price_per_month", euros ? "EUR/month" : "USD/month", most * in("node_price"));
  }

  void latency() {
    add("send_p99", "ms", measured_("send_p99"));
    const Expression deliver = add("deliver_p99", "ms", measured_("deliver_p99"));
    add("slo_used", "%", deliver / in("slo"));
  }

  const Inputs& inputs_;
  const Measured& measured_;
  std::vector<Figure> figures_;
  // Made on the way
  Expression connections_ = one("connections");
  Expression mean_ = one("messages/s");
  Expression peak_ = one("messages/s");
  Expression deliveries_ = one("deliveries/s");
  Expression memory_ = one("B");
  Expression disk_ = one("B");
  Expression cores_ = one("cores");
};

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
}

Expression chat_fan_out(const Inputs& inputs) {
  if (inputs.find("fan_out") != nullptr) return inputs.get("fan_out");
  if (inputs.find("group_size") == nullptr && inputs.find("direct_share") == nullptr) {
    return inputs.get("fan_out");
  }
  const Expression direct = inputs.get("direct_share");
  const Expression alone = Expression::constant({1, {}}, "1");
  const Expression others =
      (inputs.get("group_size") - one("users")) * one("deliveries/message/user");
  return direct * one("deliveries/message") + (alone - direct) * others;
}

std::vector<Figure> chat_figures(const Inputs& inputs, const Measured& measured) {
  return ChatFigures(inputs, measured).make();
}

}  // namespace throng::capacity
