#include "loadgen/search/axis.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <utility>

#include "loadgen/pacing/quantity.hpp"
#include "loadgen/report/humanise.hpp"

namespace throng::search {
namespace {

constexpr std::string_view kArgument = "arg:";

std::string argument_of(const std::string& vary) {
  if (vary == "users") return {};
  if (vary.starts_with(kArgument) && vary.size() > kArgument.size()) {
    return vary.substr(kArgument.size());
  }
  throw std::runtime_error(
      fmt::format("--vary: expected users or arg:NAME, e.g. arg:gap, got \"{}\"", vary));
}

double users_of(const char* option, const std::string& text) {
  const auto users = pacing::parse_count(text);
  if (!users) throw std::runtime_error(fmt::format("{}: {}", option, users.error().message));
  return static_cast<double>(*users);
}

/// Seconds of a duration, or a number; `unit` becomes "s" for the former.
double value_of(const char* option, const std::string& text, std::string& unit) {
  if (const auto number = pacing::parse_number(text)) return *number;
  const auto duration = pacing::parse_duration(text);
  if (!duration) {
    throw std::runtime_error(fmt::format(
        "{}: expected a number or a time, e.g. 250, 10k or 50ms, got \"{}\"", option, text));
  }
  unit.assign(1, 's');
  return pacing::to_seconds(*duration);
}

}  // namespace

Axis::Axis(const std::string& vary, const std::string& from, const std::string& to)
    : argument_(argument_of(vary)) {
  if (is_users()) {
    from_ = users_of("--from", from);
    to_ = users_of("--to", to);
  } else {
    std::string other_unit;
    from_ = value_of("--from", from, unit_);
    to_ = value_of("--to", to, other_unit);
    if (unit_ != other_unit) {
      throw std::runtime_error("--to: expected a time where --from is one, and else a number");
    }
  }
  if (from_ <= 0 || to_ <= 0) throw std::runtime_error("--from, --to: expected more than 0");
  inverse_ = !is_users() && to_ < from_;
  if (inverse_) std::tie(from_, to_) = std::pair(1 / from_, 1 / to_);
  if (from_ >= to_) {
    throw std::runtime_error("--to: expected a heavier load than --from, which is the lightest");
  }
}

std::string Axis::setting(double load) const {
  if (is_users()) return fmt::format("{:.0f}", load);
  return fmt::format("{:.6g}{}", inverse_ ? 1 / load : load, unit_);
}

std::string Axis::text(double load) const {
  if (is_users()) {
    return report::count_text(static_cast<std::uint64_t>(std::llround(load))) + " users";
  }
  return fmt::format("{}={:.4g}{}", argument_, inverse_ ? 1 / load : load, unit_);
}

}  // namespace throng::search
