#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace throng::capacity {

/// What estimates count, weigh and pay with. A message isn't a delivery and a dollar isn't a euro:
/// adding one to the other is a mistake that an estimate is told of.
enum class Base : std::uint8_t {
  kByte,
  kSecond,
  kUser,
  kMessage,
  kDelivery,
  kReceipt,
  kConnection,
  kHeartbeat,
  kCore,
  kMachine,
  kRequest,
  kRead,
  kWrite,
  kLink,
  kRecord,
  kCharacter,
  kView,
  kBooking,
  kPlace,
  kDriver,
  kRide,
  kPing,
  kOrder,
  kLogin,
  kUsd,
  kEur,
};
inline constexpr std::size_t kBases = 26;

/// How reports write it: "B", "s", "messages".
std::string_view base_name(Base base);

/// Powers of bases: messages/user/day is message^1 user^-1 second^-1. A value.
class Dimension {
 public:
  constexpr Dimension() = default;  ///< of a plain number
  constexpr explicit Dimension(Base base) { powers_[static_cast<std::size_t>(base)] = 1; }

  int power(Base base) const { return powers_[static_cast<std::size_t>(base)]; }
  bool is_plain() const { return *this == Dimension(); }
  /// "messages/s", "B/message·s"; "a plain number".
  std::string text() const;

  friend Dimension operator*(const Dimension& a, const Dimension& b) { return a.plus(b, 1); }
  friend Dimension operator/(const Dimension& a, const Dimension& b) { return a.plus(b, -1); }
  friend bool operator==(const Dimension&, const Dimension&) = default;

 private:
  Dimension plus(const Dimension& other, int sign) const;

  std::array<std::int8_t, kBases> powers_{};
};

}  // namespace throng::capacity
