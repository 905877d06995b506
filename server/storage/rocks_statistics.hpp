#pragma once

#include <rocksdb/statistics.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

namespace throng::storage {

/// The few of RocksDB's counters that are shown. Its own collection of all of them takes 3 % of
/// what a message costs. Only rocks_store.cpp includes this.
class RocksStatistics final : public rocksdb::Statistics {
 public:
  RocksStatistics() { set_stats_level(rocksdb::StatsLevel::kExceptHistogramOrTimers); }

  const char* Name() const override { return "throng"; }
  std::uint64_t getTickerCount(std::uint32_t ticker) const override {
    const std::size_t place = place_of(ticker);
    return place < counts_.size() ? counts_[place].load(std::memory_order_relaxed) : 0;
  }
  void recordTick(std::uint32_t ticker, std::uint64_t count) override {
    const std::size_t place = place_of(ticker);
    if (place < counts_.size()) counts_[place].fetch_add(count, std::memory_order_relaxed);
  }
  void setTickerCount(std::uint32_t, std::uint64_t) override {}
  std::uint64_t getAndResetTickerCount(std::uint32_t) override { return 0; }
  void histogramData(std::uint32_t, rocksdb::HistogramData* const) const override {}
  /// RocksDB counts some even when it is told not to; its own default ends the program.
  void recordInHistogram(std::uint32_t, std::uint64_t) override {}

 private:
  static std::size_t place_of(std::uint32_t ticker) {
    switch (ticker) {
      case rocksdb::BLOCK_CACHE_HIT:
        return 0;
      case rocksdb::BLOCK_CACHE_MISS:
        return 1;
      case rocksdb::STALL_MICROS:
        return 2;
      default:
        return 3;
    }
  }

  std::array<std::atomic<std::uint64_t>, 3> counts_{};
};

}  // namespace throng::storage
