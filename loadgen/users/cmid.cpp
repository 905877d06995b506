#include "loadgen/users/cmid.hpp"

#include "loadgen/measure/digits.hpp"

namespace throng::users {
namespace {

constexpr std::size_t kRunDigits = 3;
constexpr std::size_t kSenderDigits = 6;
constexpr std::size_t kChatDigits = 5;
constexpr std::size_t kKDigits = 5;
static_assert(kRunDigits + kSenderDigits + kChatDigits + kKDigits == kCmidBytes);

}  // namespace

Cmid::Cmid(const measure::StampKey& key, const measure::MessageOrigin& origin) {
  char* out = text_.data();
  out = measure::put_digits(out, key.run_tag, kRunDigits);
  out = measure::put_digits(out, origin.sender, kSenderDigits);
  out = measure::put_digits(out, origin.chat, kChatDigits);
  measure::put_digits(out, origin.k, kKDigits);
}

std::optional<measure::MessageOrigin> read_cmid(const measure::StampKey& key,
                                                std::string_view text) {
  if (text.size() != kCmidBytes) return std::nullopt;
  const auto take = [&text](std::size_t digits) {
    const auto value = measure::get_digits(text.substr(0, digits));
    text.remove_prefix(digits);
    return value;
  };
  const auto run = take(kRunDigits);
  const auto sender = take(kSenderDigits);
  const auto chat = take(kChatDigits);
  const auto k = take(kKDigits);
  if (run != key.run_tag || !sender || !chat || !k) return std::nullopt;
  return measure::MessageOrigin{static_cast<measure::ChatIndex>(*chat),
                                static_cast<measure::UserNumber>(*sender),
                                static_cast<std::uint32_t>(*k)};
}

}  // namespace throng::users
