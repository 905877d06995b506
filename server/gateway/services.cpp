#include "server/gateway/services.hpp"

#include "server/gateway/farewell.hpp"
#include "server/gateway/http_exchange.hpp"
#include "server/gateway/session.hpp"
#include "server/gateway/shared_connection.hpp"

namespace throng::gateway {
namespace {

constexpr std::size_t kReceiveBufferBytes = 256 * 1024;

}  // namespace

Services::Services(boost::asio::io_context& io_context, chat::ShardIndex shard_index,
                   chat::Placement shard_placement, const ServerServices& server_services,
                   const NodeStatus& node_status, Turn& shard_turn,
                   cluster::PostOffice& post_office, chat::Rules& chat_rules,
                   chat::Presence& chat_presence, metrics::ShardMetrics& shard_metrics)
    : io(io_context),
      shard(shard_index),
      placement(shard_placement),
      server(server_services),
      node(node_status),
      turn(shard_turn),
      office(post_office),
      rules(chat_rules),
      presence(chat_presence),
      metrics(shard_metrics),
      receive_buffer(kReceiveBufferBytes) {}

Services::~Services() = default;

void Services::flush_later(const chat::ClientRef& session) {
  later.push_back(
      {.due = now + receipt_delay(), .slot = session.slot, .generation = session.generation});
}

void Services::plan_due_flushes() {
  for (; !later.empty() && later.front().due <= now; later.pop_front()) {
    if (auto* session = sessions.find(later.front().slot, later.front().generation)) {
      session->will_flush();
    }
  }
}

std::chrono::milliseconds Services::next_time_away() {
  return time_away(told_to_leave++, server.limits.drain);
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
