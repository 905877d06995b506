#include "loadgen/play/metrics_server.hpp"

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "loadgen/play/address.hpp"
#include "loadgen/play/exposition.hpp"
#include "loadgen/play/metrics_page.hpp"
#include "loadgen/play/page_readers.hpp"

namespace throng::play {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Stream = beast::basic_stream<tcp, asio::io_context::executor_type>;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;
using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

constexpr int kMaxConnections = 8;
constexpr std::uint32_t kMaxHeaderBytes = 8 * 1024;
/// For a connection, from its acceptance to its end.
constexpr std::chrono::seconds kTimeLimit{10};
/// Without a descriptor left, accepting fails again at once.
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::string_view kPath = "/metrics";

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

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

Response respond(const MetricsPage& page, const Request& request) {
  const std::string_view target = view(request.target());
  if (target.substr(0, target.find('?')) != kPath) {
    return refusal(http::status::not_found, "The page is /metrics.");
  }
  if (request.method() != http::verb::get) {
    Response refused = refusal(http::status::method_not_allowed, "The page is for GET only.");
    refused.set(http::field::allow, "GET");
    return refused;
  }
  const Format format = negotiate(view(request[http::field::accept]));
  return response(http::status::ok, content_type(format), serialize(format, page.collect()));
}

/// nullopt: there is nobody to answer.
std::optional<Response> respond_to_failed_read(error_code error) {
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

/// Of a peer; an address stands for all who read from there. Empty: it is gone.
std::string reader_at(Stream& stream) {
  error_code error;
  const tcp::endpoint peer = stream.socket().remote_endpoint(error);
  return error ? std::string() : peer.address().to_string();
}

asio::awaitable<void> serve(const MetricsPage& page, PageReaders& readers, Stream stream) {
  const std::string reader = reader_at(stream);
  stream.expires_after(kTimeLimit);
  beast::flat_buffer buffer(2 * kMaxHeaderBytes);
  http::request_parser<http::empty_body> parser;
  parser.header_limit(kMaxHeaderBytes);
  error_code error;
  co_await http::async_read_header(stream, buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, error));
  const bool last = readers.awaits_all();
  std::optional<Response> answer =
      error ? respond_to_failed_read(error) : respond(page, parser.get());
  if (!answer) co_return;
  // Its length is told all the same.
  if (parser.get().method() == http::verb::head) answer->body().clear();
  co_await http::async_write(stream, *answer, asio::redirect_error(asio::use_awaitable, error));
  const bool was_read = !error && answer->result() == http::status::ok;
  if (was_read && !reader.empty()) readers.note(reader, last);
  stream.socket().shutdown(tcp::socket::shutdown_send, error);
}

/// Serves one connection after the other.
asio::awaitable<void> serve_all(const MetricsPage& page, PageReaders& readers, Acceptor& acceptor) {
  while (true) {
    error_code error;
    auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      co_await serve(page, readers, Stream(std::move(socket)));
      continue;
    }
    asio::steady_timer pause(acceptor.get_executor(), kAcceptPause);
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

/// Errors: std::runtime_error, boost::system::system_error.
tcp::endpoint resolve(asio::io_context& io, std::string_view address) {
  const auto [host, port] = read_address(address);
  return tcp::resolver(io)
      .resolve(host, std::to_string(port), tcp::resolver::numeric_service)
      .begin()
      ->endpoint();
}

}  // namespace

class MetricsServer::Loop {
 public:
  Loop(const MetricsPage& page, std::string_view address) : acceptor_(io_, resolve(io_, address)) {
    for (int i = 0; i < kMaxConnections; ++i) {
      asio::co_spawn(io_, serve_all(page, readers_, acceptor_), asio::detached);
    }
    thread_ = std::thread([this] { io_.run(); });
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() {
    io_.stop();
    thread_.join();
  }

  PageReaders& readers() { return readers_; }

 private:
  PageReaders readers_;
  asio::io_context io_{1};
  Acceptor acceptor_;
  std::thread thread_;
};

MetricsServer::MetricsServer(const MetricsPage& page, const std::string& address) {
  const std::string where = "metrics page at " + address + ": ";
  try {
    loop_ = std::make_unique<Loop>(page, address);
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error(where + error.code().message());
  } catch (const std::exception& error) {
    throw std::runtime_error(where + error.what());
  }
}

MetricsServer::~MetricsServer() = default;

void MetricsServer::await_readers() { loop_->readers().await_all(); }

bool MetricsServer::awaits_readers() const { return loop_->readers().awaits_some(); }

}  // namespace throng::play
