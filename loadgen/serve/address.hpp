#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace throng::serve {

/// Where somebody listens: a name or an address, an IPv6 address without its brackets.
struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};

/// Reads "HOST:PORT", "[::1]:PORT" or "PORT", which is that of 127.0.0.1.
/// Errors: std::runtime_error that says what was expected.
HostPort read_address(std::string_view address, std::uint16_t least_port = 1);

}  // namespace throng::serve
