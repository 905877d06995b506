#include "loadgen/capacity/dimension.hpp"

#include <iterator>

namespace throng::capacity {
namespace {

constexpr std::string_view kNames[] = {
    "B",          "s",          "users",    "messages", "deliveries", "receipts", "connections",
    "heartbeats", "cores",      "machines", "requests", "reads",      "writes",   "links",
    "records",    "characters", "views",    "bookings", "places",     "drivers",  "rides",
    "pings",      "orders",     "logins",   "USD",      "EUR",
};
static_assert(std::size(kNames) == kBases, "a name for each base, in the order of the enumeration");

// The bases whose power has that sign, e.g. "message·s" for two of -1.
std::string factors(const Dimension& dimension, int sign) {
  std::string text;
  for (std::size_t i = 0; i < kBases; ++i) {
    const auto base = static_cast<Base>(i);
    for (int n = dimension.power(base) * sign; n > 0; --n) {
      if (!text.empty()) text += "·";
      text += base_name(base);
    }
  }
  return text;
}

}  // namespace

std::string_view base_name(Base base) { return kNames[static_cast<std::size_t>(base)]; }

std::string Dimension::text() const {
  if (is_plain()) return "a plain number";
  const std::string above = factors(*this, 1);
  const std::string below = factors(*this, -1);
  return below.empty() ? above : above + "/" + below;
}

Dimension Dimension::plus(const Dimension& other, int sign) const {
  Dimension sum = *this;
  for (std::size_t i = 0; i < kBases; ++i) {
    sum.powers_[i] = static_cast<std::int8_t>(sum.powers_[i] + sign * other.powers_[i]);
  }
  return sum;
}

}  // namespace throng::capacity
