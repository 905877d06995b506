#include "server/gateway/page_api.hpp"

#include <algorithm>
#include <string>

#include "server/gateway/http_fields.hpp"
#include "server/gateway/http_headers.hpp"
#include "server/page/files.hpp"

namespace throng::gateway {

namespace {

/// What people write can't become a script: there is none but the page's own files.
constexpr std::string_view kPolicy =
    "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

std::string_view type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  return "image/svg+xml";
}

const page::File& find(std::string_view name) {
  const auto file = std::ranges::find(page::kFiles, name, &page::File::name);
  if (file == page::kFiles.end()) throw Refusal{protocol::Error::kNotFound, {}};
  return *file;
}

}  // namespace

HttpReply page_reply(const Services& services, const HttpRequest& request, std::string_view name) {
  if (!services.server.page) throw Refusal{protocol::Error::kNotFound, {}};
  const page::File& file = find(name);
  const std::string etag = '"' + std::string(file.hash) + '"';
  HttpReply reply{.content_type = type_of(name), .body = {}};
  // The names of files stay when the server is replaced by a newer one.
  reply.headers = {{"ETag", etag}, {"Cache-Control", "no-cache"}};
  if (names_etag(request.if_none_match, etag)) {
    reply.status = 304;
    return reply;
  }
  reply.body = file.text;
  reply.headers.push_back({"Content-Security-Policy", std::string(kPolicy)});
  reply.headers.push_back({"X-Content-Type-Options", "nosniff"});
  reply.headers.push_back({"Referrer-Policy", "no-referrer"});
  return reply;
}

}  // namespace throng::gateway
