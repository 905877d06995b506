#pragma once

#include <boost/circular_buffer.hpp>
#include <cstdint>

#include "loadgen/pacing/clock.hpp"
#include "protocol/ids.hpp"

namespace throng::users {

/// Own messages of one chat that still await ticks, by their seqs: what a receipt is about is most
/// often the newest, however many nobody has read. Owned by the user's worker.
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
    if (from == to) return;
    for (auto each = first_above(from); each != watched_.end() && each->seq <= to; ++each) {
      if (each->undelivered == 0) continue;
      --each->undelivered;
      fn(each->due, each->undelivered == 0);
    }
  }
  /// The read cursor likewise: fn(due); forgets messages that everybody has read.
  template <class Fn>
  void read(protocol::Seq from, protocol::Seq to, Fn&& fn) {
    if (from == to) return;
    const auto begin = first_above(from);
    auto each = begin;
    for (; each != watched_.end() && each->seq <= to; ++each) {
      if (each->unread == 0) continue;
      --each->unread;
      fn(each->due);
    }
    forget_complete(begin, each);
  }

  /// What is new after the server said how many ticks are still missing.
  struct Change {
    pacing::TimePoint due{};
    std::uint32_t delivered = 0;
    std::uint32_t read = 0;
  };
  /// Nothing is new of a message that isn't watched (any more), and of counts that are behind.
  Change count(protocol::Seq seq, std::uint32_t undelivered, std::uint32_t unread);

  using List = boost::circular_buffer<Watched>;
  const List& watched() const { return watched_; }

 private:
  List::iterator first_above(protocol::Seq seq);
  void forget_complete(List::iterator begin, List::iterator end);

  List watched_;
};

}  // namespace throng::users
