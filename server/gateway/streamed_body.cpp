#include "server/gateway/streamed_body.hpp"

#include <boost/beast/core/read_size.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <vector>

#include "server/gateway/http_fields.hpp"

namespace throng::gateway {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using protocol::Error;

namespace {

constexpr std::size_t kMostReadAtOnce = 64 * 1024;

bool waits_to_be_told(const StreamedBody::Header& header) {
  return beast::iequals(header[http::field::expect], "100-continue");
}

}  // namespace

StreamedBody::StreamedBody(ClientStream& stream, beast::flat_buffer& buffer, HeaderParser&& header)
    : stream_(stream),
      buffer_(buffer),
      parser_(std::move(header)),
      invited_(!waits_to_be_told(parser_.get())) {
  parser_.eager(true);
}

std::optional<std::uint64_t> StreamedBody::length() const {
  const auto length = parser_.content_length();
  return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}

asio::awaitable<std::size_t> StreamedBody::read(std::span<char> into) {
  if (!invited_) co_await invite();
  auto& body = parser_.get().body();
  body = {.data = into.data(), .size = into.size(), .more = true};
  while (!parser_.is_done() && body.size > 0) {
    error_code error;
    if (buffer_.size() > 0) buffer_.consume(parser_.put(buffer_.data(), error));
    if (parser_.is_done() || body.size == 0) break;
    if (error && error != http::error::need_more && error != http::error::need_buffer) {
      broken_ = true;
      throw Refusal{Error::kBadField, "the body isn't as its header says"};
    }
    if (buffer_.size() == 0 || error == http::error::need_more) co_await receive();
  }
  co_return into.size() - body.size;
}

asio::awaitable<void> StreamedBody::invite() {
  invited_ = true;
  // Not in the condition of an if: what GCC 12 makes of that crashes when it goes on.
  constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
  const error_code error = co_await stream_.write(kGoOn);
  broken_ = error.failed();
}

asio::awaitable<void> StreamedBody::receive() {
  error_code error = asio::error::eof;
  if (!broken_ && !stream_.is_expired()) {
    error.clear();
    const auto room = buffer_.prepare(beast::read_size(buffer_, kMostReadAtOnce));
    const std::size_t received =
        co_await stream_.read_some({static_cast<char*>(room.data()), room.size()}, error);
    buffer_.commit(received);
  }
  if (!error) co_return;
  broken_ = true;
  if (stream_.is_expired())
    throw Refusal{Error::kRequestTimeout, "the body didn't come whole in time"};
  throw Refusal{Error::kBadField, "the body is cut"};
}

asio::awaitable<bool> StreamedBody::skip(std::uint64_t most) {
  if (parser_.is_done()) co_return true;
  if (broken_ || !invited_ || length().value_or(most + 1) > most) co_return false;
  std::vector<char> thrown_away(kMostReadAtOnce);
  try {
    while (!parser_.is_done()) co_await read(thrown_away);
  } catch (const Refusal&) {
    co_return false;
  }
  co_return true;
}

}  // namespace throng::gateway
