#include "loadgen/transport/http_client.hpp"

#include <openssl/ssl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <utility>

namespace throng::transport {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

constexpr std::chrono::milliseconds kGiveUpInterval{50};
constexpr std::uint64_t kMaxAnswerBytes = std::uint64_t{64} << 20;

std::optional<asio::ssl::context> trust_of(const Target& target) {
  if (!target.secure) return std::nullopt;
  const tls::ClientContext made(target.trust);
  SSL_CTX_up_ref(made.native());
  return asio::ssl::context(made.native());
}

HttpAnswer answer_of(Response&& response) {
  const auto server = response[http::field::server];
  return {response.result_int(), std::move(response.body()), std::string(server)};
}

}  // namespace

struct HttpClient::State {
  State(const Target& at, const asio::ip::tcp::endpoint& where, std::string token,
        std::chrono::milliseconds limit, std::function<bool()> stop)
      : target(at),
        endpoint(where),
        bearer(std::move(token)),
        timeout(limit),
        give_up(std::move(stop)),
        trust(trust_of(target)) {}

  // Constant after construction
  Target target;
  asio::ip::tcp::endpoint endpoint;
  std::string bearer;
  std::chrono::milliseconds timeout;
  std::function<bool()> give_up;
  std::optional<asio::ssl::context> trust;  ///< nothing: plain

  // Owned by the client's thread
  asio::io_context io{1};
  beast::tcp_stream stream{io};
  std::optional<asio::ssl::stream<beast::tcp_stream&>> secure;  ///< while connected with TLS
  beast::flat_buffer buffer;

  Request request(http::verb verb, std::string_view path) const {
    Request made(verb, path, 11);
    made.set(http::field::host, target.authority());
    if (!bearer.empty()) made.set(http::field::authorization, "Bearer " + bearer);
    return made;
  }

  /// Runs one asynchronous operation, which Beast's timeouts need, to its end.
  template <class Start>
  error_code run(Start start) {
    error_code result;
    stream.expires_after(timeout);
    start([&result](error_code error, auto&&...) { result = error; });
    io.restart();
    while (io.run_for(kGiveUpInterval), !io.stopped()) {
      if (give_up && give_up()) stream.cancel();
    }
    return result == beast::error::timeout ? make_error_code(boost::system::errc::timed_out)
                                           : result;
  }

  error_code connect() {
    buffer.clear();
    error_code failed = run([this](auto done) { stream.async_connect(endpoint, done); });
    if (!failed) stream.socket().set_option(asio::ip::tcp::no_delay(true), failed);
    if (!failed && trust) failed = shake_hands();
    return failed;
  }

  error_code shake_hands() {
    secure.emplace(stream, *trust);
    tls::ClientContext::expect_host(*secure->native_handle(), target.host);
    const error_code failed =
        run([this](auto done) { secure->async_handshake(asio::ssl::stream_base::client, done); });
    if (failed) close();
    return failed;
  }

  void close() {
    secure.reset();
    stream.close();
  }

  boost::system::result<HttpAnswer> exchange(const Request& request) {
    return secure ? exchange(*secure, request) : exchange(stream, request);
  }

  template <class Stream>
  boost::system::result<HttpAnswer> exchange(Stream& over, const Request& request) {
    error_code failed = run([&](auto done) { http::async_write(over, request, done); });
    if (failed) return failed;
    http::response_parser<http::string_body> parser;
    parser.body_limit(kMaxAnswerBytes);
    failed = run([&](auto done) { http::async_read(over, buffer, parser, done); });
    if (failed) return failed;
    Response response = parser.release();
    if (!response.keep_alive()) close();
    return answer_of(std::move(response));
  }

  boost::system::result<HttpAnswer> perform(const Request& request) {
    const bool kept = stream.socket().is_open();
    if (!kept) {
      if (const error_code failed = connect()) return failed;
    }
    auto answer = exchange(request);
    if (answer) return answer;
    close();
    // The other side may have closed a kept connection just before it was used.
    const bool was_closed = answer.error() == http::error::end_of_stream ||
                            answer.error() == asio::error::connection_reset ||
                            answer.error() == asio::error::broken_pipe;
    if (!kept || !was_closed) return answer;
    if (const error_code failed = connect()) return failed;
    return exchange(request);
  }
};

HttpClient::HttpClient(const Target& target, const asio::ip::tcp::endpoint& endpoint,
                       std::string bearer, std::chrono::milliseconds timeout,
                       std::function<bool()> give_up)
    : state_(std::make_unique<State>(target, endpoint, std::move(bearer), timeout,
                                     std::move(give_up))) {}

HttpClient::~HttpClient() = default;

boost::system::result<HttpAnswer> HttpClient::get(std::string_view path) {
  return state_->perform(state_->request(http::verb::get, path));
}

boost::system::result<HttpAnswer> HttpClient::post(std::string_view path,
                                                   std::string_view content_type,
                                                   std::string body) {
  Request request = state_->request(http::verb::post, path);
  request.set(http::field::content_type, content_type);
  request.body() = std::move(body);
  request.prepare_payload();
  return state_->perform(request);
}

}  // namespace throng::transport
