#include "loadgen/simulate/world_script.hpp"

#include <array>
#include <string_view>

#include "loadgen/scenario/interpreter.hpp"
#include "loadgen/scenario/script.hpp"
#include "loadgen/scenario/source.hpp"
#include "loadgen/simulate/fault_script.hpp"
#include "loadgen/simulate/fleet_script.hpp"
#include "loadgen/simulate/world_fields.hpp"
#include "loadgen/simulate/world_files.hpp"

namespace throng::simulate {
namespace {

using pacing::Distribution;
using scenario::check_count;
using scenario::check_keys;
using scenario::Field;
using scenario::guarded;
using scenario::Interpreter;
using scenario::Name;
using scenario::push_field;
using scenario::push_table;

constexpr std::uint64_t kMostCores = 1'024;

constexpr std::array kWorldKeys = {"balancer", "clients", "faults",  "inside", "network",
                                   "node",     "nodes",   "regions", "ways",   "zones"};
constexpr std::array kNodeKeys = {"cores", "disk"};
constexpr std::array kDiskKeys = {"record", "sync"};
constexpr std::array kNetworkKeys = {"bandwidth", "latency", "loss", "retransmit"};
constexpr std::array kClientKeys = {"backoff", "backoff_cap"};

struct Cost {
  const char* key;
  Distribution CostProfile::*value;
};
constexpr Cost kCosts[] = {
    {"delivery", &CostProfile::delivery}, {"heartbeat", &CostProfile::heartbeat},
    {"history", &CostProfile::history},   {"login", &CostProfile::login},
    {"message", &CostProfile::message},   {"missed", &CostProfile::missed},
    {"receipt", &CostProfile::receipt},   {"relay", &CostProfile::relay},
};
constexpr std::array kCostKeys = {"delivery", "heartbeat", "history", "login", "message",
                                  "missed",   "receipt",   "relay",   "source"};

/// What a file makes of a world.
struct Declared {
  World& world;
  bool has_world = false;
  bool has_costs = false;
};

Declared& declared_by(lua_State* state) {
  return *static_cast<Declared*>(lua_touserdata(state, lua_upvalueindex(1)));
}

// ---- world ----

void take_node(lua_State* state, World& world) {
  const Field node = push_table(state, 1, "node", Name{"world", "node"}, kNodeKeys);
  if (!node) return;
  if (const Field cores = push_field(state, node.index, "cores", Name{"world", "node.cores"})) {
    world.cores = static_cast<unsigned>(check_count(state, cores.index, cores.name, 1, kMostCores));
  }
  const Field disk = push_table(state, node.index, "disk", Name{"world", "node.disk"}, kDiskKeys);
  if (!disk) return;
  take_distribution(push_field(state, disk.index, "sync", Name{"world", "node.disk.sync"}),
                    world.disk.sync);
  take_distribution(push_field(state, disk.index, "record", Name{"world", "node.disk.record"}),
                    world.disk.record);
}

void take_network(lua_State* state, NetworkModel& network) {
  const Field table = push_table(state, 1, "network", Name{"world", "network"}, kNetworkKeys);
  if (!table) return;
  take_distribution(push_field(state, table.index, "latency", Name{"world", "network.latency"}),
                    network.latency);
  take_number(push_field(state, table.index, "loss", Name{"world", "network.loss"}), network.loss,
              0, NetworkModel::kMostLoss, "from 0 to 0.9");
  take_bandwidth(push_field(state, table.index, "bandwidth", Name{"world", "network.bandwidth"}),
                 network);
  take_seconds(push_field(state, table.index, "retransmit", Name{"world", "network.retransmit"}),
               network.retransmit_after);
}

void take_clients(lua_State* state, ClientModel& clients) {
  const Field table = push_table(state, 1, "clients", Name{"world", "clients"}, kClientKeys);
  if (!table) return;
  take_seconds(push_field(state, table.index, "backoff", Name{"world", "clients.backoff"}),
               clients.backoff);
  take_seconds(push_field(state, table.index, "backoff_cap", Name{"world", "clients.backoff_cap"}),
               clients.backoff_cap);
  if (clients.backoff <= pacing::Duration::zero()) {
    luaL_error(state, "world: clients.backoff must be above 0");
  }
  if (clients.backoff > clients.backoff_cap) {
    luaL_error(state, "world: clients.backoff must be at most clients.backoff_cap, %f s",
               pacing::to_seconds(clients.backoff_cap));
  }
}

void check_table(lua_State* state, const char* function, std::span<const char* const> known) {
  if (lua_type(state, 1) != LUA_TTABLE) {
    luaL_error(state, "%s takes a table: %s { … }", function, function);
  }
  lua_settop(state, 1);
  luaL_checkstack(state, 64, nullptr);  // each field stays on it
  check_keys(state, 1, function, known);
}

// world { node = { … }, … }
int declare_world(lua_State* state) {
  World& world = declared_by(state).world;
  declared_by(state).has_world = true;
  check_table(state, "world", kWorldKeys);
  take_node(state, world);
  take_network(state, world.network);
  take_clients(state, world.clients);
  take_fleet(state, world.fleet);
  take_faults(state, world);
  return 0;
}

// costs { source = "…", message = … }
int declare_costs(lua_State* state) {
  CostProfile& costs = declared_by(state).world.costs;
  declared_by(state).has_costs = true;
  check_table(state, "costs", kCostKeys);
  for (const Cost& cost : kCosts) {
    take_distribution(push_field(state, 1, cost.key, Name{"costs", cost.key}), costs.*cost.value);
  }
  const Field source = require(push_field(state, 1, "source", Name{"costs", "source"}));
  if (lua_type(state, source.index) != LUA_TSTRING) {
    reject(state, source.index, source.name, "a text that says where the figures come from");
  }
  const char* text = lua_tostring(state, source.index);
  guarded(state, [&] { costs.source = text; });
  return 0;
}

void define(lua_State* state, Declared& declared, const char* name, lua_CFunction function) {
  lua_pushlightuserdata(state, &declared);
  lua_pushcclosure(state, function, 1);
  lua_setglobal(state, name);
}

Declared run(const scenario::Source& source, World& world) {
  Declared declared{.world = world};
  scenario::Declaration unused{.source = source};
  Interpreter interpreter{unused, nullptr};
  scenario::open_values(interpreter.main());
  define(interpreter.main(), declared, "world", declare_world);
  define(interpreter.main(), declared, "costs", declare_costs);
  interpreter.load();
  return declared;
}

void run_world(const scenario::Source& source, World& world) {
  const Declared declared = run(source, world);
  if (declared.has_world || declared.has_costs) return;
  throw scenario::ScriptError(source.path + ":1: it calls neither world { … } nor costs { … }");
}

void run_costs(const scenario::Source& source, World& world) {
  if (run(source, world).has_costs) return;
  throw scenario::ScriptError(source.path + ":1: it doesn't call costs { … }");
}

scenario::Source built_in(const char* name, std::string_view text) {
  return {.path = std::string("scenarios/worlds/") + name + ".lua",
          .name = name,
          .text = std::string(text),
          .sha256 = {},
          .args = {}};
}

World empty_world() {
  const Distribution nothing = Distribution::constant(0);
  return {.name = {},
          .fleet = {},
          .costs = {.source = {},
                    .login = nothing,
                    .message = nothing,
                    .delivery = nothing,
                    .receipt = nothing,
                    .heartbeat = nothing,
                    .missed = nothing,
                    .history = nothing},
          .disk = {nothing, nothing},
          .network = {.latency = nothing, .retransmit_after = std::chrono::milliseconds(200)},
          .clients = {},
          .faults = {}};
}

}  // namespace

World load_world(const std::string& world_file, const std::string& costs_file) {
  World world = empty_world();
  run(built_in("reference_costs", kReferenceCosts), world);
  run(built_in("one_node", kOneNode), world);
  world.name = "one_node";
  if (!world_file.empty()) {
    const scenario::Source source = scenario::read_source(world_file, {});
    run_world(source, world);
    world.name = source.name;
  }
  if (!costs_file.empty()) run_costs(scenario::read_source(costs_file, {}), world);
  return world;
}

}  // namespace throng::simulate
