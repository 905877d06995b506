#include "loadgen/view/live_server.hpp"

#include <atomic>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>

#include "loadgen/serve/http_loop.hpp"
#include "loadgen/view/live_page.hpp"
#include "loadgen/view/page.hpp"
#include "loadgen/view/request_guard.hpp"

namespace throng::view {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kMaxConnections = 16;
/// Who watches; connections for the page and its button are left beside them.
constexpr int kMaxStreams = 8;
/// Whoever hasn't taken an event by then is let go.
constexpr std::chrono::seconds kWriteLimit{5};
/// What the kernel keeps for somebody who doesn't read.
constexpr int kSendBufferBytes = 128 * 1024;
constexpr std::chrono::milliseconds kLook{10};
constexpr const char* kTokenHeader = "X-Throng-Token";
constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n";

Provenance provenance(const serve::Request& request) {
  return {serve::view(request[http::field::host]), serve::view(request[http::field::origin]),
          serve::view(request[kTokenHeader]), serve::view(request["Sec-Fetch-Site"])};
}

serve::Response not_allowed(const char* allowed) {
  auto refused = serve::refusal(http::status::method_not_allowed, "Only " + std::string(allowed));
  refused.set(http::field::allow, allowed);
  return refused;
}

asio::awaitable<bool> write(serve::Stream& stream, std::string_view text) {
  stream.expires_after(kWriteLimit);
  error_code error;
  co_await asio::async_write(stream, asio::buffer(text.data(), text.size()),
                             asio::redirect_error(asio::use_awaitable, error));
  stream.expires_never();
  co_return !error;
}

}  // namespace

class LiveServer::Loop {
  /// One of those who watch.
  class Place {
   public:
    explicit Place(std::atomic<int>& taken) : taken_(taken), number_(++taken) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { --taken_; }
    int number() const { return number_; }

   private:
    std::atomic<int>& taken_;
    const int number_;
  };

 public:
  Loop(const LivePage& page, const std::string& address, std::function<void()> on_stop)
      : page_(page),
        on_stop_(std::move(on_stop)),
        token_(on_stop_ ? make_token() : ""),
        html_(live_html(token_)),
        http_(address, 0, kMaxConnections,
              [this](serve::Stream stream) { return serve_one(std::move(stream)); }),
        changed_(http_.io(), asio::steady_timer::time_point::max()) {
    http_.start();
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() { http_.stop(); }

  tcp::endpoint endpoint() const { return http_.endpoint(); }
  bool has_streams() const { return streams_ > 0; }
  void notify() {
    asio::post(http_.io(), [this] { changed_.cancel(); });
  }

 private:
  asio::awaitable<void> serve_one(serve::Stream stream) {
    const auto request = co_await serve::read_request(stream);
    if (!request) co_return;
    if (wants_stream(*request)) {
      const Place place(streams_);
      if (place.number() <= kMaxStreams) {
        co_await tell(stream);
      } else {
        co_await serve::answer(
            stream, *request,
            serve::refusal(http::status::service_unavailable, "Too many watch this run already."));
      }
    } else {
      co_await serve::answer(stream, *request, respond(*request));
    }
  }

  bool wants_stream(const serve::Request& request) const {
    return serve::view(request.target()) == "/events" && request.method() == http::verb::get &&
           may_watch(provenance(request));
  }

  /// All news, until the run is over or nobody takes them.
  asio::awaitable<void> tell(serve::Stream& stream) {
    error_code ignored;
    stream.socket().set_option(asio::socket_base::send_buffer_size(kSendBufferBytes), ignored);
    LivePage::Reader reader;
    if (!co_await write(stream, kStreamHead)) co_return;
    while (!page_.has_all(reader)) {
      const std::string news = page_.news(reader);
      if (news.empty()) {
        co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      } else if (!co_await write(stream, news)) {
        co_return;
      }
    }
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  serve::Response respond(const serve::Request& request) const {
    if (!may_read(provenance(request))) {
      return serve::refusal(http::status::forbidden,
                            "Open the page by its address, e.g. http://127.0.0.1:9600/");
    }
    const std::string_view target = serve::view(request.target());
    if (target == "/") return respond_page(request);
    if (target == "/stop" && on_stop_) return respond_stop(request);
    return serve::refusal(http::status::not_found, "The page is /.");
  }

  serve::Response respond_page(const serve::Request& request) const {
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
      return not_allowed("GET");
    }
    auto page = serve::response(http::status::ok, "text/html; charset=utf-8", html_);
    page.set(http::field::cache_control, "no-store");
    page.set("Content-Security-Policy", live_policy() + "; frame-ancestors 'none'");
    page.set("X-Content-Type-Options", "nosniff");
    page.set("Referrer-Policy", "no-referrer");
    return page;
  }

  serve::Response respond_stop(const serve::Request& request) const {
    if (request.method() != http::verb::post) return not_allowed("POST");
    if (!may_stop(provenance(request), token_)) {
      return serve::refusal(http::status::forbidden, "Only the page itself can end the run.");
    }
    on_stop_();
    return serve::response(http::status::accepted, "text/plain; charset=utf-8", "ending\n");
  }

  // Constant after construction
  const LivePage& page_;
  const std::function<void()> on_stop_;
  const std::string token_;
  const std::string html_;

  // Owned by the loop's thread
  serve::HttpLoop http_;
  asio::steady_timer changed_;  ///< cancelled when there is something new

  // Any thread
  std::atomic<int> streams_ = 0;
};

LiveServer::LiveServer(const LivePage& page, const std::string& address,
                       std::function<void()> on_stop)
    : loop_(std::make_unique<Loop>(page, address, std::move(on_stop))) {}

LiveServer::~LiveServer() = default;

std::string LiveServer::url() const {
  std::ostringstream text;
  text << "http://" << loop_->endpoint() << '/';
  return text.str();
}

void LiveServer::notify() { loop_->notify(); }

void LiveServer::await_readers(pacing::Duration limit) const {
  const pacing::SteadyClock clock;
  const pacing::TimePoint until = clock.now() + limit;
  while (loop_->has_streams() && clock.now() < until) std::this_thread::sleep_for(kLook);
}

}  // namespace throng::view
