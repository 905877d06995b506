#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/transport/client_socket.hpp"
#include "loadgen/transport/event_loop.hpp"
#include "loadgen/transport/target.hpp"
#include "tls/context.hpp"

namespace throng::transport {

/// What a user asks over HTTP beside the session, e.g. PUT /assets/9f86….
struct HttpCall {
  std::string_view method;
  std::string path;
  std::string bearer;
  std::string content_type = {};
  std::string body = {};
};

struct HttpResult {
  std::string_view error;  ///< why no answer came, as `errors` in run.json names it; empty: one did
  unsigned status = 0;
  std::string body = {};
};

/// Carries the HTTP calls of simulated users. Owned by one worker, used by its thread only.
class HttpCaller {
 public:
  using Done = std::function<void(HttpResult)>;

  virtual ~HttpCaller() = default;
  /// `done` is called once, later than this returns.
  virtual void call(HttpCall call, Done done) = 0;
};

/// One worker's HTTP calls over its event loop, each on a connection of its own: what a call costs
/// doesn't depend on the calls before. There are as many at once as users wait for one.
///
/// Owned by the worker's thread. Invariant: the loop doesn't run once this is gone.
class HttpCalls final : public HttpCaller {
 public:
  /// Requires: `loop` outlives it.
  HttpCalls(EventLoop& loop, const Target& target, const boost::asio::ip::tcp::endpoint& endpoint,
            pacing::Duration timeout = std::chrono::seconds(60));

  void call(HttpCall call, Done done) override;

 private:
  using Parser = boost::beast::http::response_parser<boost::beast::http::string_body>;

  struct Slot {
    ClientSocket socket = {};
    std::uint32_t generation = 0;  ///< how often it was used: tells stale timeouts
    bool connected = false;
    std::string unsent = {};
    boost::beast::flat_buffer received = {};
    std::optional<Parser> parser = std::nullopt;
    Done done = nullptr;  ///< null: there is no call
  };

  std::uint32_t free_slot();
  void on_ready(std::uint32_t id);
  bool finish_connect(std::uint32_t id);
  bool write(std::uint32_t id);
  void read(std::uint32_t id);
  /// Has the caller told, and the slot given to others, in the loop's next turn.
  void finish(std::uint32_t id, HttpResult result);

  // Constant after construction
  EventLoop& loop_;
  const Target target_;
  const boost::asio::ip::tcp::endpoint endpoint_;
  const pacing::Duration timeout_;
  std::optional<tls::ClientContext> tls_;

  // Owned by the worker's thread
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace throng::transport
