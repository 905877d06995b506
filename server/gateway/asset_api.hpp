#pragma once

#include <boost/asio/awaitable.hpp>
#include <span>
#include <string_view>

#include "server/assets/asset_store.hpp"
#include "server/gateway/gate.hpp"
#include "server/gateway/http_api.hpp"
#include "server/gateway/upload_shares.hpp"

namespace throng::gateway {

/// The assets of the whole server, and how many may be on their way at once. Any thread.
struct AssetService {
  assets::AssetStore* store = nullptr;  ///< null: the server keeps none
  Gate uploads;
  Gate downloads;
  UploadShares shares = {};
};

/// An asset is read and written in pieces of this size.
inline constexpr std::size_t kAssetPieceBytes = 64 * 1024;

/// `GET` and `HEAD /assets/{name}`: an answer whose bytes are still to be read. Who may not see the
/// asset is told that it isn't there. Errors: throws a Refusal.
boost::asio::awaitable<HttpReply> find_asset(Services& services, const HttpRequest& request,
                                             protocol::UserId user, std::string_view name);

/// `PUT /assets/{name}`: takes the body, whatever is known of the asset already: who sends all its
/// bytes may see it, and isn't told what others sent. Errors: throws a Refusal.
boost::asio::awaitable<HttpReply> put_asset(Services& services, const HttpRequest& request,
                                            protocol::UserId user, std::string_view name);

/// The next bytes of what find_asset() found. 0: they can't be read.
boost::asio::awaitable<std::size_t> read_asset(Services& services, AssetPart& part,
                                               std::span<char> into);

}  // namespace throng::gateway
