#pragma once

#include <lua.hpp>
#include <span>
#include <vector>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/distribution.hpp"
#include "loadgen/pacing/random.hpp"
#include "loadgen/pacing/schedule.hpp"

/// What scripts hand over, checked: quantities, distributions and schedules. A function that
/// rejects a value raises a Lua error "FUNCTION: NAME must be …, not …".
namespace throng::scenario {

/// Which value is meant, for messages: {"poisson", "gap"}, {"lognormal", "median"}.
struct Name {
  const char* function;
  const char* value;
};

/// Durations longer than this are taken for mistakes, or cut where they were drawn: 30 years.
inline constexpr double kMaxSeconds = 1e9;

/// A finite number, or a text such as "10k", or a duration such as "500ms", which gives seconds.
double check_quantity(lua_State* state, int index, Name name);
/// The same where only a duration makes sense: 0 up to kMaxSeconds.
double check_seconds(lua_State* state, int index, Name name);
/// The same, and above 0.
double check_gap(lua_State* state, int index, Name name);
/// A whole number between two bounds; texts such as "10k" count.
std::uint64_t check_count(lua_State* state, int index, Name name, std::uint64_t least,
                          std::uint64_t most);

/// Raises "FUNCTION: VALUE must be EXPECTED, not <what stands at the index>".
[[noreturn]] void reject(lua_State* state, int index, Name name, const char* expected);

/// Raises an error naming the known keys if the table at the index has any other.
void check_keys(lua_State* state, int index, const char* function,
                std::span<const char* const> known);

/// The distribution at the index; nullptr when something else stands there.
const pacing::Distribution* to_distribution(lua_State* state, int index);
/// Sets `out` to the distribution at the index; a quantity stands for a constant one.
void check_distribution(lua_State* state, int index, Name name, pacing::Distribution& out);
/// One draw of the distribution at the index; a quantity is given back as it is.
double check_sample(lua_State* state, int index, Name name, pacing::Random& random);

/// Pushes the schedule at the index; a gap stands for constant(gap).
void push_schedule(lua_State* state, int index, Name name);
const pacing::Schedule& to_schedule(lua_State* state, int index);

/// The global functions that make distributions and schedules: constant, poisson, zipf, ….
std::span<const luaL_Reg> value_functions();
/// Defines them, and the types that they give.
void open_values(lua_State* state);

}  // namespace throng::scenario
