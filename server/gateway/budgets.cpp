#include "server/gateway/budgets.hpp"

#include <algorithm>
#include <utility>

namespace throng::gateway {

Origin Origin::of(const boost::asio::ip::address& address) {
  if (address.is_v4()) return {.network = address.to_v4().to_uint()};
  const auto v6 = address.to_v6();
  if (v6.is_v4_mapped()) {
    return {.network = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_uint()};
  }
  std::uint64_t network = 0;
  const auto bytes = v6.to_bytes();
  for (std::size_t i = 0; i < 8; ++i) network = network << 8 | bytes[i];
  return {.network = network, .is_v6 = true};
}

UserBudgets::Budget& UserBudgets::open(protocol::UserId user) {
  Budget& budget = budgets_[user];
  ++budget.sessions;
  return budget;
}

void UserBudgets::close(protocol::UserId user) { --look_at_later(user).sessions; }

UserBudgets::Budget& UserBudgets::passing(protocol::UserId user) { return look_at_later(user); }

UserBudgets::Budget& UserBudgets::look_at_later(protocol::UserId user) {
  Budget& budget = budgets_[user];
  if (!std::exchange(budget.awaits_end, true)) leaving_.push_back(user);
  return budget;
}

void UserBudgets::sweep(Time now) {
  constexpr std::size_t kAtOnce = 20'000;
  for (std::size_t left = std::min(leaving_.size(), kAtOnce); left > 0; --left) {
    const auto known = budgets_.find(leaving_.front());
    leaving_.pop_front();
    Budget& budget = known->second;
    budget.awaits_end = budget.sessions == 0;
    if (!budget.awaits_end) continue;  // it is closed another time
    if (budget.sends.is_full(now) && budget.events.is_full(now)) {
      budgets_.erase(known);
    } else {
      leaving_.push_back(known->first);
    }
  }
}

}  // namespace throng::gateway
