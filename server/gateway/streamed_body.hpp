#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "server/gateway/client_stream.hpp"
#include "server/gateway/http_body.hpp"

namespace throng::gateway {

/// The body of a request whose header was read, taken from the connection when it is wanted: only
/// then is a client that waits for "100 Continue" told to send it. Owned by the shard's thread.
class StreamedBody final : public HttpBody {
 public:
  using HeaderParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
  using Header = boost::beast::http::request_header<>;

  /// Requires: `stream` and `buffer`, with the bytes behind the header, outlive it.
  StreamedBody(ClientStream& stream, boost::beast::flat_buffer& buffer, HeaderParser&& header);

  const Header& header() const { return parser_.get(); }
  bool keep_alive() const { return parser_.keep_alive(); }

  std::optional<std::uint64_t> length() const override;
  boost::asio::awaitable<std::size_t> read(std::span<char> into) override;

  /// Reads what is left, up to `most` bytes, so that another request can follow. False: none can,
  /// because there is more, or it doesn't come.
  boost::asio::awaitable<bool> skip(std::uint64_t most);

 private:
  /// Errors: throws a Refusal.
  boost::asio::awaitable<void> receive();
  boost::asio::awaitable<void> invite();

  // Owned by the shard thread
  ClientStream& stream_;
  boost::beast::flat_buffer& buffer_;
  boost::beast::http::request_parser<boost::beast::http::buffer_body> parser_;
  bool invited_;         ///< the client sends without being told to, or was told
  bool broken_ = false;  ///< no more of it will come
};

}  // namespace throng::gateway
