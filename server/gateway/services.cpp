#include "server/gateway/services.hpp"

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
    : SessionServices({.shard = shard_index,
                       .placement = shard_placement,
                       .tokens = server_services.tokens,
                       .directory = server_services.directory,
                       .epochs = server_services.epochs,
                       .limits = server_services.limits,
                       .journal = server_services.journal,
                       .office = post_office,
                       .rules = chat_rules,
                       .presence = chat_presence,
                       .metrics = shard_metrics}),
      io(io_context),
      server(server_services),
      node(node_status),
      turn(shard_turn),
      receive_buffer(kReceiveBufferBytes) {}

// Sessions leave the set of sockets, so they go before it does.
Services::~Services() { sessions = {}; }

}  // namespace throng::gateway
