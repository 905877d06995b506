#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/url/url_view.hpp>

#include "protocol/token.hpp"
#include "server/gateway/http_api.hpp"

namespace throng::gateway {

// What people want to be told when they have no session, and what they were. Each throws a Refusal
// when that can't be served.

boost::asio::awaitable<HttpReply> get_preferences(Services& services, protocol::Claims caller);
boost::asio::awaitable<HttpReply> set_preferences(Services& services, protocol::Claims caller,
                                                  const HttpRequest& request);
/// One-time codes and promotions, for callers with an admin token.
boost::asio::awaitable<HttpReply> send_notifications(Services& services, protocol::Claims caller,
                                                     const HttpRequest& request);
/// The caller's own; those of anybody for callers with an admin token.
boost::asio::awaitable<HttpReply> list_notifications(Services& services, protocol::Claims caller,
                                                     boost::urls::url_view url);

}  // namespace throng::gateway
