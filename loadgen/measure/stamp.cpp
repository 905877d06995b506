#include "loadgen/measure/stamp.hpp"

#include <cstring>
#include <optional>

#include "loadgen/measure/digits.hpp"
#include "protocol/ids.hpp"

namespace throng::measure {
namespace {

constexpr char kTag = '~';
constexpr std::size_t kRunDigits = 3;
constexpr std::size_t kChatDigits = 5;
constexpr std::size_t kKDigits = 5;
constexpr std::size_t kDueDigits = 10;
constexpr std::size_t kChecksumDigits = 7;
static_assert(1 + kRunDigits + kChatDigits + kKDigits + kDueDigits + kChecksumDigits ==
              kStampBytes);

__extension__ using Uint128 = unsigned __int128;

// The multiply-and-fold step of wyhash (Wang Yi): both halves of the product reach every bit.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const Uint128 product = Uint128{a ^ 0x2d358dccaa6c78a5ULL} * (b ^ 0x8bb84b93962eacc9ULL);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t load(const char* from, std::size_t bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, bytes);
  return word;
}

std::uint64_t fingerprint_of(const StampKey& key, const MessageOrigin& origin,
                             std::string_view rest) {
  std::uint64_t hash = fold(key.secret, std::uint64_t{origin.chat} << 32 | origin.sender);
  hash = fold(hash, std::uint64_t{origin.k} << 32 | rest.size());
  for (; rest.size() >= 8; rest.remove_prefix(8)) hash = fold(hash, load(rest.data(), 8));
  if (!rest.empty()) hash = fold(hash, load(rest.data(), rest.size()));
  return fold(hash, key.secret);
}

std::uint64_t checksum_of(const StampKey& key, std::uint64_t fingerprint, std::uint64_t due_ns) {
  return fold(fold(fingerprint, due_ns), ~key.secret) >> (64 - 6 * kChecksumDigits);
}

}  // namespace

StampKey::StampKey(std::uint64_t run_seed)
    : secret(protocol::mix(run_seed ^ 0x9e3779b97f4a7c15ULL)),
      run_tag(static_cast<std::uint32_t>(protocol::mix(~secret) >> (64 - 6 * kRunDigits))) {}

std::uint64_t write_stamp(const StampKey& key, const MessageOrigin& origin, pacing::TimePoint due,
                          std::span<char> body) {
  const auto due_ns = static_cast<std::uint64_t>(due.time_since_epoch().count());
  const std::string_view rest(body.data() + kStampBytes, body.size() - kStampBytes);
  const std::uint64_t fingerprint = fingerprint_of(key, origin, rest);
  char* out = body.data();
  *out++ = kTag;
  out = put_digits(out, key.run_tag, kRunDigits);
  out = put_digits(out, origin.chat, kChatDigits);
  out = put_digits(out, origin.k, kKDigits);
  out = put_digits(out, due_ns, kDueDigits);
  put_digits(out, checksum_of(key, fingerprint, due_ns), kChecksumDigits);
  return fingerprint;
}

std::uint64_t bare_fingerprint(const StampKey& key, const MessageOrigin& origin) {
  return fingerprint_of(key, origin, {});
}

StampCheck read_stamp(const StampKey& key, ChatIndex chat, UserNumber sender,
                      std::string_view body) {
  if (body.size() < kStampBytes || body.front() != kTag) return {};
  std::string_view head = body.substr(1, kStampBytes - 1);
  const auto take = [&head](std::size_t digits) {
    const auto value = get_digits(head.substr(0, digits));
    head.remove_prefix(digits);
    return value;
  };
  if (take(kRunDigits) != key.run_tag) return {};

  const auto stamped_chat = take(kChatDigits);
  const auto k = take(kKDigits);
  const auto due_ns = take(kDueDigits);
  const auto checksum = take(kChecksumDigits);
  StampCheck check{StampVerdict::kCorrupted, {}};
  if (!stamped_chat || !k || !due_ns || !checksum) return check;

  const MessageOrigin origin{static_cast<ChatIndex>(*stamped_chat), sender,
                             static_cast<std::uint32_t>(*k)};
  check.stamp.fingerprint = fingerprint_of(key, origin, body.substr(kStampBytes));
  if (checksum_of(key, check.stamp.fingerprint, *due_ns) != *checksum) return check;
  check.stamp.k = origin.k;
  check.stamp.due = pacing::TimePoint(pacing::Duration(static_cast<std::int64_t>(*due_ns)));
  check.verdict = origin.chat == chat ? StampVerdict::kOurs : StampVerdict::kOtherChat;
  return check;
}

}  // namespace throng::measure
