#include "server/gateway/greeting.hpp"

#include <algorithm>

#include "protocol/codec.hpp"

namespace throng::gateway {

using protocol::Error;

Greeting read_hello(SessionServices& services, std::string_view events) {
  Greeting greeting;
  events.remove_prefix(std::min(events.find_first_not_of("\r\n"), events.size()));
  const std::string_view message = services.decoder.padded(events);
  const std::string_view line = message.substr(0, message.find('\n'));
  const auto event = services.decoder.client_event(line);
  if (event.has_error()) {
    greeting.error = services.decoder.failure().code;
    greeting.detail = services.decoder.failure().detail;
    return greeting;
  }
  const auto* hello = std::get_if<protocol::Hello>(&*event);
  if (!hello) {
    greeting.error = Error::kHelloFirst;
    return greeting;
  }
  const auto claims = services.tokens.verify(hello->token, services.wall_ms);
  if (claims.has_error()) {
    greeting.error = claims.error();
    return greeting;
  }
  services.metrics.add(metrics::Metric::kClientEventsHello);
  const bool rewound = hello->epoch != 0 && !services.epochs.knows(hello->epoch);
  greeting.newcomer.emplace(cluster::Newcomer{.descriptor = -1,
                                              .user = claims->user,
                                              .have = hello->have,
                                              .rewound = rewound,
                                              .lane = std::nullopt,
                                              .early_events = {},
                                              .early_bytes = {}});
  if (line.size() < message.size()) {
    greeting.newcomer->early_events = message.substr(line.size() + 1);
  }
  return greeting;
}

}  // namespace throng::gateway
