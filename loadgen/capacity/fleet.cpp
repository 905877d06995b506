#include "loadgen/capacity/fleet.hpp"

#include "loadgen/capacity/chat_inputs.hpp"

namespace throng::capacity {
namespace {

Expression plain_one() { return Expression::constant({1, {}}, "1"); }

Expression machines_for(const Expression& load, const Expression& each, const Inputs& inputs) {
  return rounded_up(load / (each * (plain_one() - inputs.get("headroom"))));
}

// A part of the price that nobody gave a price for is part of the machines'.
Expression price(const Inputs& inputs, const FleetLoad& load, const Expression& fleet) {
  Expression all = fleet * inputs.get("node_price");
  if (!all.is_known()) return all;
  if (inputs.find("disk_price") != nullptr) all = all + load.disk * inputs.get("disk_price");
  if (inputs.find("traffic_price") != nullptr) {
    all = all + load.network * load.mean_share * inputs.get("traffic_price");
  }
  return all;
}

}  // namespace

const char* currency_of(const Inputs& inputs) {
  const Variable* given = inputs.find("node_price");
  return given != nullptr && given->unit.dimension.power(Base::kEur) != 0 ? "EUR" : "USD";
}

void add_fleet(FigureList& figures, const Inputs& inputs, const FleetLoad& load) {
  const Expression service_time =
      figures.add("cpu_of_a_message", "us/message", load.cores / unit_of("cores") / load.messages);
  const Expression carried_by_one = figures.add(
      "cores_carried", "cores/machine",
      carried(inputs.get("node_cores"), inputs.get("slo") / (service_time * unit_of("messages"))));
  Expression most =
      figures.add("fleet_for_cores", "machines", machines_for(load.cores, carried_by_one, inputs));
  const struct {
    const char* name;
    const Expression& load;
    const char* part;
  } rows[] = {{"fleet_for_memory", load.memory, "node_memory"},
              {"fleet_for_disk", load.disk, "node_disk"},
              {"fleet_for_network", load.network, "node_network"}};
  for (const auto& row : rows) {
    most = larger(most, figures.add(row.name, "machines",
                                    machines_for(row.load, inputs.get(row.part), inputs)));
  }
  const Expression at_peak = figures.add("fleet_at_peak", "machines", most);
  const Expression with_spare =
      figures.add("fleet_with_spare", "machines", at_peak + inputs.get("spare_machines"));
  const Expression zones = inputs.get("zones");
  const Expression fleet =
      figures.add("fleet", "machines", zones * rounded_up(with_spare / (zones - plain_one())));
  const bool euros = std::string_view(currency_of(inputs)) == "EUR";
  figures.add("fleet_price_per_month", euros ? "EUR/month" : "USD/month",
              price(inputs, load, fleet));
}

}  // namespace throng::capacity
