#include "loadgen/simulate/world_script.hpp"

#include <array>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "loadgen/scenario/fields.hpp"
#include "loadgen/scenario/interpreter.hpp"
#include "loadgen/scenario/script.hpp"
#include "loadgen/scenario/source.hpp"
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
constexpr std::uint64_t kMostTimes = 10'000;

constexpr std::array kWorldKeys = {"clients", "faults", "network", "node"};
constexpr std::array kNodeKeys = {"cores", "disk"};
constexpr std::array kDiskKeys = {"record", "sync"};
constexpr std::array kNetworkKeys = {"latency", "loss", "retransmit"};
constexpr std::array kClientKeys = {"backoff", "backoff_cap"};
constexpr std::array kFaultKeys = {"at", "by", "lasts", "share", "times", "what"};

struct Cost {
  const char* key;
  Distribution CostProfile::*value;
};
constexpr Cost kCosts[] = {
    {"delivery", &CostProfile::delivery}, {"heartbeat", &CostProfile::heartbeat},
    {"history", &CostProfile::history},   {"login", &CostProfile::login},
    {"message", &CostProfile::message},   {"missed", &CostProfile::missed},
    {"receipt", &CostProfile::receipt},
};
constexpr std::array kCostKeys = {"delivery", "heartbeat", "history", "login",
                                  "message",  "missed",    "receipt", "source"};

/// What a file makes of a world.
struct Declared {
  World& world;
  bool has_world = false;
  bool has_costs = false;
};

Declared& declared_by(lua_State* state) {
  return *static_cast<Declared*>(lua_touserdata(state, lua_upvalueindex(1)));
}

void take_distribution(const Field& field, Distribution& out) {
  if (field) check_distribution(field.state, field.index, field.name, out);
}

void take_seconds(const Field& field, pacing::Duration& out) {
  if (field) out = pacing::from_seconds(field.seconds());
}

void take_number(const Field& field, double& out, double least, double most, const char* expected) {
  if (!field) return;
  out = check_quantity(field.state, field.index, field.name);
  if (out < least || out > most) reject(field.state, field.index, field.name, expected);
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

FaultKind check_kind(const Field& field) {
  constexpr std::pair<const char*, FaultKind> kKinds[] = {{"node_dies", FaultKind::kNodeDies},
                                                          {"disk_slows", FaultKind::kDiskSlows},
                                                          {"partition", FaultKind::kPartition}};
  const char* given = lua_tostring(field.state, field.index);
  for (const auto& [name, kind] : kKinds) {
    if (given != nullptr && std::strcmp(given, name) == 0) return kind;
  }
  reject(field.state, field.index, field.name, "node_dies, disk_slows or partition");
}

void check_belongs(const Field& field, bool belongs, const char* kind) {
  if (!field || belongs) return;
  luaL_error(field.state, "%s: %s belongs to %s", field.name.function, field.name.value, kind);
}

void take_by(const Field& field, FaultPlan& fault) {
  const bool slows = fault.kind == FaultKind::kDiskSlows;
  check_belongs(field, slows, "disk_slows");
  take_number(slows ? require(field) : field, fault.by, 1, 1e6, "from 1 to 1 million");
}

void take_share(const Field& field, FaultPlan& fault) {
  check_belongs(field, fault.kind == FaultKind::kPartition, "partition");
  take_number(field, fault.share, 0, 1, "from 0 to 1");
}

// { what = "node_dies", at = "8s", lasts = "3s" } at `table`.
void take_fault(lua_State* state, int table, FaultPlan& fault) {
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
  take_by(field("by", "faults: by"), fault);
  take_share(field("share", "faults: share"), fault);
}

// Each key is a place of the list.
void check_list(const Field& list, lua_Integer size, const char* expected) {
  lua_State* const state = list.state;
  for (lua_pushnil(state); lua_next(state, list.index) != 0; lua_pop(state, 1)) {
    const lua_Integer place = lua_isinteger(state, -2) ? lua_tointeger(state, -2) : 0;
    if (place < 1 || place > size) reject(state, list.index, list.name, expected);
  }
}

void take_faults(lua_State* state, World& world) {
  constexpr const char* kExpected = "a list of { what = …, at = …, lasts = … }";
  const Field list = push_field(state, 1, "faults", Name{"world", "faults"});
  if (!list) return;
  if (lua_type(state, list.index) != LUA_TTABLE) reject(state, list.index, list.name, kExpected);
  const auto size = static_cast<lua_Integer>(lua_rawlen(state, list.index));
  check_list(list, size, kExpected);
  for (lua_Integer i = 1; i <= size; ++i) {
    const int top = lua_gettop(state);
    if (lua_rawgeti(state, list.index, i) != LUA_TTABLE) reject(state, -1, list.name, kExpected);
    check_keys(state, top + 1, "world: faults", kFaultKeys);
    FaultPlan* fault = nullptr;
    guarded(state, [&] {
      fault = &world.faults.emplace_back(FaultPlan{.at = {}, .lasts = Distribution::constant(0)});
    });
    take_fault(state, top + 1, *fault);
    lua_settop(state, top);
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
