#include "server/gateway/asset_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "server/gateway/elsewhere.hpp"
#include "server/gateway/http_body.hpp"
#include "server/gateway/http_headers.hpp"

namespace throng::gateway {

namespace asio = boost::asio;
using assets::AssetId;
using assets::Result;
using metrics::Metric;
using protocol::Error;

namespace {

constexpr std::string_view kAnyBytes = "application/octet-stream";

assets::AssetStore& store_of(Services& services) {
  if (!services.server.assets.store) throw Refusal{Error::kNotFound, "no assets are kept here"};
  return *services.server.assets.store;
}

AssetId id_of(std::string_view name) {
  const auto id = AssetId::parse(name);
  if (id) return *id;
  throw Refusal{Error::kBadField, "an asset's name is 64 hexadecimal digits in lower case"};
}

Gate::Pass enter(Services& services, Gate& gate) {
  Gate::Pass pass = gate.enter();
  if (pass) return pass;
  services.metrics.add(Metric::kRefusedTransfers);
  throw Refusal{Error::kOverloaded, "too many assets are on their way"};
}

/// A user's right to upload so many bytes.
UploadShares::Entry enter_share(Services& services, protocol::UserId user, std::uint64_t bytes) {
  constexpr double kDaySeconds = 86'400;
  const Limits& limits = services.server.limits;
  const auto day = static_cast<double>(limits.user_upload_bytes);
  UploadShares::Entry entry = services.server.assets.shares.enter(
      user, bytes, limits.user_uploads, Rate::of(day / kDaySeconds, day), services.now);
  if (entry.wait.count() == 0) return entry;
  services.metrics.add(Metric::kRefusedUploads);
  throw Refusal{Error::kRateLimited, "the user uploads too much", retry_ms(entry.wait)};
}

/// What the store says to `call(done)`. Errors: throws what it refuses.
template <class T, class Call>
asio::awaitable<T> ask_store(Services& services, Call call) {
  Result<T> result = co_await result_of<Result<T>>(services, call);
  if (result.has_error()) {
    if (result.error() == Error::kOverloaded) services.metrics.add(Metric::kRefusedWorkers);
    if (result.error() == Error::kNoRoom) services.metrics.add(Metric::kRefusedNoRoom);
    throw Refusal{result.error(), {}};
  }
  co_return std::move(*result);
}

// ---- Reading ----

std::string etag_of(const AssetId& asset) { return '"' + asset.text() + '"'; }

/// An asset never changes under its name, but only some may see it.
void add_lasting_headers(HttpReply& reply, const AssetId& asset) {
  reply.headers.push_back({"ETag", etag_of(asset)});
  reply.headers.push_back({"Cache-Control", "private, max-age=31536000, immutable"});
}

/// What somebody uploaded must not become a page of this server's.
void add_safety_headers(HttpReply& reply, std::string_view type) {
  reply.headers.push_back({"X-Content-Type-Options", "nosniff"});
  reply.headers.push_back({"Content-Disposition", is_shown_inline(type) ? "inline" : "attachment"});
  reply.headers.push_back({"Content-Security-Policy", "default-src 'none'; sandbox"});
}

/// The part that the request wants of an asset of that size.
ByteRange range_of(const HttpRequest& request, const AssetId& asset, std::uint64_t size) {
  const bool wanted =
      request.method == "GET" && (request.if_range.empty() || request.if_range == etag_of(asset));
  return wanted ? read_range(request.range, size) : ByteRange();
}

HttpReply outside(std::uint64_t size) {
  HttpReply reply = error_reply(Error::kBadRange);
  reply.headers.push_back({"Content-Range", fmt::format("bytes */{}", size)});
  return reply;
}

HttpReply part_reply(const AssetId& asset, std::string_view type, ByteRange range,
                     std::uint64_t size) {
  const bool whole = range.kind == ByteRange::Kind::kWhole;
  if (whole) range.length = size;
  HttpReply reply{.status = whole ? 200U : 206U, .content_type = type, .body = {}};
  add_lasting_headers(reply, asset);
  add_safety_headers(reply, type);
  reply.headers.push_back({"Accept-Ranges", "bytes"});
  if (!whole) {
    reply.headers.push_back({"Content-Range", fmt::format("bytes {}-{}/{}", range.offset,
                                                          range.offset + range.length - 1, size)});
  }
  reply.part = AssetPart{.asset = asset, .offset = range.offset, .left = range.length, .pass = {}};
  return reply;
}

// ---- Writing ----

std::uint64_t announced_bytes(const Services& services, const HttpBody& body) {
  const auto length = body.length();
  if (!length || *length == 0) {
    throw Refusal{Error::kBadField, "Content-Length must say how many bytes come"};
  }
  const std::uint64_t most = services.server.limits.asset_bytes;
  if (*length > most) throw Refusal{Error::kTooLarge, fmt::format("over {} bytes", most)};
  return *length;
}

/// Brings the body to the store. True: its bytes are new there.
asio::awaitable<bool> store_body(Services& services, HttpBody& body, const AssetId& asset,
                                 std::uint64_t length) {
  assets::AssetStore& store = store_of(services);
  const auto begin = [&](auto done) { store.begin(asset, length, std::move(done)); };
  const auto upload = co_await ask_store<std::unique_ptr<assets::Upload>>(services, begin);
  std::vector<char> piece(std::min<std::uint64_t>(length, kAssetPieceBytes));
  for (std::uint64_t have = 0; have < length;) {
    const std::size_t count = co_await body.read(piece);
    const auto append = [&](auto done) {
      upload->append(std::span(piece).first(count), std::move(done));
    };
    have = co_await ask_store<std::uint64_t>(services, append);
    services.metrics.add(Metric::kAssetBytesIn, count);
  }
  const auto finish = [&](auto done) { upload->finish(std::move(done)); };
  co_return co_await ask_store<bool>(services, finish);
}

/// Lets the user see the asset. False: he could, as that type, before.
bool own(chat::Directory& directory, protocol::UserId user, const AssetId& asset,
         std::string_view type) {
  const auto holder = chat::AssetHolder::of(user);
  const auto before = directory.asset_link(asset, holder);
  if (before && before->type == type) return false;
  const chat::AssetLink link{.asset = asset, .holder = holder, .seq = 0, .type = std::string(type)};
  if (directory.add_asset_link(link)) throw Refusal{Error::kUnavailable, {}};
  return true;
}

}  // namespace

asio::awaitable<HttpReply> find_asset(Services& services, const HttpRequest& request,
                                      protocol::UserId user, std::string_view name) {
  assets::AssetStore& store = store_of(services);
  const AssetId asset = id_of(name);
  const auto see = [&] { return chat::visible_asset_type(services.server.directory, user, asset); };
  const auto type = co_await on_worker(services, see);
  if (!type) throw Refusal{Error::kNoSuchAsset, {}};
  if (names_etag(request.if_none_match, etag_of(asset))) {
    HttpReply unchanged{.status = 304, .content_type = {}, .body = {}};
    add_lasting_headers(unchanged, asset);
    co_return unchanged;
  }
  const auto ask_size = [&](auto done) { store.size(asset, std::move(done)); };
  const std::uint64_t size = co_await ask_store<std::uint64_t>(services, ask_size);
  const ByteRange range = range_of(request, asset, size);
  if (range.kind == ByteRange::Kind::kOutside) co_return outside(size);
  HttpReply reply = part_reply(asset, asset_type(*type).value_or(kAnyBytes), range, size);
  if (request.method == "GET") {
    reply.part->pass = enter(services, services.server.assets.downloads);
    services.metrics.add(Metric::kAssetDownloads);
  }
  co_return reply;
}

asio::awaitable<HttpReply> put_asset(Services& services, const HttpRequest& request,
                                     protocol::UserId user, std::string_view name) {
  store_of(services);
  // The path may be written so that only its meaning is one of assets, e.g. "/%61ssets/…".
  if (!request.streamed_body) throw Refusal{Error::kNotFound, {}};
  const AssetId asset = id_of(name);
  const auto type = asset_type(request.content_type);
  if (!type) throw Refusal{Error::kUnsupportedType, {}};
  const std::uint64_t length = announced_bytes(services, *request.streamed_body);
  // In this order: a server without a place takes nothing off what the user may upload.
  const Gate::Pass pass = enter(services, services.server.assets.uploads);
  const UploadShares::Entry share = enter_share(services, user, length);
  const bool is_new = co_await store_body(services, *request.streamed_body, asset, length);
  const auto make_own = [&] { return own(services.server.directory, user, asset, *type); };
  const bool is_new_to_user = co_await on_worker(services, make_own);
  services.metrics.add(Metric::kAssetUploads);
  if (!is_new) services.metrics.add(Metric::kAssetRepeats);
  co_return HttpReply{.status = is_new_to_user ? 201U : 200U,
                      .body = fmt::format(R"({{"op":"asset","asset":"{}"}})", name)};
}

asio::awaitable<std::size_t> read_asset(Services& services, AssetPart& part, std::span<char> into) {
  assets::AssetStore& store = store_of(services);
  const auto wanted = into.first(std::min<std::uint64_t>(into.size(), part.left));
  const auto read = [&](auto done) {
    store.read(part.asset, part.offset, wanted, std::move(done));
  };
  const auto count = co_await result_of<Result<std::size_t>>(services, read);
  if (count.has_error()) co_return 0;
  part.offset += *count;
  part.left -= *count;
  services.metrics.add(Metric::kAssetBytesOut, *count);
  co_return *count;
}

}  // namespace throng::gateway
