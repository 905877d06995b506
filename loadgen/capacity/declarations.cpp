#include "loadgen/capacity/declarations.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "loadgen/capacity/chat_inputs.hpp"
#include "loadgen/capacity/draft.hpp"
#include "loadgen/scenario/interpreter.hpp"
#include "loadgen/scenario/values.hpp"

namespace throng::capacity {
namespace {

using scenario::guarded;

constexpr std::array kEstimateKeys = {"cores", "scenario", "service", "tolerance"};
constexpr std::array kClaimKeys = {"at_least", "at_most", "from", "is", "of", "says", "tolerance"};

// A text of the table at 1, kept on the stack; nullptr where there is none.
const char* text_field(lua_State* state, const char* function, const char* key) {
  const int type = lua_getfield(state, 1, key);
  if (type == LUA_TNIL) return nullptr;
  if (type != LUA_TSTRING && type != LUA_TNUMBER) {
    scenario::reject(state, -1, {function, key}, "a text or a number");
  }
  return lua_tostring(state, -1);
}

const char* required_field(lua_State* state, const char* function, const char* key) {
  const char* text = text_field(state, function, key);
  if (text == nullptr) luaL_error(state, "%s: %s is missing", function, key);
  return text;
}

double parse_tolerance(const char* text) {
  const Amount amount = parse_quantity(text);
  if (amount.quantity.dimension.is_plain() && amount.quantity.value >= 0 &&
      amount.quantity.value <= 1) {
    return amount.quantity.value;
  }
  throw std::invalid_argument(fmt::format("tolerance must be from 0% to 100%, not {}", text));
}

std::uint32_t parse_cores(const char* text) {
  const Quantity cores = parse_quantity(text).quantity;
  if (cores.dimension.is_plain() && cores.value >= 1 && cores.value == std::floor(cores.value)) {
    return static_cast<std::uint32_t>(cores.value);
  }
  throw std::invalid_argument(fmt::format("cores must be a whole number, not {}", text));
}

void check_table(lua_State* state, const char* function, std::span<const char* const> keys) {
  if (lua_type(state, 1) != LUA_TTABLE) luaL_error(state, "%s takes a table", function);
  lua_settop(state, 1);
  luaL_checkstack(state, 16, nullptr);  // each field stays on it
  scenario::check_keys(state, 1, function, keys);
}

/// A claim as it is written: the fields of its table.
struct ClaimWords {
  const char* says;
  const char* of;
  const char* is;
  const char* at_most;
  const char* at_least;
  const char* tolerance;
  const char* from;
};

void set_value(Claim& claim, const ClaimWords& words) {
  if ((words.is != nullptr) + (words.at_most != nullptr) + (words.at_least != nullptr) != 1) {
    throw std::invalid_argument("claim: expected one of is, at_most and at_least");
  }
  if (words.at_most != nullptr) claim.relation = Relation::kAtMost;
  if (words.at_least != nullptr) claim.relation = Relation::kAtLeast;
  const char* value = words.is;
  if (value == nullptr) value = words.at_most != nullptr ? words.at_most : words.at_least;
  Amount amount = parse_quantity(value);
  const bool nothing_is_most = claim.relation == Relation::kAtMost && amount.quantity.value == 0;
  if (amount.quantity.value <= 0 && !nothing_is_most) {
    throw std::invalid_argument(fmt::format("claim: expected a value above 0, not {}", value));
  }
  claim.value = amount.quantity;
  claim.unit = std::move(amount.unit);
}

Claim make_claim(const Draft& draft, const ClaimWords& words, int line) {
  Claim claim;
  claim.name = words.says;
  claim.of = words.of;
  set_value(claim, words);
  if (words.tolerance == nullptr && !draft.tolerance) {
    throw std::invalid_argument("claim: tolerance is missing, here and in estimate { … }");
  }
  claim.tolerance =
      words.tolerance != nullptr ? parse_tolerance(words.tolerance) : *draft.tolerance;
  claim.from = words.from;
  claim.origin = origin_of(draft, line);
  return claim;
}

}  // namespace

int declare_estimate(lua_State* state) {
  Draft& draft = draft_of(state);
  if (draft.declared) return luaL_error(state, "estimate { … } stands twice");
  check_table(state, "estimate", kEstimateKeys);
  const char* service = required_field(state, "estimate", "service");
  const char* scenario = text_field(state, "estimate", "scenario");
  const char* cores = text_field(state, "estimate", "cores");
  const char* tolerance = text_field(state, "estimate", "tolerance");
  guarded(state, [&] {
    Requirements& requirements = draft.estimate.requirements;
    requirements.service = service;
    if (scenario != nullptr) requirements.scenario = scenario;
    if (cores != nullptr) requirements.cores = parse_cores(cores);
    if (tolerance != nullptr) draft.tolerance = parse_tolerance(tolerance);
    if (requirements.service == kChatService) draft.estimate.inputs.know_only(chat_terms());
    draft.declared = true;
  });
  return 0;
}

int declare_claim(lua_State* state) {
  check_declared(state);
  Draft& draft = draft_of(state);
  const int line = line_of(state);
  check_table(state, "claim", kClaimKeys);
  const ClaimWords words{.says = required_field(state, "claim", "says"),
                         .of = required_field(state, "claim", "of"),
                         .is = text_field(state, "claim", "is"),
                         .at_most = text_field(state, "claim", "at_most"),
                         .at_least = text_field(state, "claim", "at_least"),
                         .tolerance = text_field(state, "claim", "tolerance"),
                         .from = required_field(state, "claim", "from")};
  guarded(state, [&] { draft.estimate.claims.push_back(make_claim(draft, words, line)); });
  return 0;
}

}  // namespace throng::capacity
