#pragma once

#include <cstdint>
#include <vector>

#include "loadgen/pacing/clock.hpp"
#include "protocol/ids.hpp"

namespace throng::users {

/// Own messages of one chat that still await ticks, oldest first. Owned by the user's worker.
class ReceiptWatch {
 public:
  static constexpr std::size_t kMaxWatched = 256;

  struct Watched {
    protocol::Seq seq = 0;
    pacing::TimePoint due{};
    std::uint32_t undelivered = 0;  ///< members whose second tick is missing
    std::uint32_t unread = 0;       ///< members whose third tick is missing
  };

  /// Begins to watch a message. When there is no room the oldest is forgotten and returned; else
  /// the result's seq is 0.
  Watched watch(const Watched& message);

  /// A member's delivered cursor moved over (from, to]: calls fn(due, last) for each message in
  /// there; `last` tells that all others had it already.
  template <class Fn>
  void delivered(protocol::Seq from, protocol::Seq to, Fn&& fn) {
    for (Watched& each : watched_) {
      if (each.seq <= from || each.seq > to || each.undelivered == 0) continue;
      --each.undelivered;
      fn(each.due, each.undelivered == 0);
    }
  }
  /// The read cursor likewise: fn(due); forgets messages that everybody has read.
  template <class Fn>
  void read(protocol::Seq from, protocol::Seq to, Fn&& fn) {
    for (Watched& each : watched_) {
      if (each.seq <= from || each.seq > to || each.unread == 0) continue;
      --each.unread;
      fn(each.due);
    }
    forget_complete();
  }

  const std::vector<Watched>& watched() const { return watched_; }

 private:
  void forget_complete();

  std::vector<Watched> watched_;
};

}  // namespace throng::users
