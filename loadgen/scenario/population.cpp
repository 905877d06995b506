#include "loadgen/scenario/population.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <lua.hpp>
#include <numeric>
#include <utility>

#include "loadgen/scenario/fields.hpp"
#include "loadgen/scenario/interpreter.hpp"
#include "loadgen/scenario/script.hpp"

namespace throng::scenario {
namespace {

constexpr std::array kKeys = {"bytes",    "direct", "heartbeat", "logins",
                              "messages", "stay",   "stored",    "zones"};
constexpr std::array kZoneKeys = {"region", "share", "utc"};
constexpr lua_Integer kMostZones = 64;
constexpr std::uint64_t kMostBytes = 1 << 20;
constexpr double kShareRounding = 1e-3;

Field push_field(lua_State* state, const char* key) {
  return push_field(state, 1, key, Name{"population", key});
}

PopulationDeclaration& declared_by(lua_State* state) {
  return *Interpreter::of(state).declaration().population;
}

double check_between(const Field& field, double least, double most, const char* expected) {
  const double value = check_quantity(field.state, field.index, field.name);
  if (value < least || value > most) reject(field.state, field.index, field.name, expected);
  return value;
}

void take_schedule(const Field& field, std::optional<pacing::Schedule>& out) {
  push_schedule(field.state, field.index, field.name);
  const pacing::Schedule& schedule = to_schedule(field.state, lua_gettop(field.state));
  guarded(field.state, [&] { out = schedule; });
}

void take_logins(lua_State* state, PopulationDeclaration& declared) {
  const Field logins = push_field(state, "logins");
  const Field stay = push_field(state, "stay");
  if (!logins && stay) luaL_error(state, "population: stay belongs to logins");
  if (!logins) return;
  take_schedule(logins, declared.logins);
  declared.stay = pacing::from_seconds(check_gap(state, require(stay).index, stay.name));
}

void take_bytes(lua_State* state, PopulationDeclaration& declared) {
  const auto bytes = [&](const char* key, std::uint64_t otherwise) {
    const Field field = push_field(state, key);
    return field ? check_count(state, field.index, field.name, 1, kMostBytes) : otherwise;
  };
  declared.bytes = bytes("bytes", declared.bytes);
  declared.stored_bytes = bytes("stored", declared.bytes);
}

// { region = "asia", utc = 5.5, share = 0.3 } on top of the stack.
void take_zone(lua_State* state, Zone& zone) {
  const int table = lua_gettop(state);
  check_keys(state, table, "population: zones", kZoneKeys);
  const auto field = [&](const char* key, const char* full_name) {
    return push_field(state, table, key, Name{"population", full_name});
  };
  const Field region = field("region", "zones: region");
  if (region && lua_type(state, region.index) != LUA_TSTRING) {
    reject(state, region.index, region.name, "a name");
  }
  const char* name = region ? lua_tostring(state, region.index) : "everywhere";
  guarded(state, [&] { zone.region = name; });
  const Field utc = require(field("utc", "zones: utc"));
  zone.utc_hours = check_between(utc, -12, 14, "from -12 to 14 hours");
  const Field share = require(field("share", "zones: share"));
  zone.share = check_between(share, 0, 1, "from 0 to 1");
}

double sum_of_shares(const std::vector<Zone>& zones) {
  return std::accumulate(zones.begin(), zones.end(), 0.0,
                         [](double sum, const Zone& zone) { return sum + zone.share; });
}

void take_zones(lua_State* state, std::vector<Zone>& zones) {
  constexpr const char* kExpected = "a list of up to 64 { region = …, utc = …, share = … }";
  const Field list = push_field(state, "zones");
  if (!list) return;
  if (lua_type(state, list.index) != LUA_TTABLE) reject(state, list.index, list.name, kExpected);
  const auto size = static_cast<lua_Integer>(lua_rawlen(state, list.index));
  if (size < 1 || size > kMostZones) reject(state, list.index, list.name, kExpected);
  guarded(state, [&] { zones.assign(static_cast<std::size_t>(size), {}); });
  for (lua_Integer i = 1; i <= size; ++i) {
    const int top = lua_gettop(state);
    if (lua_rawgeti(state, list.index, i) != LUA_TTABLE) reject(state, -1, list.name, kExpected);
    take_zone(state, zones[static_cast<std::size_t>(i - 1)]);
    lua_settop(state, top);
  }
  const double sum = sum_of_shares(zones);
  if (std::abs(sum - 1) <= kShareRounding) return;
  luaL_error(state, "population: the shares of the zones add up to %f, not to 1", sum);
}

int line_of_caller(lua_State* state) {
  lua_Debug frame;
  if (lua_getstack(state, 1, &frame) == 0) return 1;
  lua_getinfo(state, "l", &frame);
  return frame.currentline;
}

// population { messages = rhythm, direct = 0.8, … }
int declare_population(lua_State* state) {
  Declaration& declaration = Interpreter::of(state).declaration();
  if (declaration.population) return luaL_error(state, "population { … } stands twice");
  if (lua_type(state, 1) != LUA_TTABLE) {
    return luaL_error(state, "population takes a table: population { messages = poisson(\"1h\") }");
  }
  lua_settop(state, 1);
  luaL_checkstack(state, 64, nullptr);  // each field stays on it
  check_keys(state, 1, "population", kKeys);
  guarded(state, [&] { declaration.population.emplace(); });
  PopulationDeclaration& declared = declared_by(state);
  declared.line = line_of_caller(state);
  take_schedule(require(push_field(state, "messages")), declared.messages);
  take_logins(state, declared);
  if (const Field heartbeat = push_field(state, "heartbeat")) {
    declared.heartbeat = pacing::from_seconds(check_gap(state, heartbeat.index, heartbeat.name));
  }
  if (const Field direct = push_field(state, "direct")) {
    declared.direct = check_between(direct, 0, 1, "from 0 to 1");
  }
  take_bytes(state, declared);
  take_zones(state, declared.zones);
  return 0;
}

// ---- What a whole script says ----

double share_to_friends(const Interpreter& interpreter, const PopulationDeclaration& declared) {
  const Plan& plan = interpreter.declaration().plan;
  const bool friends = plan.friends.per_user.mean() > 0;
  const bool groups = plan.groups.per_user > 0;
  const auto refuse = [&](const char* why) { interpreter.fail_at(declared.line, why); };
  if (!friends && !groups) refuse("population: the scenario has no friends and no groups");
  if (friends && groups && !declared.direct) {
    refuse("population: direct is missing, the share of messages that go to friends");
  }
  const double direct = declared.direct.value_or(friends ? 1 : 0);
  if (direct > 0 && !friends) refuse("population: direct needs friends in the scenario");
  if (direct < 1 && !groups) refuse("population: direct below 1 needs groups in the scenario");
  return direct;
}

void check_can_be_added_up(Interpreter& interpreter) {
  if (!interpreter.declaration().population) {
    interpreter.fail_at(interpreter.line_of("user"),
                        "user(me) tells of one person at a time; what can be added up stands in "
                        "population { … }, which this scenario doesn't call");
  }
  if (const int line = interpreter.line_of("on_message"); line > 0) {
    interpreter.fail_at(line, "on_message(me, message) answers what comes: who is added up can't");
  }
}

}  // namespace

Population load_population(const Source& source) {
  Declaration declaration{.source = source};
  Interpreter interpreter{declaration, nullptr};
  load_script(interpreter);
  check_can_be_added_up(interpreter);
  PopulationDeclaration& declared = *declaration.population;
  const double direct = share_to_friends(interpreter, declared);
  if (declared.zones.empty()) declared.zones.push_back({"everywhere", 0, 1});
  return {.messages = std::move(*declared.messages),
          .logins = std::move(declared.logins),
          .stay = declared.stay,
          .heartbeat = declared.heartbeat,
          .direct = direct,
          .bytes = declared.bytes,
          .stored_bytes = declared.stored_bytes,
          .zones = std::move(declared.zones)};
}

void open_population(lua_State* state) { lua_register(state, "population", declare_population); }

}  // namespace throng::scenario
