#pragma once

#include <array>
#include <boost/system/system_error.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/storage/error.hpp"

/// How numbers stand in keys and values. Keys are big-endian, so that the order of bytes is the
/// order of numbers: chat 5, seq 258 is 00 00 00 00 00 00 00 05 00 00 00 00 00 00 01 02. Values
/// begin with varints (seven bits a byte, lowest first, the high bit says that more follow).
namespace throng::storage {

inline constexpr std::size_t kNumberBytes = 8;
using NumberKey = std::array<char, kNumberBytes>;
using PairKey = std::array<char, 2 * kNumberBytes>;

inline void store_big_endian(char* out, std::uint64_t value) {
  for (std::size_t i = 0; i < kNumberBytes; ++i) {
    out[i] = static_cast<char>(value >> (56 - 8 * i));
  }
}

/// Requires: `key` holds a number at `offset`; a key of the store's own always does.
inline std::uint64_t load_big_endian(std::string_view key, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kNumberBytes; ++i) {
    value = value << 8 | static_cast<unsigned char>(key[offset + i]);
  }
  return value;
}

inline NumberKey number_key(std::uint64_t number) {
  NumberKey key;
  store_big_endian(key.data(), number);
  return key;
}

inline PairKey pair_key(std::uint64_t high, std::uint64_t low) {
  PairKey key;
  store_big_endian(key.data(), high);
  store_big_endian(key.data() + kNumberBytes, low);
  return key;
}

template <std::size_t N>
std::string_view as_view(const std::array<char, N>& bytes) {
  return {bytes.data(), N};
}

/// `Count` varints at most, on the stack.
template <std::size_t Count>
class Varints {
 public:
  template <class... Numbers>
  explicit Varints(Numbers... numbers) {
    static_assert(sizeof...(numbers) == Count);
    (append(static_cast<std::uint64_t>(numbers)), ...);
  }

  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  void append(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_[size_++] = static_cast<char>(value | 0x80);
    bytes_[size_++] = static_cast<char>(value);
  }

  std::array<char, Count * 10> bytes_;
  std::size_t size_ = 0;
};

template <class... Numbers>
Varints(Numbers...) -> Varints<sizeof...(Numbers)>;

/// Takes a value apart from its front.
/// Errors: throws Error::kCorrupt when the value is shorter than it says.
class ValueReader {
 public:
  explicit ValueReader(std::string_view value) : left_(value) {}

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes(1).front());
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    fail();
  }

  std::string_view bytes(std::size_t count) {
    if (count > left_.size()) fail();
    const std::string_view taken = left_.substr(0, count);
    left_.remove_prefix(count);
    return taken;
  }

  std::string_view rest() { return bytes(left_.size()); }

 private:
  [[noreturn]] static void fail() {
    throw boost::system::system_error(make_error_code(Error::kCorrupt), "a stored value is cut");
  }

  std::string_view left_;
};

}  // namespace throng::storage
