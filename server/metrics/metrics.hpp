#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

/// What each shard counts. How the figures are called and what they mean stands in catalog.hpp.
namespace throng::metrics {

enum class Metric : std::uint8_t {
  kSessions,
  kSharedSessions,
  kConnections,
  kSharedConnections,
  kConnectionsTotal,
  kSessionsTotal,
  kClientEventsHello,
  kClientEventsSend,
  kClientEventsDelivered,
  kClientEventsRead,
  kClientEventsFetch,
  kClientEventsActivity,
  kClientEventsPresence,
  kClientEventsTyping,
  kClientEventsLeave,
  kClientEventsPing,
  kServerEventsSent,
  kServerEventsMessage,
  kServerEventsReceipt,
  kServerEventsHistory,
  kServerEventsPresence,
  kServerEventsTyping,
  kServerEventsError,
  kServerEventsOther,
  kClientErrors,
  kMessages,
  kBodyBytes,
  kMessageRepeats,
  kCursorMoves,
  kDeliveries,
  kReceipts,
  kCatchUpPages,
  kCatchUpMessages,
  kHistoryMessages,
  kBytesIn,
  kBytesOut,
  kWrites,
  kHttpRequests,
  kAssetUploads,
  kAssetRepeats,
  kAssetDownloads,
  kAssetBytesIn,
  kAssetBytesOut,
  kClosedSlowReader,
  kClosedIdle,
  kClosedBadFrame,
  kRefusedOverloaded,
  kRefusedRequestTimeout,
  kRefusedHelloTimeout,
  kRefusedTls,
  kRefusedUserRate,
  kRefusedLoginRate,
  kRefusedWorkers,
  kRefusedTransfers,
  kRefusedUploads,
  kRefusedNoRoom,
  kPresenceHeld,
  kShedPresence,
  kShedTyping,
  kShedReceipts,
  kShedHistory,
  kShedMessages,
  kFailedCommits,
  kMailboxDepth,
  kCommitPending,
  kChatsInMemory,
  kOutboundBytes,
  kLoad,
  kLoopLag,
  kCpu,
  kCount,
};

enum class Type : std::uint8_t { kCounter, kGauge };

struct Description {
  Metric metric;
  std::string_view name;
  Type type;
  std::string_view help;
  std::string_view label_name;  ///< empty: no label but the shard
  std::string_view label_value;
  double unit = 1;  ///< what one stands for on the page, e.g. a nanosecond of a figure in seconds
};

/// Counts an encoded event that goes to clients, by its op; the first of several that go together.
Metric server_event(std::string_view json);

/// In the order of the enumeration.
std::span<const Description> descriptions();

/// The figures of one shard: written by its thread only, read by any.
class ShardMetrics {
 public:
  void add(Metric metric, std::uint64_t n = 1) {
    auto& value = values_[static_cast<std::size_t>(metric)];
    value.store(value.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void subtract(Metric metric, std::uint64_t n = 1) { add(metric, ~n + 1); }
  void set(Metric metric, std::uint64_t n) {
    values_[static_cast<std::size_t>(metric)].store(n, std::memory_order_relaxed);
  }
  std::uint64_t get(Metric metric) const {
    return values_[static_cast<std::size_t>(metric)].load(std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Metric::kCount)> values_{};
};

}  // namespace throng::metrics
