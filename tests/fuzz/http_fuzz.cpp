// What a stranger says over HTTP: the request itself under the server's limits, its path, body,
// headers, token and pagination token. Nothing may crash; what is taken keeps within its bounds.

#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <boost/url.hpp>
#include <cstdint>
#include <string>

#include "protocol/events.hpp"
#include "protocol/token.hpp"
#include "server/chat/pagination.hpp"
#include "server/gateway/http_fields.hpp"
#include "server/gateway/http_headers.hpp"
#include "tests/fuzz/check.hpp"

namespace {

namespace http = boost::beast::http;
using throng::fuzz::check;
using namespace throng;

constexpr std::uint32_t kMaxHeaderBytes = 8 * 1024;
constexpr std::uint64_t kAssetBytes = 1000;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

void read_body(std::string_view body) {
  try {
    const boost::json::object object = gateway::parse_object(body);
    check(gateway::string_field(object, "name", protocol::kMaxNameBytes, false).size() <=
              protocol::kMaxNameBytes,
          "a field over its limit");
    for (const auto user : gateway::users_field(object, "members", false)) {
      check(user.value >= 1 && user.value <= protocol::kMaxId, "an id out of range");
    }
  } catch (const gateway::Refusal&) {
    // The documented way out.
  }
}

void read_headers(std::string_view text) {
  const gateway::ByteRange range = gateway::read_range(text, kAssetBytes);
  if (range.kind == gateway::ByteRange::Kind::kPart) {
    check(range.length >= 1 && range.offset + range.length <= kAssetBytes, "a range outside");
  }
  gateway::names_etag(text, "\"9f86\"");
  gateway::asset_type(text);
  gateway::parse_number(text);
}

void read_tokens(std::string_view text) {
  static const protocol::TokenKey key("a secret of more than thirty-two bytes");
  static const chat::Pagination pagination("a secret");
  check(!key.verify(text, 0).has_value(), "a forged token is taken");
  check(!pagination.read(protocol::ChatId{7}, text).has_value(), "a forged page is taken");
}

void read_request(std::string_view text) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(kMaxHeaderBytes);
  parser.body_limit(protocol::kMaxClientMessageBytes);
  parser.eager(true);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(text.data(), text.size()), error);
  if (error || !parser.is_done()) return;
  const auto& request = parser.get();
  check(request.body().size() <= protocol::kMaxClientMessageBytes, "a body over its limit");
  const auto url = boost::urls::parse_origin_form(view(request.target()));
  if (url.has_value()) {
    for (const std::string segment : url->segments()) gateway::parse_number(segment);
    for (const auto parameter : url->params()) gateway::parse_number(std::string(parameter.value));
  }
  read_body(request.body());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_request(text);
  read_body(text);
  read_headers(text);
  read_tokens(text);
  return 0;
}
