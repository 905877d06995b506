#include "loadgen/transport/target.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <optional>

namespace throng::transport {
namespace {

constexpr std::uint16_t kPlainPort = 80;
constexpr std::uint16_t kSecurePort = 443;

TargetError wrong(std::string_view url, std::string_view what) {
  return {"target \"" + std::string(url) + "\": " + std::string(what)};
}

std::string bare_host(const boost::urls::url_view& parts) {
  std::string host = parts.host();
  if (parts.host_type() == boost::urls::host_type::ipv6) {
    host = host.substr(1, host.size() - 2);
  }
  return host;
}

/// nullopt for a port that can't be.
std::optional<std::uint16_t> port_of(const boost::urls::url_view& parts, bool secure) {
  if (!parts.has_port() || parts.port().empty()) return secure ? kSecurePort : kPlainPort;
  const std::string_view text(parts.port().data(), parts.port().size());
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || port == 0) return std::nullopt;
  return port;
}

std::string path_and_query(const boost::urls::url_view& parts) {
  std::string path(parts.encoded_path());
  if (path.empty() || path == "/") path = kDefaultPath;
  if (parts.has_query()) path += "?" + std::string(parts.encoded_query());
  return path;
}

}  // namespace

std::string Target::authority() const {
  const bool bracketed = host.find(':') != std::string::npos;
  return (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

boost::system::result<Target, TargetError> parse_target(std::string_view url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) return wrong(url, "expected ws://HOST[:PORT][/PATH], or wss://");
  const boost::urls::url_view parts = *parsed;
  if (parts.has_userinfo()) {
    return TargetError{
        "target: expected no name and password before the host; tokens are signed with the secret"};
  }
  const bool secure = parts.scheme() == "wss";
  if (!secure && parts.scheme() != "ws") {
    return wrong(url, "expected ws:// or wss:// at the beginning");
  }
  if (parts.host().empty()) return wrong(url, "expected a host behind ws://");
  const std::optional<std::uint16_t> port = port_of(parts, secure);
  if (!port) return wrong(url, "expected a port from 1 to 65535");

  Target target;
  target.url = url.substr(0, url.find_first_of("?#"));
  target.host = bare_host(parts);
  target.path = path_and_query(parts);
  target.port = *port;
  target.secure = secure;
  return target;
}

boost::system::result<boost::asio::ip::tcp::endpoint> resolve(const Target& target) {
  boost::asio::io_context io(1);
  boost::asio::ip::tcp::resolver resolver(io);
  boost::system::error_code error;
  const auto found = resolver.resolve(target.host, std::to_string(target.port),
                                      boost::asio::ip::resolver_base::numeric_service, error);
  if (error) return error;
  return found.begin()->endpoint();
}

}  // namespace throng::transport
