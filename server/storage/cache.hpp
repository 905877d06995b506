#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace throng::storage {

struct CacheCounters {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
};

/// Values that were read before, up to a bound of bytes; the one that wasn't asked for longest
/// makes room (LRU). What isn't there isn't kept, or asking for it would push out what is. Any
/// thread may call. Requires: every bit of a hash depends on the whole key.
///
/// Invariant: a value that was read before forget() returned is never given out by a get() that
/// begins afterwards. For that a stripe counts what it was told to forget, and keeps nothing that
/// was read meanwhile.
template <class Key, class Value, class Hash = std::hash<Key>>
class Cache {
 public:
  explicit Cache(std::size_t max_bytes) : stripe_bytes_(max_bytes / kStripes) {}

  /// From the cache, or else what `load()` returns; `bytes_of(value)` is what it takes beside its
  /// place. No lock is held while `load` runs.
  template <class Load, class BytesOf>
  std::optional<Value> get(const Key& key, Load&& load, BytesOf&& bytes_of) {
    Stripe& stripe = stripe_of(key);
    std::uint64_t forgotten = 0;
    if (auto value = find(stripe, key, forgotten)) return value;
    std::optional<Value> value = load();
    if (value) keep(stripe, key, *value, kEntryBytes + bytes_of(*value), forgotten);
    return value;
  }

  void forget(const Key& key) {
    Stripe& stripe = stripe_of(key);
    const std::scoped_lock lock(stripe.mutex);
    ++stripe.forgotten;
    const auto found = stripe.places.find(key);
    if (found != stripe.places.end()) drop(stripe, found->second);
  }

  CacheCounters counters() const {
    return {hits_.load(std::memory_order_relaxed), misses_.load(std::memory_order_relaxed)};
  }

 private:
  struct Entry {
    Key key;
    Value value;
    std::size_t bytes;
  };
  using Entries = std::list<Entry>;
  struct Stripe {
    std::mutex mutex;
    Entries by_use;  ///< the latest first
    std::unordered_map<Key, typename Entries::iterator, Hash> places;
    std::size_t bytes = 0;
    std::uint64_t forgotten = 0;
  };

  static constexpr std::size_t kStripes = 16;
  /// The list's and the map's nodes and a bucket, about.
  static constexpr std::size_t kEntryBytes = sizeof(Entry) + sizeof(Key) + 64;

  Stripe& stripe_of(const Key& key) { return stripes_[Hash{}(key) >> 60]; }

  std::optional<Value> find(Stripe& stripe, const Key& key, std::uint64_t& forgotten) {
    const std::scoped_lock lock(stripe.mutex);
    forgotten = stripe.forgotten;
    const auto found = stripe.places.find(key);
    const bool hit = found != stripe.places.end();
    (hit ? hits_ : misses_).fetch_add(1, std::memory_order_relaxed);
    if (!hit) return std::nullopt;
    stripe.by_use.splice(stripe.by_use.begin(), stripe.by_use, found->second);
    return found->second->value;
  }

  void keep(Stripe& stripe, const Key& key, const Value& value, std::size_t bytes,
            std::uint64_t forgotten) {
    const std::scoped_lock lock(stripe.mutex);
    if (stripe.forgotten != forgotten || bytes > stripe_bytes_ || stripe.places.contains(key))
      return;
    while (stripe.bytes + bytes > stripe_bytes_) drop(stripe, std::prev(stripe.by_use.end()));
    stripe.by_use.push_front({key, value, bytes});
    stripe.places.emplace(key, stripe.by_use.begin());
    stripe.bytes += bytes;
  }

  static void drop(Stripe& stripe, typename Entries::iterator entry) {
    stripe.bytes -= entry->bytes;
    stripe.places.erase(entry->key);
    stripe.by_use.erase(entry);
  }

  const std::size_t stripe_bytes_;
  std::array<Stripe, kStripes> stripes_;

  // Any thread
  std::atomic<std::uint64_t> hits_ = 0;
  std::atomic<std::uint64_t> misses_ = 0;
};

}  // namespace throng::storage
