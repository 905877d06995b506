#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/gateway/session_services.hpp"

namespace throng::gateway {

/// What came of the first words of a client.
struct Greeting {
  std::optional<cluster::Newcomer> newcomer = std::nullopt;
  std::optional<protocol::Error> error = std::nullopt;  ///< why it can't go on
  std::string detail = {};
};

/// Reads the first events of a session: hello, and what was said behind it.
Greeting read_hello(SessionServices& services, std::string_view events);

}  // namespace throng::gateway
