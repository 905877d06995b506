#include "loadgen/floor/echo_http.hpp"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <charconv>

#include "protocol/events.hpp"
#include "protocol/frame.hpp"

namespace throng::floor {
namespace {

namespace http = boost::beast::http;
using Request = http::request<http::string_body>;

constexpr std::string_view kChats = "/chats";
constexpr std::string_view kMembers = "/members";
constexpr std::string_view kAssets = "/assets/";
constexpr std::size_t kMaxBodyBytes = 4 << 20;

/// 17 of "/chats/17/members"; no chat for everything else.
protocol::ChatId chat_in(std::string_view path) {
  protocol::ChatId chat;
  if (!path.starts_with("/chats/") || !path.ends_with(kMembers)) return chat;
  path.remove_prefix(kChats.size() + 1);
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), chat.value);
  const bool whole = error == std::errc() && path.substr(end - path.data()) == kMembers;
  return whole ? chat : protocol::ChatId{};
}

void name_call(const Request& request, HttpRequest& read) {
  const std::string_view path = request.target();
  read.chat = chat_in(path);
  if (boost::beast::websocket::is_upgrade(request)) {
    read.call = HttpCall::kUpgrade;
    read.websocket_key = request[http::field::sec_websocket_key];
  } else if (request.method() == http::verb::get && path == "/healthz") {
    read.call = HttpCall::kHealth;
  } else if (request.method() == http::verb::post && path == kChats) {
    read.call = HttpCall::kMakeChats;
  } else if (request.method() == http::verb::post && read.chat) {
    read.call = HttpCall::kAddMembers;
  } else if (request.method() == http::verb::put && path.starts_with(kAssets)) {
    read.call = HttpCall::kPutAsset;
  } else if (request.method() == http::verb::get && path.starts_with(kAssets)) {
    read.call = HttpCall::kGetAsset;
  }
}

}  // namespace

HttpRequest read_request(std::string_view input) {
  http::request_parser<http::string_body> parser;
  parser.eager(true);
  parser.body_limit(kMaxBodyBytes);
  boost::system::error_code error;
  HttpRequest read;
  read.bytes = parser.put(boost::asio::buffer(input), error);
  if (error == http::error::need_more || (!error && !parser.is_done())) return read;
  read.state = error ? HttpRequest::State::kBroken : HttpRequest::State::kWhole;
  if (error) return read;
  Request request = parser.release();
  name_call(request, read);
  read.body = std::move(request.body());
  return read;
}

std::string http_answer(std::string_view status, std::string_view body) {
  return fmt::format("HTTP/1.1 {}\r\nServer: throng floor peer\r\nContent-Length: {}\r\n\r\n{}",
                     status, body.size(), body);
}

std::string upgrade_answer(std::string_view websocket_key) {
  return fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: {}\r\n\r\n",
      protocol::accept_key(websocket_key));
}

}  // namespace throng::floor
