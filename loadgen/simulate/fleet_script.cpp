#include "loadgen/simulate/fleet_script.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include "loadgen/scenario/interpreter.hpp"
#include "loadgen/simulate/world_fields.hpp"

namespace throng::simulate {
namespace {

using scenario::check_count;
using scenario::check_keys;
using scenario::Field;
using scenario::guarded;
using scenario::Name;
using scenario::push_field;
using scenario::push_table;

constexpr std::uint64_t kMostNodes = 256;
/// What shares that should come to 1 may be away from it.
constexpr double kShareSlack = 1e-6;

constexpr std::array kInsideKeys = {"bandwidth", "latency"};
constexpr std::array kBalancerKeys = {"check", "policy"};
constexpr std::array kRegionKeys = {"name", "nodes", "share"};
constexpr std::array kWayKeys = {"from", "latency", "to"};

void take_index(const Field& field, std::uint64_t most, std::uint32_t& out) {
  if (!field) return;
  out = static_cast<std::uint32_t>(check_count(field.state, field.index, field.name, 1, most));
}

void take_inside(lua_State* state, NetworkModel& inside) {
  const Field table = push_table(state, 1, "inside", Name{"world", "inside"}, kInsideKeys);
  if (!table) return;
  take_distribution(push_field(state, table.index, "latency", Name{"world", "inside.latency"}),
                    inside.latency);
  take_bandwidth(push_field(state, table.index, "bandwidth", Name{"world", "inside.bandwidth"}),
                 inside);
}

// ---- Balancer ----

void take_policy(const Field& field, BalancerPolicy& policy) {
  constexpr std::pair<const char*, BalancerPolicy> kPolicies[] = {
      {"round_robin", BalancerPolicy::kRoundRobin},
      {"least_connections", BalancerPolicy::kLeastConnections},
      {"hash", BalancerPolicy::kHash}};
  if (!field) return;
  const char* given = lua_tostring(field.state, field.index);
  for (const auto& [name, known] : kPolicies) {
    if (given != nullptr && std::strcmp(given, name) == 0) {
      policy = known;
      return;
    }
  }
  reject(field.state, field.index, field.name, "round_robin, least_connections or hash");
}

void take_balancer(lua_State* state, FleetModel& fleet) {
  const Field table = push_table(state, 1, "balancer", Name{"world", "balancer"}, kBalancerKeys);
  if (!table) return;
  take_policy(push_field(state, table.index, "policy", Name{"world", "balancer.policy"}),
              fleet.policy);
  take_seconds(push_field(state, table.index, "check", Name{"world", "balancer.check"}),
               fleet.check);
}

// ---- Regions ----

const char* check_text(const Field& field) {
  require(field);
  if (lua_type(field.state, field.index) == LUA_TSTRING) {
    return lua_tostring(field.state, field.index);
  }
  reject(field.state, field.index, field.name, "a name");
}

// { name = "europe", share = 0.6, nodes = 4 } at `table`.
void take_region(lua_State* state, int table, FleetModel& fleet) {
  check_keys(state, table, "world: regions", kRegionKeys);
  const char* name = check_text(push_field(state, table, "name", Name{"world", "regions: name"}));
  const Field share = push_field(state, table, "share", Name{"world", "regions: share"});
  const Field nodes = push_field(state, table, "nodes", Name{"world", "regions: nodes"});
  Region* region = nullptr;
  guarded(state, [&] { region = &fleet.regions.emplace_back(Region{.name = name}); });
  take_number(require(share), region->share, 0, 1, "from 0 to 1");
  take_index(require(nodes), fleet.nodes, region->nodes);
}

void check_regions(lua_State* state, const FleetModel& fleet) {
  if (fleet.regions.empty()) return;
  double shares = 0;
  NodeIndex nodes = 0;
  for (const Region& region : fleet.regions) {
    shares += region.share;
    nodes += region.nodes;
    if (std::ranges::count(fleet.regions, region.name, &Region::name) > 1) {
      luaL_error(state, "world: there are two regions %s", region.name.c_str());
    }
  }
  if (nodes != fleet.nodes) {
    luaL_error(state, "world: regions have %d nodes, but nodes is %d", static_cast<int>(nodes),
               static_cast<int>(fleet.nodes));
  }
  if (std::abs(shares - 1) > kShareSlack) {
    luaL_error(state, "world: the shares of regions come to %f, not to 1", shares);
  }
}

RegionIndex check_region(const Field& field, const FleetModel& fleet) {
  const char* name = check_text(field);
  const auto at = std::ranges::find(fleet.regions, name, &Region::name);
  if (at != fleet.regions.end()) return static_cast<RegionIndex>(at - fleet.regions.begin());
  reject(field.state, field.index, field.name, "the name of a region");
}

// { from = "europe", to = "asia", latency = "80ms" } at `table`.
void take_way(lua_State* state, int table, FleetModel& fleet) {
  check_keys(state, table, "world: ways", kWayKeys);
  const Field from = push_field(state, table, "from", Name{"world", "ways: from"});
  const Field to = push_field(state, table, "to", Name{"world", "ways: to"});
  const RegionIndex one = check_region(from, fleet);
  const RegionIndex other = check_region(to, fleet);
  if (one == other) reject(state, to.index, to.name, "another region than from");
  const Field latency = push_field(state, table, "latency", Name{"world", "ways: latency"});
  Way* way = nullptr;
  guarded(state, [&] {
    way = &fleet.ways.emplace_back(
        Way{.one = one, .other = other, .latency = pacing::Distribution::constant(0)});
  });
  take_distribution(require(latency), way->latency);
}

}  // namespace

void take_fleet(lua_State* state, FleetModel& fleet) {
  take_index(push_field(state, 1, "nodes", Name{"world", "nodes"}), kMostNodes, fleet.nodes);
  take_index(push_field(state, 1, "zones", Name{"world", "zones"}), fleet.nodes, fleet.zones);
  take_inside(state, fleet.inside);
  take_balancer(state, fleet);
  for_each_listed(state, Name{"world", "regions"}, "a list of { name = …, share = …, nodes = … }",
                  [&](int table) { take_region(state, table, fleet); });
  check_regions(state, fleet);
  for_each_listed(state, Name{"world", "ways"}, "a list of { from = …, to = …, latency = … }",
                  [&](int table) { take_way(state, table, fleet); });
}

}  // namespace throng::simulate
