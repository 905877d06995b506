#include "loadgen/serve/address.hpp"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

namespace throng::serve {

HostPort read_address(std::string_view address, std::uint16_t least_port) {
  HostPort read{"127.0.0.1", 0};
  const std::size_t colon = address.rfind(':');
  std::string_view digits = address;
  if (colon != std::string_view::npos) {
    std::string_view host = address.substr(0, colon);
    digits.remove_prefix(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    read.host = host;
  }
  const char* const end = digits.data() + digits.size();
  const auto [stopped, failed] = std::from_chars(digits.data(), end, read.port);
  if (failed != std::errc() || stopped != end || read.port < least_port) {
    throw std::runtime_error(fmt::format("expected a port from {} to 65535", least_port));
  }
  return read;
}

}  // namespace throng::serve
