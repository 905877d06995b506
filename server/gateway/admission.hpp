#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>

#include "server/gateway/http_api.hpp"

namespace throng::gateway {

/// The answer to a request that isn't let in: its user or its address asks too often, or the shard
/// has too much to do for what it asks. nullopt: it may be served.
std::optional<HttpReply> refuse_request(Services& services, const HttpRequest& request,
                                        const boost::asio::ip::address& from);

}  // namespace throng::gateway
