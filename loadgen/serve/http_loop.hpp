#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

/// The small pages of the generator itself, over HTTP.
namespace throng::serve {

using Stream =
    boost::beast::basic_stream<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
using Request = boost::beast::http::request<boost::beast::http::empty_body>;
using Response = boost::beast::http::response<boost::beast::http::string_body>;

/// For a connection, from its acceptance to its end, unless whoever serves it gives it more.
inline constexpr std::chrono::seconds kTimeLimit{10};

inline std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

Response response(boost::beast::http::status status, std::string_view type, std::string body);
/// Says in a line of text why not.
Response refusal(boost::beast::http::status status, std::string why);

/// Reads what is asked for, without a body. nullopt: there is nobody to answer, or it has been
/// refused.
boost::asio::awaitable<std::optional<Request>> read_request(Stream& stream);
/// Answers, and says that nothing follows. True if all of it has been handed to the kernel.
boost::asio::awaitable<bool> answer(Stream& stream, const Request& request, Response response);

/// Serves connections on a thread and an io_context of its own, one request each. Those beyond the
/// limit wait in the kernel's queue.
///
/// Owned by the thread that made it.
class HttpLoop {
 public:
  /// Runs on the loop's thread.
  using Serve = std::function<boost::asio::awaitable<void>(Stream)>;

  /// Listens at "HOST:PORT" or "PORT" of 127.0.0.1; no lower than `least_port`, 0 chooses one.
  /// Errors: std::runtime_error, boost::system::system_error.
  HttpLoop(std::string_view address, std::uint16_t least_port, int connections, Serve serve);
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;
  /// Stops.
  ~HttpLoop();

  /// Begins to serve. Called once; what `serve` uses is there by now.
  void start();
  /// Drops the connections there are, and joins. Twice is harmless.
  void stop();

  boost::asio::ip::tcp::endpoint endpoint() const { return endpoint_; }
  boost::asio::io_context& io() { return io_; }

 private:
  boost::asio::awaitable<void> serve_all();

  const int connections_;
  const Serve serve_;
  boost::asio::io_context io_{1};
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>
      acceptor_;
  const boost::asio::ip::tcp::endpoint endpoint_;
  std::thread thread_;
};

}  // namespace throng::serve
