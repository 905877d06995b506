#include "server/gateway/reply_writer.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/serializer.hpp>
#include <vector>

#include "server/gateway/asset_api.hpp"
#include "server/version.hpp"

namespace throng::gateway {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr unsigned kNotModified = 304;
constexpr unsigned kUnavailable = 503;
constexpr std::uint64_t kSlowestBytesPerSecond = 64 * 1024;

beast::string_view view(std::string_view text) { return {text.data(), text.size()}; }

http::response<http::empty_body> head_of(const HttpReply& reply, bool keep_alive) {
  http::response<http::empty_body> head{static_cast<http::status>(reply.status), 11};
  head.set(http::field::server, kServerName);
  if (!reply.content_type.empty()) head.set(http::field::content_type, view(reply.content_type));
  if (!reply.allow.empty()) head.set(http::field::allow, view(reply.allow));
  if (reply.retry_after_s > 0 || reply.status == kUnavailable) {
    head.set(http::field::retry_after, std::to_string(std::max(reply.retry_after_s, 1U)));
  }
  for (const HttpReply::Header& each : reply.headers) head.set(view(each.name), each.value);
  if (reply.status != kNotModified) {
    head.content_length(reply.part ? reply.part->left : reply.body.size());
  }
  head.keep_alive(keep_alive);
  return head;
}

asio::awaitable<error_code> write_part(Services& services, ClientStream& stream, AssetPart& part) {
  std::vector<char> piece(std::min<std::uint64_t>(part.left, kAssetPieceBytes));
  // One time for all of it, or slow readers would keep the others from theirs.
  stream.expires_after(services.server.limits.http_timeout +
                       std::chrono::seconds(part.left / kSlowestBytesPerSecond));
  while (part.left > 0) {
    const std::size_t count = co_await read_asset(services, part, piece);
    if (count == 0) co_return asio::error::eof;
    if (const error_code error = co_await stream.write({piece.data(), count})) co_return error;
  }
  co_return error_code();
}

}  // namespace

std::string serialized(http::response<http::empty_body>& response) {
  std::string bytes;
  http::response_serializer<http::empty_body> serializer(response);
  for (error_code error; !error && !serializer.is_done();) {
    serializer.next(error, [&](error_code&, const auto& buffers) {
      for (const auto part : beast::buffers_range_ref(buffers)) {
        bytes.append(static_cast<const char*>(part.data()), part.size());
      }
      serializer.consume(beast::buffer_bytes(buffers));
    });
  }
  return bytes;
}

asio::awaitable<error_code> write_reply(Services& services, ClientStream& stream, HttpReply& reply,
                                        ReplyManner manner) {
  auto head = head_of(reply, manner.keep_alive);
  std::string bytes = serialized(head);
  if (!manner.head_only) bytes += reply.body;
  const error_code error = co_await stream.write(bytes);
  if (error || manner.head_only || !reply.part) co_return error;
  co_return co_await write_part(services, stream, *reply.part);
}

}  // namespace throng::gateway
