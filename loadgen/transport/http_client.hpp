#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "loadgen/transport/target.hpp"

namespace throng::transport {

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
  std::string server;  ///< the Server header, e.g. "throng-server/0.1.0"; empty: none
};

/// Blocking HTTP/1.1 for what surrounds a run: one request at a time over one connection, which is
/// kept, and made again when the other side has closed it. Owned by one thread.
class HttpClient {
 public:
  /// `bearer`: the token of every request; empty: none. `give_up` is asked a few times a second
  /// while a request waits; once it says true, requests end. Nothing is connected yet.
  HttpClient(const Target& target, const boost::asio::ip::tcp::endpoint& endpoint,
             std::string bearer, std::chrono::milliseconds timeout = std::chrono::seconds(30),
             std::function<bool()> give_up = nullptr);
  ~HttpClient();

  /// Any status is an answer. Errors: those of the connection, timed_out among them, and
  /// operation_aborted for one that was given up; whether the
  /// target has taken the request is unknown then, so what is repeated must be idempotent.
  boost::system::result<HttpAnswer> get(std::string_view path);
  boost::system::result<HttpAnswer> post(std::string_view path, std::string_view content_type,
                                         std::string body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace throng::transport
