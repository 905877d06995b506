#include "server/gateway/session_services.hpp"

#include "server/gateway/farewell.hpp"
#include "server/gateway/session.hpp"

namespace throng::gateway {

SessionServices::SessionServices(const Parts& parts)
    : shard(parts.shard),
      placement(parts.placement),
      tokens(parts.tokens),
      directory(parts.directory),
      epochs(parts.epochs),
      limits(parts.limits),
      journal(parts.journal),
      office(parts.office),
      rules(parts.rules),
      presence(parts.presence),
      metrics(parts.metrics) {}

SessionServices::~SessionServices() = default;

void SessionServices::flush_later(const chat::ClientRef& session) {
  later.push_back(
      {.due = now + limits.receipt_delay, .slot = session.slot, .generation = session.generation});
}

void SessionServices::plan_due_flushes() {
  for (; !later.empty() && later.front().due <= now; later.pop_front()) {
    if (auto* session = sessions.find(later.front().slot, later.front().generation)) {
      session->will_flush();
    }
  }
}

void SessionServices::flush_sessions() {
  for (std::size_t i = 0; i < unflushed.size(); ++i) {
    if (auto* session = sessions.find(unflushed[i])) session->flush();
  }
  unflushed.clear();
}

void SessionServices::let_sessions_depart() {
  for (const cluster::Slot slot : ended) {
    sessions.find(slot)->depart();
    sessions.extract(slot);
  }
  ended.clear();
}

std::chrono::milliseconds SessionServices::next_time_away() {
  return time_away(told_to_leave++, limits.drain);
}

std::string BufferPool::borrow() {
  if (free_.empty()) return {};
  std::string buffer = std::move(free_.back());
  free_.pop_back();
  return buffer;
}

void BufferPool::give_back(std::string&& buffer) {
  if (free_.size() >= kMaxBuffers || buffer.capacity() > kMaxKeptBytes) return;
  buffer.clear();
  free_.push_back(std::move(buffer));
}

}  // namespace throng::gateway
