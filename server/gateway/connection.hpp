#pragma once

#include <boost/asio/awaitable.hpp>

#include "server/gateway/session.hpp"

namespace throng::gateway {

/// The story of one accepted connection on the shard that got it: HTTP requests one after the
/// other, until it ends, or until it is upgraded and says hello; then it moves to its user's home
/// shard as a Session.
boost::asio::awaitable<void> serve_connection(Services& services, Session::Socket socket);

}  // namespace throng::gateway
