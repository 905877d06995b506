#include "loadgen/users/outbox.hpp"

#include <algorithm>

namespace throng::users {

PendingSend* Outbox::find(std::uint32_t chat_slot, std::uint32_t k) {
  const auto found = std::ranges::find_if(pending_, [=](const PendingSend& send) {
    return send.k == k && send.chat_slot == chat_slot;
  });
  return found == pending_.end() ? nullptr : &*found;
}

pacing::TimePoint Outbox::next_deadline(pacing::Duration timeout, bool connected) const {
  auto earliest = pacing::TimePoint::max();
  for (const PendingSend& send : pending_) {
    if (!send.timed_out) earliest = std::min(earliest, send.due + timeout);
    if (connected) earliest = std::min(earliest, send.retry_at);
  }
  return earliest;
}

}  // namespace throng::users
