#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "server/gateway/client_stream.hpp"
#include "server/gateway/services.hpp"

namespace throng::gateway {

/// The story of one accepted connection on the shard that got it: HTTP requests one after the
/// other, until it ends, or until it is upgraded and says hello; then it moves to its user's home
/// shard as a Session, or stays here as a SharedConnection. `channel`: its TLS; null: plain.
/// `from`: where the client is.
boost::asio::awaitable<void> serve_connection(Services& services, AcceptedSocket socket,
                                              std::unique_ptr<tls::Channel> channel,
                                              boost::asio::ip::address from);

}  // namespace throng::gateway
