#include "loadgen/scenario/values.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

#include "loadgen/pacing/quantity.hpp"
#include "loadgen/scenario/interpreter.hpp"

namespace throng::scenario {
namespace {

using pacing::Distribution;
using pacing::RateCurve;
using pacing::Schedule;
using pacing::Spacing;

constexpr const char* kDistributionType = "distribution";
constexpr const char* kScheduleType = "schedule";

constexpr const char* kQuantity = "a number, or a text such as \"10k\" or \"30s\"";
constexpr const char* kSeconds = "a duration such as \"500ms\", or a number of seconds";
constexpr const char* kGap = "a duration above 0 such as \"20s\", or a number of seconds";

// A number where the text is one, or else seconds of a duration; NaN for neither.
double parse_quantity(std::string_view text) {
  if (const auto number = pacing::parse_number(text)) return *number;
  if (const auto duration = pacing::parse_duration(text)) return pacing::to_seconds(*duration);
  return NAN;
}

double parse_seconds(std::string_view text) {
  const auto duration = pacing::parse_duration(text);
  return duration ? pacing::to_seconds(*duration) : NAN;
}

// The number at the index, or what `parse` makes of the text there; NaN for anything else.
double read(lua_State* state, int index, double (*parse)(std::string_view)) {
  if (lua_type(state, index) == LUA_TNUMBER) return lua_tonumber(state, index);
  if (lua_type(state, index) != LUA_TSTRING) return NAN;
  std::size_t size = 0;
  const char* text = lua_tolstring(state, index, &size);
  double value = NAN;
  guarded(state, [&] { value = parse({text, size}); });
  return value;
}

// Makes a Value inside a userdata of that type and leaves it on the stack. What `make` throws
// becomes a Lua error.
template <class Value, class Make>
int push_value(lua_State* state, const char* type, Make&& make) {
  void* memory = lua_newuserdatauv(state, sizeof(Value), 0);
  guarded(state, [&] { new (memory) Value(make()); });
  // Only now that there is something to destroy.
  luaL_setmetatable(state, type);
  return 1;
}

template <class Value>
int destroy(lua_State* state) {
  std::destroy_at(static_cast<Value*>(lua_touserdata(state, 1)));
  return 0;
}

template <class Value>
int describe(lua_State* state) {
  const auto* value = static_cast<const Value*>(lua_touserdata(state, 1));
  char text[256];
  guarded(state, [&] { text[value->describe().copy(text, sizeof text - 1)] = '\0'; });
  lua_pushstring(state, text);
  return 1;
}

template <class Value>
void open_type(lua_State* state, const char* type) {
  luaL_newmetatable(state, type);
  lua_pushcfunction(state, destroy<Value>);
  lua_setfield(state, -2, "__gc");
  lua_pushcfunction(state, describe<Value>);
  lua_setfield(state, -2, "__tostring");
  // Keeps scripts from calling __gc themselves.
  lua_pushboolean(state, 0);
  lua_setfield(state, -2, "__metatable");
  lua_pop(state, 1);
}

void check_table(lua_State* state, const char* function, const char* example) {
  if (lua_type(state, 1) == LUA_TTABLE) return;
  luaL_error(state, "%s takes a table: %s", function, example);
}

// Pushes the field and gives its index.
int field(lua_State* state, Name name) {
  lua_getfield(state, 1, name.value);
  return lua_gettop(state);
}

double quantity_field(lua_State* state, Name name) {
  return check_quantity(state, field(state, name), name);
}

double gap_field(lua_State* state, Name name) { return check_gap(state, field(state, name), name); }

// ---- Distributions ----

template <class Make>
int push_distribution(lua_State* state, Make&& make) {
  return push_value<Distribution>(state, kDistributionType, std::forward<Make>(make));
}

int uniform(lua_State* state) {
  const double low = check_quantity(state, 1, {"uniform", "low"});
  const double high = check_quantity(state, 2, {"uniform", "high"});
  return push_distribution(state, [&] { return Distribution::uniform(low, high); });
}

int exponential(lua_State* state) {
  const double mean = check_quantity(state, 1, {"exponential", "mean"});
  return push_distribution(state, [&] { return Distribution::exponential(mean); });
}

int lognormal(lua_State* state) {
  static constexpr std::array kKeys = {"median", "p95"};
  check_table(state, "lognormal", "lognormal { median = \"2s\", p95 = \"10s\" }");
  check_keys(state, 1, "lognormal", kKeys);
  const double median = quantity_field(state, {"lognormal", "median"});
  const double p95 = quantity_field(state, {"lognormal", "p95"});
  return push_distribution(state, [&] { return Distribution::lognormal_with_p95(median, p95); });
}

int zipf(lua_State* state) {
  static constexpr std::array kKeys = {"exponent", "n"};
  check_table(state, "zipf", "zipf { n = 100, exponent = 1 }");
  check_keys(state, 1, "zipf", kKeys);
  const double n = quantity_field(state, {"zipf", "n"});
  const double exponent = quantity_field(state, {"zipf", "exponent"});
  return push_distribution(state, [&] { return Distribution::zipf(n, exponent); });
}

// The number at place `i` of the pair on top of the stack.
double pair_part(lua_State* state, int i, Name name) {
  lua_rawgeti(state, -1, i);
  const double part = check_quantity(state, lua_gettop(state), name);
  lua_pop(state, 1);
  return part;
}

int empirical(lua_State* state) {
  constexpr const char* kExample = "empirical { {\"5s\", 80}, {\"1m\", 20} }, of {value, weight}";
  check_table(state, "empirical", kExample);
  const auto rows = static_cast<std::size_t>(lua_rawlen(state, 1));
  // Lua's memory, so that an error loses nothing.
  auto* table = static_cast<pacing::WeightedValue*>(
      lua_newuserdatauv(state, (rows + 1) * sizeof(pacing::WeightedValue), 0));
  for (std::size_t i = 0; i < rows; ++i) {
    if (lua_rawgeti(state, 1, static_cast<lua_Integer>(i + 1)) != LUA_TTABLE) {
      return luaL_error(state, "empirical takes pairs: %s", kExample);
    }
    table[i].value = pair_part(state, 1, {"empirical", "value"});
    table[i].weight = pair_part(state, 2, {"empirical", "weight"});
    lua_pop(state, 1);
  }
  return push_distribution(state, [&] { return Distribution::empirical({table, rows}); });
}

// ---- Schedules ----

template <class Make>
int push_schedule_of(lua_State* state, Spacing spacing, Make&& make_curve) {
  return push_value<Schedule>(state, kScheduleType, [&] {
    return Schedule{make_curve(), spacing};
  });
}

int push_even(lua_State* state, double gap) {
  return push_schedule_of(state, Spacing::kStaggered, [&] { return RateCurve::constant(1 / gap); });
}

int constant(lua_State* state) {
  return push_even(state, check_gap(state, 1, {"constant", "gap"}));
}

int poisson(lua_State* state) {
  const double gap = check_gap(state, 1, {"poisson", "gap"});
  return push_schedule_of(state, Spacing::kPoisson, [&] { return RateCurve::constant(1 / gap); });
}

int ramp(lua_State* state) {
  static constexpr std::array kKeys = {"from", "over", "to"};
  check_table(state, "ramp", "ramp { from = \"60s\", to = \"5s\", over = \"5m\" }");
  check_keys(state, 1, "ramp", kKeys);
  const double from = gap_field(state, {"ramp", "from"});
  const double to = gap_field(state, {"ramp", "to"});
  const double over = gap_field(state, {"ramp", "over"});
  return push_schedule_of(state, Spacing::kPoisson, [&] {
    return RateCurve::ramp(1 / from, 1 / to, pacing::from_seconds(over));
  });
}

// The points of a curve, in Lua's memory.
std::span<double> curve_points(lua_State* state) {
  const Name name{"curve", "points"};
  if (lua_getfield(state, 1, name.value) != LUA_TTABLE) {
    reject(state, -1, name, "a list of numbers, of equal distances over the day");
  }
  const int list = lua_gettop(state);
  const auto size = static_cast<std::size_t>(lua_rawlen(state, list));
  auto* points = static_cast<double*>(lua_newuserdatauv(state, (size + 1) * sizeof(double), 0));
  for (std::size_t i = 0; i < size; ++i) {
    lua_rawgeti(state, list, static_cast<lua_Integer>(i + 1));
    points[i] = check_quantity(state, lua_gettop(state), name);
    lua_pop(state, 1);
  }
  return {points, size};
}

double day_field(lua_State* state) {
  const Name name{"curve", "day"};
  const int index = field(state, name);
  return lua_isnil(state, index) ? 24 * 3600.0 : check_gap(state, index, name);
}

double speed_field(lua_State* state) {
  const Name name{"curve", "speed"};
  const int index = field(state, name);
  if (lua_isnil(state, index)) return 1;
  const double speed = check_quantity(state, index, name);
  if (speed <= 0) reject(state, index, name, "above 0");
  return speed;
}

int curve(lua_State* state) {
  static constexpr std::array kKeys = {"day", "mean", "points", "speed"};
  check_table(state, "curve", "curve { mean = \"30m\", points = { …24 numbers… }, speed = 720 }");
  check_keys(state, 1, "curve", kKeys);
  const double mean = gap_field(state, {"curve", "mean"});
  const double day = day_field(state);
  const double speed = speed_field(state);
  const auto points = curve_points(state);
  return push_schedule_of(state, Spacing::kPoisson, [&] {
    return RateCurve::diurnal(day / mean, points, pacing::from_seconds(day / speed));
  });
}

constexpr luaL_Reg kFunctions[] = {
    {"constant", constant},   {"curve", curve},
    {"empirical", empirical}, {"exponential", exponential},
    {"lognormal", lognormal}, {"poisson", poisson},
    {"ramp", ramp},           {"uniform", uniform},
    {"zipf", zipf},
};

}  // namespace

void reject(lua_State* state, int index, Name name, const char* expected) {
  const char* found = lua_isnoneornil(state, index) ? "nil" : luaL_typename(state, index);
  if (lua_type(state, index) == LUA_TNUMBER || lua_type(state, index) == LUA_TBOOLEAN) {
    found = luaL_tolstring(state, index, nullptr);
  } else if (lua_type(state, index) == LUA_TSTRING) {
    found = lua_pushfstring(state, "\"%s\"", lua_tostring(state, index));
  } else if (luaL_getmetafield(state, index, "__name") == LUA_TSTRING) {
    found = lua_tostring(state, -1);
  }
  luaL_error(state, "%s: %s must be %s, not %s", name.function, name.value, expected, found);
  std::abort();  // luaL_error never returns, which its declaration can't say
}

double check_quantity(lua_State* state, int index, Name name) {
  const double value = read(state, index, parse_quantity);
  if (!std::isfinite(value)) reject(state, index, name, kQuantity);
  return value;
}

double check_seconds(lua_State* state, int index, Name name) {
  const double seconds = read(state, index, parse_seconds);
  if (!(seconds >= 0 && seconds <= kMaxSeconds)) reject(state, index, name, kSeconds);
  return seconds;
}

double check_gap(lua_State* state, int index, Name name) {
  const double seconds = read(state, index, parse_seconds);
  if (!(seconds > 0 && seconds <= kMaxSeconds)) reject(state, index, name, kGap);
  return seconds;
}

std::uint64_t check_count(lua_State* state, int index, Name name, std::uint64_t least,
                          std::uint64_t most) {
  const double value = read(state, index, parse_quantity);
  if (value >= static_cast<double>(least) && value <= static_cast<double>(most) &&
      value == std::floor(value)) {
    return static_cast<std::uint64_t>(value);
  }
  const char* expected =
      lua_pushfstring(state, "a whole number from %I to %I", static_cast<LUAI_UACINT>(least),
                      static_cast<LUAI_UACINT>(most));
  reject(state, index, name, expected);
}

void check_keys(lua_State* state, int index, const char* function,
                std::span<const char* const> known) {
  lua_pushnil(state);
  while (lua_next(state, index) != 0) {
    lua_pop(state, 1);
    const char* key = lua_type(state, -1) == LUA_TSTRING ? lua_tostring(state, -1) : nullptr;
    bool is_known = false;
    for (const char* candidate : known) {
      is_known = is_known || (key != nullptr && std::strcmp(candidate, key) == 0);
    }
    if (is_known) continue;
    const char* found = luaL_tolstring(state, -1, nullptr);
    luaL_Buffer list;
    luaL_buffinit(state, &list);
    for (const char* candidate : known) {
      if (candidate != known.front()) luaL_addstring(&list, ", ");
      luaL_addstring(&list, candidate);
    }
    luaL_pushresult(&list);
    luaL_error(state, "%s: unknown key '%s'; known keys: %s", function, found,
               lua_tostring(state, -1));
  }
}

const Distribution* to_distribution(lua_State* state, int index) {
  return static_cast<const Distribution*>(luaL_testudata(state, index, kDistributionType));
}

void check_distribution(lua_State* state, int index, Name name, Distribution& out) {
  const Distribution* given = to_distribution(state, index);
  const double value = given == nullptr ? check_quantity(state, index, name) : 0;
  guarded(state, [&] { out = given == nullptr ? Distribution::constant(value) : *given; });
}

double check_sample(lua_State* state, int index, Name name, pacing::Random& random) {
  const Distribution* distribution = to_distribution(state, index);
  return distribution == nullptr ? check_quantity(state, index, name)
                                 : distribution->sample(random);
}

void push_schedule(lua_State* state, int index, Name name) {
  if (luaL_testudata(state, index, kScheduleType) != nullptr) {
    lua_pushvalue(state, index);
  } else {
    push_even(state, check_gap(state, index, name));
  }
}

const Schedule& to_schedule(lua_State* state, int index) {
  return *static_cast<const Schedule*>(luaL_checkudata(state, index, kScheduleType));
}

std::span<const luaL_Reg> value_functions() { return kFunctions; }

void open_values(lua_State* state) {
  open_type<Distribution>(state, kDistributionType);
  open_type<Schedule>(state, kScheduleType);
  for (const auto& [name, function] : kFunctions) lua_register(state, name, function);
}

}  // namespace throng::scenario
