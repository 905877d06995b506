#pragma once

#include <string>
#include <string_view>

#include "loadgen/capacity/dimension.hpp"

namespace throng::capacity {

/// An amount in base units: bytes, seconds, single messages. A value.
struct Quantity {
  double value = 0;
  Dimension dimension;

  friend Quantity operator*(const Quantity& a, const Quantity& b) {
    return {a.value * b.value, a.dimension * b.dimension};
  }
  friend Quantity operator/(const Quantity& a, const Quantity& b) {
    return {a.value / b.value, a.dimension / b.dimension};
  }
};

/// In what something is told: "TB/day" is 10^12/86,400 of B/s. A value.
struct Unit {
  std::string text;  ///< as it was written
  double size = 1;   ///< in base units
  Dimension dimension;
};

/// Factors joined by "/" and "*", each a word of a table or one with a prefix:
///
///   B byte bytes bit, with k M G T P E (powers of 1,000) or Ki Mi Gi Ti Pi Ei (of 1,024)
///   ns us ms s min h day week month year: a year has 365 days, a month is its twelfth
///   users messages deliveries receipts connections heartbeats cores machines …, USD EUR, %
///
/// E.g. "messages/user/day", "Gbit/s", "USD/machine/month", "/s"; "" is a plain number.
/// Errors: std::invalid_argument naming the word, and the known one that is nearest.
Unit parse_unit(std::string_view text);

/// The base units of a dimension, which even those that nobody would write have.
Unit base_unit(const Dimension& dimension);

/// What parse_quantity() found.
struct Amount {
  Quantity quantity;
  Unit unit;
};

/// A number, k, M, B, G, T or thousand, million, billion, trillion, and a unit: "500M users",
/// "40 messages/user/day", "2 TB/day", "2e9", "15%".
/// Errors: std::invalid_argument; "100B" alone is refused, being bytes or a billion.
Amount parse_quantity(std::string_view text);

/// Three significant digits: "20B messages/day", "2 TB/day", "5 years", "15%".
/// Requires: the quantity's dimension is the unit's.
std::string format_quantity(double base_value, const Unit& unit);

}  // namespace throng::capacity
