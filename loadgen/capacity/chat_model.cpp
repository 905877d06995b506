#include "loadgen/capacity/chat_model.hpp"

#include <fmt/format.h>

#include <utility>

#include "loadgen/capacity/figure_list.hpp"
#include "loadgen/capacity/fleet.hpp"

namespace throng::capacity {
namespace {

/// The figures that follow, each made of those before it.
class ChatFigures {
 public:
  ChatFigures(const Inputs& inputs, const Known& known) : inputs_(inputs), known_(known) {}

  std::vector<Figure> make() && {
    load();
    events();
    storage();
    network();
    resources();
    machines();
    add_fleet(figures_, inputs_,
              {peak_, unit_of("") / peak_to_mean(), cores_, memory_, disk_, network_});
    latency();
    return std::move(figures_).take();
  }

 private:
  Expression in(const char* name) const { return inputs_.get(name); }

  Expression add(const char* name, const char* unit, const Expression& expression) {
    return figures_.add(name, unit, expression);
  }

  // What was measured counts before what was assumed.
  Expression of_service(const char* measured_name, const Expression& assumed) const {
    const Expression measured = known_.measured(measured_name);
    if (measured.is_known()) return measured;
    if (assumed.is_known()) return assumed;
    return Expression::unknown(assumed.dimension(),
                               fmt::format("{} or {}", fmt::join(assumed.needs(), " and "),
                                           fmt::join(measured.needs(), " and ")));
  }

  // A fit knows all that the load does; figures of single runs only loads like theirs.
  Expression by_fit_or(std::string_view resource, const Rates& rates, const char* unit,
                       const Expression& otherwise) const {
    const Expression fitted = known_.fitted(resource, rates) * unit_of(unit);
    return fitted.is_known() ? fitted : otherwise;
  }

  // Where texts go to each receiver, too, or are only kept.
  Rates rates(bool delivered) const {
    const Expression text = delivered ? peak_ + deliveries_ * unit_of("messages/delivery") : peak_;
    return {{Feature::kMessages, peak_},          {Feature::kDeliveries, deliveries_},
            {Feature::kReceipts, receipts_},      {Feature::kText, text * in("message_bytes")},
            {Feature::kHeartbeats, heartbeats_},  {Feature::kLogins, logins_},
            {Feature::kConnections, connections_}};
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
    receipts_ = add("receipts_per_s_peak", "receipts/s", deliveries_ * in("receipts"));
    heartbeats_ = add("heartbeats_per_s", "heartbeats/s",
                      connections_ * unit_of("heartbeats/connection") / in("heartbeat"));
    logins_ =
        add("logins_per_s_peak", "logins/s", in("dau") * in("logins_per_user") * peak_to_mean());
    add("events_per_s_peak", "/s",
        peak_ / unit_of("messages") + deliveries_ / unit_of("deliveries") +
            receipts_ / unit_of("receipts") + heartbeats_ / unit_of("heartbeats"));
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
    const Expression copies = peak_ + deliveries_ * unit_of("messages/delivery");
    add("payload_network_peak", "Gbit/s", copies * in("message_bytes"));
    network_ = add("network_peak", "Gbit/s",
                   by_fit_or("wire", rates(true), "",
                             peak_ * of_service("wire_bytes_per_message", in("wire_bytes"))));
    add("disk_written_peak", "MB/s", known_.fitted("disk", rates(false)));
  }

  void resources() {
    const Expression each = of_service("memory_per_connection", in("memory_per_connection"));
    memory_ = add("memory", "B", by_fit_or("memory", rates(true), "", connections_ * each));
    const Expression cpu = of_service("cpu_per_message", in("cpu_per_message"));
    cores_ = add("cores_peak", "cores",
                 by_fit_or("cpu", rates(true), "cores", peak_ * cpu * unit_of("cores")));
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
    const std::string price = std::string(currency_of(inputs_)) + "/month";
    add("price_per_month", price.c_str(), most * in("node_price"));
  }

  void latency() {
    add("send_p99", "ms", known_.measured("send_p99"));
    const Expression deliver = add("deliver_p99", "ms", known_.measured("deliver_p99"));
    add("slo_used", "%", deliver / in("slo"));
  }

  const Inputs& inputs_;
  const Known& known_;
  FigureList figures_;
  // Made on the way
  Expression connections_ = unit_of("connections");
  Expression mean_ = unit_of("messages/s");
  Expression peak_ = unit_of("messages/s");
  Expression deliveries_ = unit_of("deliveries/s");
  Expression receipts_ = unit_of("receipts/s");
  Expression heartbeats_ = unit_of("heartbeats/s");
  Expression logins_ = unit_of("logins/s");
  Expression network_ = unit_of("B/s");
  Expression memory_ = unit_of("B");
  Expression disk_ = unit_of("B");
  Expression cores_ = unit_of("cores");
};

}  // namespace

std::vector<Figure> chat_figures(const Inputs& inputs, const Known& known) {
  return ChatFigures(inputs, known).make();
}

}  // namespace throng::capacity
