#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <unordered_map>

#include "protocol/ids.hpp"
#include "server/gateway/token_bucket.hpp"

namespace throng::gateway {

/// What stands for a client's machine: its address, or of IPv6 the network that one customer of a
/// provider has (RFC 6177).
struct Origin {
  std::uint64_t network = 0;
  bool is_v6 = false;

  static Origin of(const boost::asio::ip::address& address);
  friend bool operator==(const Origin&, const Origin&) = default;
};

}  // namespace throng::gateway

template <>
struct std::hash<throng::gateway::Origin> {
  std::size_t operator()(const throng::gateway::Origin& origin) const {
    return std::hash<std::uint64_t>()(origin.network + (origin.is_v6 ? 1 : 0));
  }
};

namespace throng::gateway {

/// A token bucket for each of many, as long as it isn't full. Bounded: once kMost are known, all
/// newcomers share one. Owned by one thread.
template <class Key>
class Budgets {
 public:
  using Time = TokenBucket::Time;

  static constexpr std::size_t kMost = 1 << 20;

  /// As of TokenBucket.
  std::chrono::nanoseconds take(const Key& key, const Rate& rate, Time now) {
    if (rate.interval.count() == 0) return {};
    const auto known = buckets_.find(key);
    if (known != buckets_.end()) return known->second.take(rate, now);
    return (buckets_.size() < kMost ? buckets_[key] : strangers_).take(rate, now);
  }

  /// Forgets those that are full, every few seconds however often it is called.
  void sweep(Time now) {
    if (now < next_sweep_) return;
    next_sweep_ = now + kBetweenSweeps;
    boost::unordered::erase_if(buckets_,
                               [now](const auto& each) { return each.second.is_full(now); });
  }

  std::size_t size() const { return buckets_.size(); }

 private:
  static constexpr std::chrono::seconds kBetweenSweeps{5};

  boost::unordered_flat_map<Key, TokenBucket, std::hash<Key>> buckets_;
  TokenBucket strangers_;
  Time next_sweep_{};
};

/// What the users of a shard may do, each in all sessions together. Owned by the shard's thread.
class UserBudgets {
 public:
  using Time = TokenBucket::Time;

  struct Budget {
    TokenBucket sends;
    TokenBucket events;
    std::uint32_t sessions = 0;
    bool awaits_end = false;  ///< it is among those that are looked at
  };

  /// Stays where it is until the session gives it back.
  Budget& open(protocol::UserId user);
  void close(protocol::UserId user);
  /// For one who has no session here, maybe.
  Budget& passing(protocol::UserId user);
  /// Forgets who left and may do everything again; looks at a bounded number.
  void sweep(Time now);

  std::size_t size() const { return budgets_.size(); }

 private:
  Budget& look_at_later(protocol::UserId user);

  std::unordered_map<protocol::UserId, Budget> budgets_;
  std::deque<protocol::UserId> leaving_;
};

}  // namespace throng::gateway
