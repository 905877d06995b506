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
#include "protocol/session_line.hpp"
#include "server/gateway/greeting.hpp"
#include "server/gateway/http_api.hpp"
#include "server/gateway/shared_connection.hpp"
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

bool is_shared(std::string_view first_message) {
  return protocol::read_session_line(first_message.substr(0, first_message.find('\n'))).has_value();
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

/// The first message of a client and the bytes behind it. Neither text nor error: the peer left.
struct FirstMessage {
  std::optional<std::string> text = std::nullopt;
  std::string early_bytes = {};
  std::optional<Error> error = std::nullopt;
};

asio::awaitable<FirstMessage> receive_first(Services& services, Stream& stream,
                                            beast::flat_buffer& buffer) {
  using Kind = protocol::FrameReader::Item::Kind;
  protocol::FrameReader reader(protocol::FrameRole::kServer, protocol::kMaxClientMessageBytes);
  stream.expires_never();
  const Deadline deadline(services, stream, services.server.limits.hello_timeout);
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
    buffer.consume(used);
    if (item.kind != Kind::kNeedMore) continue;
    error_code error;
    const std::size_t received = co_await stream.async_read_some(
        buffer.prepare(4096), asio::redirect_error(asio::use_awaitable, error));
    services.turn.begin();
    if (error && deadline.is_over()) co_return FirstMessage{.error = Error::kHelloTimeout};
    if (error) co_return FirstMessage{};
    buffer.commit(received);
  }
}

/// The socket without the stream. Errors: -1.
int release(Stream& stream) {
  error_code error;
  stream.expires_never();
  const int descriptor = stream.release_socket().release(error);
  return error ? -1 : descriptor;
}

void share(Services& services, Stream& stream, FirstMessage first) {
  const int descriptor = release(stream);
  if (descriptor < 0) return;
  SharedConnection* shared = services.shared.insert([&](auto key) {
    return std::make_unique<SharedConnection>(
        services, SharedConnection::Key{.slot = key.slot, .generation = key.generation},
        Socket(descriptor));
  });
  shared->start(*first.text, std::move(first.early_bytes));
}

/// Upgrades, waits for hello, and sends the connection to its user's home; or keeps it here if it
/// is to carry the sessions of many.
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
  FirstMessage first = co_await receive_first(services, stream, buffer);
  if (!first.text && !first.error) co_return;
  if (first.text && is_shared(*first.text)) co_return share(services, stream, std::move(first));
  Greeting greeting =
      first.text ? read_hello(services, *first.text) : Greeting{.error = first.error};
  if (greeting.error) {
    services.metrics.add(metrics::Metric::kClientErrors);
    stream.expires_after(services.server.limits.close_timeout);
    co_return co_await say_goodbye(stream, *greeting.error, greeting.detail);
  }
  greeting.newcomer->early_bytes = std::move(first.early_bytes);
  greeting.newcomer->descriptor = release(stream);
  if (greeting.newcomer->descriptor < 0) co_return;
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
