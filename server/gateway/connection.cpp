#include "server/gateway/connection.hpp"

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "protocol/frame.hpp"
#include "server/gateway/http_api.hpp"
#include "server/version.hpp"

namespace throng::gateway {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using protocol::Error;

namespace {

using Stream = beast::basic_stream<asio::ip::tcp, asio::io_context::executor_type>;
using Request = http::request<http::string_body>;

constexpr std::string_view kWebSocketPath = "/v1/ws";
constexpr std::size_t kMaxHeaderBytes = 8 * 1024;

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

asio::awaitable<error_code> write_reply(Stream& stream, const HttpReply& reply, bool keep_alive) {
  http::response<http::string_body> response{static_cast<http::status>(reply.status), 11,
                                             reply.body};
  response.set(http::field::server, kServerName);
  response.set(http::field::content_type, beast::string_view(reply.content_type));
  if (!reply.allow.empty()) response.set(http::field::allow, beast::string_view(reply.allow));
  response.keep_alive(keep_alive);
  response.prepare_payload();
  error_code error;
  co_await http::async_write(stream, response, asio::redirect_error(asio::use_awaitable, error));
  co_return error;
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

/// Ends a WebSocket connection that never became a session. What it still says is read and thrown
/// away: closing with unread bytes would reset the connection and take the reason with it.
/// Requires: the stream's time is set.
asio::awaitable<void> say_goodbye(Stream& stream, Error reason, std::string_view detail) {
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
  error_code ignored;
  co_await asio::async_write(stream, asio::buffer(bytes),
                             asio::redirect_error(asio::use_awaitable, ignored));
  stream.socket().shutdown(asio::socket_base::shutdown_send, ignored);
  std::array<char, 512> thrown_away;
  for (error_code error; !error;) {
    co_await stream.async_read_some(asio::buffer(thrown_away),
                                    asio::redirect_error(asio::use_awaitable, error));
  }
}

/// Reads until the first message is whole, which has to be hello, and fills `newcomer` with what
/// came. Errors: why the connection can't go on; nullopt for the newcomer when the peer left.
struct Greeting {
  std::optional<cluster::Newcomer> newcomer = std::nullopt;
  std::optional<Error> error = std::nullopt;
  std::string detail = {};
};

Greeting read_hello(Services& services, std::string_view text) {
  Greeting greeting;
  std::string padded(text);
  padded.resize(text.size() + protocol::kDecodePadding);
  const std::string_view message = std::string_view(padded).substr(0, text.size());
  const std::string_view line = message.substr(0, message.find('\n'));
  const auto event = services.decoder.client_event(line);
  if (event.has_error()) {
    greeting.error = services.decoder.failure().code;
    greeting.detail = services.decoder.failure().detail;
    return greeting;
  }
  const auto* hello = std::get_if<protocol::Hello>(&*event);
  if (!hello) {
    greeting.error = Error::kHelloFirst;
    return greeting;
  }
  const auto claims = services.server.tokens.verify(hello->token, services.wall_ms);
  if (claims.has_error()) {
    greeting.error = claims.error();
    return greeting;
  }
  services.metrics.add(metrics::Metric::kClientEventsHello);
  greeting.newcomer.emplace(cluster::Newcomer{.descriptor = -1,
                                              .user = claims->user,
                                              .have = hello->have,
                                              .early_events = {},
                                              .early_bytes = {}});
  if (line.size() < message.size()) {
    greeting.newcomer->early_events = message.substr(line.size() + 1);
  }
  return greeting;
}

/// Cancels what the stream is doing when its time is up. The stream's own timer would close the
/// socket, and the client would never hear why.
class Deadline {
 public:
  Deadline(Services& services, Stream& stream, std::chrono::seconds time)
      : timer_(services.io, time), stream_(std::make_shared<Stream*>(&stream)) {
    timer_.async_wait([stream = stream_](error_code error) {
      if (!error && *stream) std::exchange(*stream, nullptr)->cancel();
    });
  }
  ~Deadline() { *stream_ = nullptr; }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  bool is_over() const { return *stream_ == nullptr; }

 private:
  asio::steady_timer timer_;
  std::shared_ptr<Stream*> stream_;  ///< points to null once it is cancelled or gone
};

asio::awaitable<Greeting> greet(Services& services, Stream& stream, beast::flat_buffer& buffer) {
  using Kind = protocol::FrameReader::Item::Kind;
  protocol::FrameReader reader(protocol::FrameRole::kServer, protocol::kMaxClientMessageBytes);
  stream.expires_never();
  const Deadline deadline(services, stream, services.server.limits.hello_timeout);
  while (true) {
    const std::span<char> input(static_cast<char*>(buffer.data().data()), buffer.size());
    std::size_t used = 0;
    const auto item = reader.next(input, used);
    if (item.kind == Kind::kFailed) co_return Greeting{.error = item.error};
    if (item.kind == Kind::kClose) co_return Greeting{};
    if (item.kind == Kind::kBinary) co_return Greeting{.error = Error::kHelloFirst};
    if (item.kind == Kind::kText) {
      Greeting greeting = read_hello(services, item.payload);
      if (greeting.newcomer) {
        greeting.newcomer->early_bytes.assign(input.data() + used, input.size() - used);
      }
      co_return greeting;
    }
    buffer.consume(used);
    if (item.kind != Kind::kNeedMore) continue;
    error_code error;
    const std::size_t received = co_await stream.async_read_some(
        buffer.prepare(4096), asio::redirect_error(asio::use_awaitable, error));
    services.turn.begin();
    if (error && deadline.is_over()) co_return Greeting{.error = Error::kHelloTimeout};
    if (error) co_return Greeting{};
    buffer.commit(received);
  }
}

/// Upgrades, waits for hello, and sends the connection to its user's home.
asio::awaitable<void> become_session(Services& services, Stream& stream, beast::flat_buffer& buffer,
                                     const Request& request) {
  http::response<http::empty_body> response;
  if (const auto refusal = check_upgrade(request, response)) {
    co_await write_reply(stream, *refusal, false);
    co_return;
  }
  error_code error;
  co_await http::async_write(stream, response, asio::redirect_error(asio::use_awaitable, error));
  services.turn.begin();
  if (error) co_return;
  Greeting greeting = co_await greet(services, stream, buffer);
  if (greeting.error) {
    services.metrics.add(metrics::Metric::kClientErrors);
    stream.expires_after(services.server.limits.close_timeout);
    co_return co_await say_goodbye(stream, *greeting.error, greeting.detail);
  }
  if (!greeting.newcomer) co_return;
  stream.expires_never();
  greeting.newcomer->descriptor = stream.release_socket().release(error);
  if (error) co_return;
  const chat::ShardIndex home = services.placement.of(greeting.newcomer->user);
  services.office.send(home, std::move(*greeting.newcomer));
}

}  // namespace

asio::awaitable<void> serve_connection(Services& services, AcceptedSocket socket) {
  const Counted counted(services.metrics);
  Stream stream(std::move(socket));
  error_code error;
  stream.socket().set_option(asio::ip::tcp::no_delay(true), error);
  beast::flat_buffer buffer(kMaxHeaderBytes + protocol::kMaxClientMessageBytes);
  while (true) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(kMaxHeaderBytes);
    parser.body_limit(protocol::kMaxClientMessageBytes);
    stream.expires_after(services.server.limits.http_timeout);
    co_await http::async_read(stream, buffer, parser,
                              asio::redirect_error(asio::use_awaitable, error));
    services.turn.begin();
    if (error == http::error::body_limit || error == http::error::header_limit) {
      co_await write_reply(stream, error_reply(Error::kTooLarge), false);
    }
    if (error) break;
    services.metrics.add(metrics::Metric::kHttpRequests);
    const Request request = parser.release();
    if (beast::websocket::is_upgrade(request)) {
      co_return co_await become_session(services, stream, buffer, request);
    }
    const HttpReply reply =
        co_await serve_http(services, {.method = view(request.method_string()),
                                       .target = view(request.target()),
                                       .authorization = view(request[http::field::authorization]),
                                       .content_type = view(request[http::field::content_type]),
                                       .body = request.body()});
    stream.expires_after(services.server.limits.http_timeout);
    if (co_await write_reply(stream, reply, request.keep_alive() && !services.stopping)) break;
    if (!request.keep_alive() || services.stopping) break;
  }
  stream.socket().shutdown(asio::socket_base::shutdown_send, error);
}

}  // namespace throng::gateway
