#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "server/gateway/services.hpp"

namespace throng::gateway {

using AcceptedSocket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// The story of one accepted connection on the shard that got it: HTTP requests one after the
/// other, until it ends, or until it is upgraded and says hello; then it moves to its user's home
/// shard as a Session, or stays here as a SharedConnection.
boost::asio::awaitable<void> serve_connection(Services& services, AcceptedSocket socket);

}  // namespace throng::gateway
