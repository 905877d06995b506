#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "tls/context.hpp"

namespace throng::transport {

/// Where the load goes: the parts of a `ws://` or `wss://` URL. The HTTP API is at the same host
/// and port, in the same way.
struct Target {
  std::string url;   ///< as given but for the query, which may hold a key
  std::string host;  ///< a name or an address; an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string path;     ///< of the WebSocket, query included, e.g. "/v1/ws"
  bool secure = false;  ///< with TLS
  tls::Trust trust;     ///< whom to take for it then

  /// The value of the Host header, e.g. "localhost:8080" or "[::1]:8080".
  std::string authority() const;
};

inline constexpr std::string_view kDefaultPath = "/v1/ws";

/// What is wrong with a URL: a sentence that names it and what was expected.
struct TargetError {
  std::string message;
};

/// Reads `ws://HOST[:PORT][/PATH][?QUERY]`, or the same with `wss://`. The port defaults to 80 and
/// 443, the path to kDefaultPath.
/// Refuses a name and password, which nothing would use and reports would show.
boost::system::result<Target, TargetError> parse_target(std::string_view url);

/// Looks the host up (blocking) and gives the first address, with the target's port.
/// Errors: the resolver's.
boost::system::result<boost::asio::ip::tcp::endpoint> resolve(const Target& target);

}  // namespace throng::transport
