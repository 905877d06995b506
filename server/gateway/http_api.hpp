#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/chat/assets.hpp"
#include "server/gateway/gate.hpp"
#include "server/gateway/services.hpp"

namespace throng::gateway {

class HttpBody;

/// An HTTP request as the API needs it. The views live as long as the request is served.
struct HttpRequest {
  std::string_view method;
  std::string_view target;         ///< path and query, e.g. "/fetch?chatId=7"
  std::string_view authorization;  ///< the header's value
  std::string_view content_type;
  std::string_view body;
  std::string_view range = {};
  std::string_view if_range = {};
  std::string_view if_none_match = {};
  HttpBody* streamed_body = nullptr;  ///< instead of `body`, where is_streamed() says so
};

/// Bytes of an asset that are still to be sent.
struct AssetPart {
  chat::AssetId asset;
  std::uint64_t offset = 0;
  std::uint64_t left = 0;
  Gate::Pass pass;
};

struct HttpReply {
  unsigned status = 200;
  std::string_view content_type = "application/json";
  std::string body;
  std::string_view allow = {};      ///< for status 405
  std::uint32_t retry_after_s = 0;  ///< for 429 and 503, which says 1 at least
  struct Header {
    std::string_view name;
    std::string value;
  };
  std::vector<Header> headers = {};
  std::optional<AssetPart> part = std::nullopt;  ///< instead of `body`
};

/// Whether the body of such a request may be large, and is taken piece by piece.
bool is_streamed(std::string_view method, std::string_view target);

/// Serves one request; `protocol/README.md` documents the resources. Every failure comes back as
/// a reply whose body is the protocol's `error` object.
boost::asio::awaitable<HttpReply> serve_http(Services& services, const HttpRequest& request);

/// The reply that says `error`.
HttpReply error_reply(protocol::Error error, std::string_view detail = {},
                      std::uint32_t retry_ms = 0);

}  // namespace throng::gateway
