#include "loadgen/serve/http_loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <utility>

#include "loadgen/serve/address.hpp"

namespace throng::serve {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint32_t kMaxHeaderBytes = 8 * 1024;
/// Without a descriptor left, accepting fails again at once.
constexpr std::chrono::milliseconds kAcceptPause{100};

/// nullopt: there is nobody to answer.
std::optional<Response> refuse_failed_read(error_code error) {
  if (error == http::error::header_limit) {
    return refusal(http::status::request_header_fields_too_large, "The request is too large.");
  }
  const bool is_malformed = error.category() == make_error_code(http::error::bad_method).category();
  if (!is_malformed || error == http::error::end_of_stream ||
      error == http::error::partial_message) {
    return std::nullopt;
  }
  return refusal(http::status::bad_request, "The request is malformed.");
}

/// Errors: std::runtime_error, boost::system::system_error.
tcp::endpoint resolve(asio::io_context& io, std::string_view address, std::uint16_t least_port) {
  const auto [host, port] = read_address(address, least_port);
  return tcp::resolver(io)
      .resolve(host, std::to_string(port), tcp::resolver::numeric_service)
      .begin()
      ->endpoint();
}

}  // namespace

Response response(http::status status, std::string_view type, std::string body) {
  Response made{status, 11, std::move(body)};
  made.set(http::field::content_type, beast::string_view(type.data(), type.size()));
  made.keep_alive(false);
  made.prepare_payload();
  return made;
}

Response refusal(http::status status, std::string why) {
  return response(status, "text/plain; charset=utf-8", std::move(why) + "\n");
}

asio::awaitable<std::optional<Request>> read_request(Stream& stream) {
  stream.expires_after(kTimeLimit);
  beast::flat_buffer buffer(2 * kMaxHeaderBytes);
  http::request_parser<http::empty_body> parser;
  parser.header_limit(kMaxHeaderBytes);
  error_code error;
  co_await http::async_read_header(stream, buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_return parser.release();
  if (auto refused = refuse_failed_read(error)) {
    co_await answer(stream, parser.get(), std::move(*refused));
  }
  co_return std::nullopt;
}

asio::awaitable<bool> answer(Stream& stream, const Request& request, Response response) {
  // Its length is told all the same.
  if (request.method() == http::verb::head) response.body().clear();
  error_code error;
  co_await http::async_write(stream, response, asio::redirect_error(asio::use_awaitable, error));
  const bool written = !error;
  stream.socket().shutdown(tcp::socket::shutdown_send, error);
  co_return written;
}

HttpLoop::HttpLoop(std::string_view address, std::uint16_t least_port, int connections, Serve serve)
    : connections_(connections),
      serve_(std::move(serve)),
      acceptor_(io_, resolve(io_, address, least_port)),
      endpoint_(acceptor_.local_endpoint()) {}

HttpLoop::~HttpLoop() { stop(); }

void HttpLoop::start() {
  for (int i = 0; i < connections_; ++i) asio::co_spawn(io_, serve_all(), asio::detached);
  thread_ = std::thread([this] { io_.run(); });
}

void HttpLoop::stop() {
  io_.stop();
  if (thread_.joinable()) thread_.join();
}

/// Serves one connection after the other.
asio::awaitable<void> HttpLoop::serve_all() {
  while (true) {
    error_code error;
    auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      try {
        co_await serve_(Stream(std::move(socket)));
      } catch (const std::exception&) {
        // Of this connection only: its socket is closed, and the next one is served.
      }
      continue;
    }
    asio::steady_timer pause(acceptor_.get_executor(), kAcceptPause);
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

}  // namespace throng::serve
