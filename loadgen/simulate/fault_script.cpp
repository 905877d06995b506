#include "loadgen/simulate/fault_script.hpp"

#include <array>
#include <cstring>
#include <utility>

#include "loadgen/scenario/interpreter.hpp"
#include "loadgen/simulate/world_fields.hpp"

namespace throng::simulate {
namespace {

using pacing::Distribution;
using scenario::check_count;
using scenario::check_keys;
using scenario::Field;
using scenario::guarded;
using scenario::Name;
using scenario::push_field;

constexpr std::uint64_t kMostTimes = 10'000;
/// A day, in seconds.
constexpr double kMostClockOff = 86'400;

constexpr std::array kFaultKeys = {"at", "by", "lasts", "node", "share", "times", "what", "zone"};

FaultKind check_kind(const Field& field) {
  constexpr std::pair<const char*, FaultKind> kKinds[] = {
      {"node_dies", FaultKind::kNodeDies},       {"disk_slows", FaultKind::kDiskSlows},
      {"partition", FaultKind::kPartition},      {"zone_lost", FaultKind::kZoneLost},
      {"nodes_parted", FaultKind::kNodesParted}, {"clock_off", FaultKind::kClockOff}};
  const char* given = lua_tostring(field.state, field.index);
  for (const auto& [name, kind] : kKinds) {
    if (given != nullptr && std::strcmp(given, name) == 0) return kind;
  }
  reject(field.state, field.index, field.name,
         "node_dies, disk_slows, partition, zone_lost, nodes_parted or clock_off");
}

void check_belongs(const Field& field, bool belongs, const char* kind) {
  if (!field || belongs) return;
  luaL_error(field.state, "%s: %s belongs to %s", field.name.function, field.name.value, kind);
}

void take_by(const Field& field, FaultPlan& fault) {
  const bool slows = fault.kind == FaultKind::kDiskSlows;
  const bool is_clock = fault.kind == FaultKind::kClockOff;
  check_belongs(field, slows || is_clock, "disk_slows and clock_off");
  if (slows) take_number(require(field), fault.by, 1, 1e6, "from 1 to 1 million");
  if (is_clock)
    take_number(require(field), fault.by, -kMostClockOff, kMostClockOff, "from -86400 to 86400 s");
}

// One of so many, counted from 1.
void take_index(const Field& field, std::uint32_t most, std::optional<std::uint32_t>& out) {
  if (!field) return;
  out = static_cast<std::uint32_t>(check_count(field.state, field.index, field.name, 1, most)) - 1;
}

void take_place(const Field& node, const Field& zone, const FleetModel& fleet, FaultPlan& fault) {
  check_belongs(node, is_of_node(fault.kind), "faults of one node");
  check_belongs(zone, fault.kind == FaultKind::kZoneLost, "zone_lost");
  take_index(node, fleet.nodes, fault.node);
  take_index(zone, fleet.zones, fault.zone);
}

void take_share(const Field& field, FaultPlan& fault) {
  check_belongs(field, fault.kind == FaultKind::kPartition, "partition");
  take_number(field, fault.share, 0, 1, "from 0 to 1");
}

// { what = "node_dies", at = "8s", lasts = "3s" } at `table`.
void take_fault(lua_State* state, int table, const FleetModel& fleet, FaultPlan& fault) {
  const auto field = [&](const char* key, const char* full_name) {
    return push_field(state, table, key, Name{"world", full_name});
  };
  fault.kind = check_kind(require(field("what", "faults: what")));
  take_distribution(require(field("lasts", "faults: lasts")), fault.lasts);
  if (const Field at = field("at", "faults: at")) fault.at = pacing::from_seconds(at.seconds());
  if (const Field times = field("times", "faults: times")) {
    fault.times =
        static_cast<std::uint32_t>(check_count(state, times.index, times.name, 1, kMostTimes));
  }
  take_place(field("node", "faults: node"), field("zone", "faults: zone"), fleet, fault);
  take_by(field("by", "faults: by"), fault);
  take_share(field("share", "faults: share"), fault);
}

}  // namespace

void take_faults(lua_State* state, World& world) {
  for_each_listed(
      state, Name{"world", "faults"}, "a list of { what = …, at = …, lasts = … }", [&](int table) {
        check_keys(state, table, "world: faults", kFaultKeys);
        FaultPlan* fault = nullptr;
        guarded(state, [&] {
          fault =
              &world.faults.emplace_back(FaultPlan{.at = {}, .lasts = Distribution::constant(0)});
        });
        take_fault(state, table, world.fleet, *fault);
      });
}

}  // namespace throng::simulate
