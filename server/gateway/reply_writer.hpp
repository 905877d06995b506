#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <string>

#include "server/gateway/client_stream.hpp"
#include "server/gateway/http_api.hpp"

namespace throng::gateway {

struct ReplyManner {
  bool keep_alive = false;
  bool head_only = false;  ///< the answer to HEAD
};

/// Writes the reply, and the part of an asset that it promises piece by piece.
/// Errors: the stream's; eof when the part can't be read to its end.
boost::asio::awaitable<boost::system::error_code> write_reply(Services& services,
                                                              ClientStream& stream,
                                                              HttpReply& reply, ReplyManner manner);

/// The header's bytes.
std::string serialized(boost::beast::http::response<boost::beast::http::empty_body>& response);

}  // namespace throng::gateway
