#include "server/gateway/connection.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/read_size.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "protocol/frame.hpp"
#include "protocol/session_line.hpp"
#include "server/gateway/admission.hpp"
#include "server/gateway/greeting.hpp"
#include "server/gateway/http_api.hpp"
#include "server/gateway/reply_writer.hpp"
#include "server/gateway/shared_connection.hpp"
#include "server/gateway/streamed_body.hpp"
#include "server/version.hpp"

namespace throng::gateway {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using protocol::Error;

namespace {

using Request = http::request<http::string_body>;
using HeaderParser = StreamedBody::HeaderParser;

constexpr std::string_view kWebSocketPath = "/v1/ws";
constexpr std::size_t kMaxHeaderBytes = 8 * 1024;
constexpr std::size_t kMostReadAtOnce = 64 * 1024;
constexpr unsigned kFirstRefusal = 400;
constexpr std::size_t kMostSkipped = 1 << 20;  // of what was refused, to keep the connection

/// Counts the connection for as long as it isn't a session.
class Counted {
 public:
  explicit Counted(metrics::ShardMetrics& m) : metrics_(m) {
    metrics_.add(metrics::Metric::kConnections);
    metrics_.add(metrics::Metric::kConnectionsTotal);
  }
  ~Counted() { metrics_.subtract(metrics::Metric::kConnections); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  metrics::ShardMetrics& metrics_;
};

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

/// Reads until the parser has the header, or the whole request. Errors: the parser's; the stream's.
template <class Body>
asio::awaitable<error_code> read_request(ClientStream& stream, beast::flat_buffer& buffer,
                                         http::request_parser<Body>& parser, bool whole) {
  parser.eager(whole);
  const auto is_read = [&] { return whole ? parser.is_done() : parser.is_header_done(); };
  while (!is_read()) {
    error_code error;
    // What stands behind a request isn't the parser's.
    if (buffer.size() > 0) buffer.consume(parser.put(buffer.data(), error));
    if (error && error != http::error::need_more) co_return error;
    if (is_read()) break;
    error.clear();
    const auto room = buffer.prepare(beast::read_size(buffer, kMostReadAtOnce));
    const std::size_t received =
        co_await stream.read_some({static_cast<char*>(room.data()), room.size()}, error);
    if (error) co_return error;
    buffer.commit(received);
  }
  co_return error_code();
}

/// Requires: the header outlives it.
HttpRequest request_of(const http::request_header<>& header) {
  return {.method = view(header.method_string()),
          .target = view(header.target()),
          .authorization = view(header[http::field::authorization]),
          .content_type = view(header[http::field::content_type]),
          .body = {},
          .range = view(header[http::field::range]),
          .if_range = view(header[http::field::if_range]),
          .if_none_match = view(header[http::field::if_none_match])};
}

/// Closes for sending, and reads and throws away what the client still says: closing with unread
/// bytes would reset the connection and take what was written with it.
asio::awaitable<void> hear_out(Services& services, ClientStream& stream) {
  stream.shut_down();
  stream.expires_after(services.server.limits.close_timeout);
  std::vector<char> thrown_away(kMostReadAtOnce);
  for (error_code error; !error && !stream.is_expired();) {
    co_await stream.read_some(thrown_away, error);
  }
}

/// nullopt: `request` is a proper upgrade, whose answer goes to `response`.
std::optional<HttpReply> check_upgrade(const Request& request,
                                       http::response<http::empty_body>& response) {
  if (view(request.target()).substr(0, request.target().find('?')) != kWebSocketPath) {
    return error_reply(Error::kNotFound);
  }
  const std::string_view key = view(request[http::field::sec_websocket_key]);
  if (request[http::field::sec_websocket_version] != "13" || key.size() != 24) {
    return error_reply(Error::kBadField, "a WebSocket upgrade of version 13 is expected");
  }
  response.result(http::status::switching_protocols);
  response.version(11);
  response.set(http::field::server, kServerName);
  response.set(http::field::upgrade, "websocket");
  response.set(http::field::connection, "Upgrade");
  response.set(http::field::sec_websocket_accept, protocol::accept_key(key));
  return std::nullopt;
}

bool is_shared(std::string_view first_message) {
  return protocol::read_session_line(first_message.substr(0, first_message.find('\n'))).has_value();
}

/// Ends a WebSocket connection that never became a session.
asio::awaitable<void> say_goodbye(Services& services, ClientStream& stream, Error reason,
                                  std::string_view detail) {
  stream.expires_after(services.server.limits.close_timeout);
  std::string event;
  protocol::encode(
      event, protocol::Failure{.code = reason,
                               .detail = detail.empty() ? protocol::error_text(reason) : detail,
                               .chat = {},
                               .cmid = {},
                               .ref = {}});
  std::string bytes;
  protocol::append_frame(bytes, protocol::Opcode::kText, event);
  protocol::append_frame(
      bytes, protocol::Opcode::kClose,
      protocol::close_payload(protocol::close_code(reason), protocol::error_name(reason)));
  co_await stream.write(bytes);
  co_await hear_out(services, stream);
}

/// The first message of a client and the bytes behind it. Neither text nor error: the peer left.
struct FirstMessage {
  std::optional<std::string> text = std::nullopt;
  std::string early_bytes = {};
  std::optional<Error> error = std::nullopt;
};

asio::awaitable<FirstMessage> receive_first(Services& services, ClientStream& stream,
                                            beast::flat_buffer& buffer) {
  using Kind = protocol::FrameReader::Item::Kind;
  protocol::FrameReader reader(protocol::FrameRole::kServer, protocol::kMaxClientMessageBytes);
  stream.expires_after(services.server.limits.hello_timeout);
  while (true) {
    const std::span<char> input(static_cast<char*>(buffer.data().data()), buffer.size());
    std::size_t used = 0;
    const auto item = reader.next(input, used);
    if (item.kind == Kind::kFailed) co_return FirstMessage{.error = item.error};
    if (item.kind == Kind::kClose) co_return FirstMessage{};
    if (item.kind == Kind::kBinary) co_return FirstMessage{.error = Error::kHelloFirst};
    if (item.kind == Kind::kText) {
      const auto behind = input.subspan(used);
      co_return FirstMessage{.text = std::string(item.payload),
                             .early_bytes = std::string(behind.data(), behind.size())};
    }
    if (item.kind == Kind::kPing) {
      std::string pong;
      protocol::append_frame(pong, protocol::Opcode::kPong, item.payload);
      if (co_await stream.write(pong)) co_return FirstMessage{};
    }
    buffer.consume(used);
    if (item.kind != Kind::kNeedMore) continue;
    error_code error;
    const auto room = buffer.prepare(4096);
    const std::size_t received =
        co_await stream.read_some({static_cast<char*>(room.data()), room.size()}, error);
    if (error && stream.is_expired()) {
      services.metrics.add(metrics::Metric::kRefusedHelloTimeout);
      co_return FirstMessage{.error = Error::kHelloTimeout};
    }
    if (error) co_return FirstMessage{};
    buffer.commit(received);
  }
}

void share(Services& services, ClientStream& stream, FirstMessage first) {
  auto released = stream.release();
  if (released.descriptor < 0) return;
  SharedConnection* shared = services.shared.insert([&](auto key) {
    return std::make_unique<SharedConnection>(
        services, SharedConnection::Key{.slot = key.slot, .generation = key.generation},
        Socket(released.descriptor, std::move(released.channel)));
  });
  shared->start(*first.text, first.early_bytes + released.received);
}

/// Upgrades, waits for hello, and sends the connection to its user's home; or keeps it here if it
/// is to carry the sessions of many.
asio::awaitable<void> become_session(Services& services, ClientStream& stream,
                                     beast::flat_buffer& buffer, const Request& request) {
  http::response<http::empty_body> response;
  if (auto refusal = check_upgrade(request, response)) {
    co_await write_reply(services, stream, *refusal, {});
    co_return;
  }
  const std::string accepted = serialized(response);
  if (co_await stream.write(accepted)) co_return;
  FirstMessage first = co_await receive_first(services, stream, buffer);
  if (!first.text && !first.error) co_return;
  if (first.text && is_shared(*first.text)) co_return share(services, stream, std::move(first));
  Greeting greeting =
      first.text ? read_hello(services, *first.text) : Greeting{.error = first.error};
  if (greeting.error) {
    services.metrics.add(metrics::Metric::kClientErrors);
    co_return co_await say_goodbye(services, stream, *greeting.error, greeting.detail);
  }
  auto released = stream.release();
  if (released.descriptor < 0) co_return;
  greeting.newcomer->descriptor = released.descriptor;
  greeting.newcomer->channel = std::move(released.channel);
  greeting.newcomer->early_bytes = first.early_bytes + released.received;
  const chat::ShardIndex home = services.placement.of(greeting.newcomer->user);
  services.office.send(home, std::move(*greeting.newcomer));
}

/// Says what can be said of a request that didn't come, or not whole.
asio::awaitable<void> refuse_unread(Services& services, ClientStream& stream, bool has_begun,
                                    error_code error) {
  if (!stream.is_established()) {
    services.metrics.add(metrics::Metric::kRefusedTls);
    co_return;
  }
  const bool too_large = error == http::error::body_limit || error == http::error::header_limit;
  const bool too_late = stream.is_expired() && has_begun;
  const bool nonsense =
      !too_large && error.category() == error_code(http::error::end_of_stream).category() &&
      error != http::error::end_of_stream && error != http::error::partial_message;
  if (!too_large && !too_late && !nonsense) co_return;
  if (too_late) services.metrics.add(metrics::Metric::kRefusedRequestTimeout);
  if (nonsense) services.metrics.add(metrics::Metric::kClientErrors);
  stream.expires_after(services.server.limits.close_timeout);
  HttpReply reply = too_late   ? error_reply(Error::kRequestTimeout)
                    : nonsense ? error_reply(Error::kBadFrame, "not an HTTP/1.1 request")
                               : error_reply(Error::kTooLarge);
  const error_code failed = co_await write_reply(services, stream, reply, {});
  if (!failed) co_await hear_out(services, stream);
}

/// True: another request may follow.
asio::awaitable<bool> serve_whole(Services& services, ClientStream& stream,
                                  beast::flat_buffer& buffer, HeaderParser&& header,
                                  const asio::ip::address& from) {
  http::request_parser<http::string_body> parser(std::move(header));
  parser.body_limit(protocol::kMaxClientMessageBytes);
  error_code error;
  if (parser.content_length().value_or(0) > protocol::kMaxClientMessageBytes) {
    error = http::error::body_limit;
  } else {
    error = co_await read_request(stream, buffer, parser, true);
  }
  if (error) {
    co_await refuse_unread(services, stream, true, error);
    co_return false;
  }
  const Request request = parser.release();
  if (beast::websocket::is_upgrade(request)) {
    co_await become_session(services, stream, buffer, request);
    co_return false;
  }
  HttpRequest asked = request_of(request);
  asked.body = request.body();
  std::optional<HttpReply> reply = refuse_request(services, asked, from);
  if (!reply) reply = co_await serve_http(services, asked);
  stream.expires_after(services.server.limits.http_timeout);
  const ReplyManner manner{.keep_alive = request.keep_alive() && !services.stopping,
                           .head_only = request.method() == http::verb::head};
  error = co_await write_reply(services, stream, *reply, manner);
  co_return manner.keep_alive && !error;
}

/// The same of a request whose body may be large.
asio::awaitable<bool> serve_streamed(Services& services, ClientStream& stream,
                                     beast::flat_buffer& buffer, HeaderParser&& header,
                                     const asio::ip::address& from) {
  StreamedBody body(stream, buffer, std::move(header));
  const Limits& limits = services.server.limits;
  stream.expires_after(limits.upload_timeout);
  HttpRequest asked = request_of(body.header());
  asked.streamed_body = &body;
  std::optional<HttpReply> reply = refuse_request(services, asked, from);
  if (!reply) reply = co_await serve_http(services, asked);
  const bool refused = reply->status >= kFirstRefusal;
  const bool all_read = co_await body.skip(refused ? kMostSkipped : limits.asset_bytes);
  const ReplyManner manner{.keep_alive = all_read && body.keep_alive() && !services.stopping};
  stream.expires_after(limits.http_timeout);
  const error_code error = co_await write_reply(services, stream, *reply, manner);
  if (!error && !all_read) co_await hear_out(services, stream);
  co_return manner.keep_alive && !error;
}

}  // namespace

asio::awaitable<void> serve_connection(Services& services, AcceptedSocket socket,
                                       std::unique_ptr<tls::Channel> channel,
                                       asio::ip::address from) {
  const Counted counted(services.metrics);
  ClientStream stream(services, std::move(socket), std::move(channel));
  beast::flat_buffer buffer(kMaxHeaderBytes + protocol::kMaxClientMessageBytes);
  while (true) {
    HeaderParser header;
    header.header_limit(kMaxHeaderBytes);
    header.body_limit(boost::none);  // it depends on what the body is for
    stream.expires_after(services.server.limits.http_timeout);
    if (const error_code error = co_await read_request(stream, buffer, header, false)) {
      co_await refuse_unread(services, stream, header.got_some() || buffer.size() > 0, error);
      break;
    }
    services.metrics.add(metrics::Metric::kHttpRequests);
    const bool streamed =
        is_streamed(view(header.get().method_string()), view(header.get().target()));
    const bool goes_on =
        streamed ? co_await serve_streamed(services, stream, buffer, std::move(header), from)
                 : co_await serve_whole(services, stream, buffer, std::move(header), from);
    if (!goes_on) break;
  }
  stream.shut_down();
}

}  // namespace throng::gateway
