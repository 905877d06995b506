#include "loadgen/view/request_guard.hpp"

#include <sodium.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <stdexcept>

namespace throng::view {
namespace {

constexpr std::size_t kTokenBytes = 16;

/// Without the port, and an IPv6 address without its brackets.
std::string_view name_of(std::string_view host) {
  if (host.starts_with('[') && host.find(']') == host.npos) return "";
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.rfind(':'));
}

}  // namespace

std::string make_token() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium can't be initialised");
  std::array<unsigned char, kTokenBytes> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::string token(2 * kTokenBytes + 1, '\0');
  sodium_bin2hex(token.data(), token.size(), bytes.data(), bytes.size());
  token.pop_back();
  return token;
}

bool may_read(const Provenance& request) {
  const std::string_view name = name_of(request.host);
  if (name == "localhost") return true;
  boost::system::error_code error;
  boost::asio::ip::make_address(std::string(name), error);
  return !error;
}

bool may_watch(const Provenance& request) {
  return may_read(request) &&
         (request.site.empty() || request.site == "none" || request.site == "same-origin");
}

bool may_stop(const Provenance& request, std::string_view token) {
  return may_watch(request) && request.origin == "http://" + std::string(request.host) &&
         request.token.size() == token.size() &&
         sodium_memcmp(request.token.data(), token.data(), token.size()) == 0;
}

}  // namespace throng::view
