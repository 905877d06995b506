#include "loadgen/play/crew_orders.hpp"

#include "protocol/token.hpp"

namespace throng::play {

std::function<std::string(protocol::UserId)> token_mint(const std::string& secret,
                                                        std::int64_t expires, bool admin) {
  return [key = protocol::TokenKey(secret), expires, admin](protocol::UserId user) {
    return key.mint({.user = user, .expires = expires, .admin = admin});
  };
}

std::uint64_t sum_of(const measure::Roster& roster) {
  std::uint64_t sum = 0;
  const auto add = [&](std::uint64_t value) { sum = protocol::mix(sum + value + 1); };
  for (const std::uint64_t begin : roster.chat_begin) add(begin);
  for (const UserNumber member : roster.members) add(member);
  return sum;
}

}  // namespace throng::play
