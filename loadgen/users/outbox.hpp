#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/measure/stamp.hpp"
#include "loadgen/pacing/clock.hpp"
#include "protocol/events.hpp"

namespace throng::users {

/// One message that waits on the device for its first tick.
struct PendingSend {
  std::uint32_t chat_slot = 0;  ///< the chat's place among the user's chats
  std::uint32_t k = 0;          ///< the user's how-manieth in that chat, from 1
  pacing::TimePoint due{};
  pacing::TimePoint first_written{};
  pacing::TimePoint retry_at{};  ///< when it is written again, unless it is answered
  std::uint64_t fingerprint = 0;
  std::string body = {};
  protocol::MessageKind kind = protocol::MessageKind::kText;
  protocol::Seq re = 0;
  std::string asset = {};  ///< empty: none
  std::uint16_t writes = 0;
  std::uint8_t refusals = 0;  ///< overloaded, unavailable: how long to back off
  bool timed_out = false;     ///< the timeout was counted
};

/// The messages of one user without an answer, in the order they were meant to be sent. Owned by
/// the user's worker.
class Outbox {
 public:
  static constexpr std::size_t kMaxPending = 256;

  bool full() const { return pending_.size() >= kMaxPending; }
  bool empty() const { return pending_.empty(); }
  std::size_t size() const { return pending_.size(); }

  /// Requires: not full.
  PendingSend& add(PendingSend send) { return pending_.emplace_back(std::move(send)); }
  /// nullptr if it isn't there (any more). Most often it is the first one.
  PendingSend* find(std::uint32_t chat_slot, std::uint32_t k);
  void remove(PendingSend* send) { pending_.erase(pending_.begin() + (send - pending_.data())); }
  void clear() { pending_.clear(); }

  std::vector<PendingSend>& pending() { return pending_; }
  const std::vector<PendingSend>& pending() const { return pending_; }

  /// When the next of them is to be counted as timed out, `timeout` after it was due, or (while
  /// `connected`) to be written again; TimePoint::max() if none.
  pacing::TimePoint next_deadline(pacing::Duration timeout, bool connected) const;

 private:
  std::vector<PendingSend> pending_;
};

}  // namespace throng::users
