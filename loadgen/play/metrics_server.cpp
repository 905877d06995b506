#include "loadgen/play/metrics_server.hpp"

#include <boost/beast/http.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "loadgen/play/exposition.hpp"
#include "loadgen/play/metrics_page.hpp"
#include "loadgen/play/page_readers.hpp"
#include "loadgen/serve/http_loop.hpp"

namespace throng::play {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kMaxConnections = 8;
constexpr std::uint16_t kLeastPort = 1;
constexpr std::string_view kPath = "/metrics";

serve::Response respond(const MetricsPage& page, const serve::Request& request) {
  const std::string_view target = serve::view(request.target());
  if (target.substr(0, target.find('?')) != kPath) {
    return serve::refusal(http::status::not_found, "The page is /metrics.");
  }
  if (request.method() != http::verb::get) {
    auto refused = serve::refusal(http::status::method_not_allowed, "The page is for GET only.");
    refused.set(http::field::allow, "GET");
    return refused;
  }
  const Format format = negotiate(serve::view(request[http::field::accept]));
  return serve::response(http::status::ok, content_type(format), serialize(format, page.collect()));
}

/// Of a peer; an address stands for all who read from there. Empty: it is gone.
std::string reader_at(serve::Stream& stream) {
  error_code error;
  const tcp::endpoint peer = stream.socket().remote_endpoint(error);
  return error ? std::string() : peer.address().to_string();
}

asio::awaitable<void> serve_one(const MetricsPage& page, PageReaders& readers,
                                serve::Stream stream) {
  const std::string reader = reader_at(stream);
  const auto request = co_await serve::read_request(stream);
  if (!request) co_return;
  const bool last = readers.awaits_all();
  serve::Response response = respond(page, *request);
  const bool is_page = response.result() == http::status::ok;
  const bool was_read = co_await serve::answer(stream, *request, std::move(response));
  if (is_page && was_read && !reader.empty()) readers.note(reader, last);
}

}  // namespace

class MetricsServer::Loop {
 public:
  Loop(const MetricsPage& page, std::string_view address)
      : http_(address, kLeastPort, kMaxConnections, [&page, this](serve::Stream stream) {
          return serve_one(page, readers_, std::move(stream));
        }) {
    http_.start();
  }

  PageReaders& readers() { return readers_; }

 private:
  PageReaders readers_;
  serve::HttpLoop http_;
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
