#include "server/gateway/admission.hpp"

#include <algorithm>
#include <array>
#include <boost/url.hpp>
#include <string>

namespace throng::gateway {

using protocol::Error;

namespace {

constexpr std::uint32_t kRetryWhenOverloadedMs = 1000;
/// What is served however much there is to do: messages, and what tells how the server is.
constexpr std::array<std::string_view, 4> kAlways{"/send", "/healthz", "/readyz", "/metrics"};

/// As the router sees it: a path can be written in more than one way.
std::string path_of(const HttpRequest& request) {
  std::string path;
  const auto url = boost::urls::parse_origin_form(request.target);
  if (url.has_error()) return path;
  for (const std::string segment : url->segments()) {
    path += '/';
    path += segment;
  }
  return path;
}

/// Passwords cost much to check: each shard looks after its part of what an address may do.
std::chrono::nanoseconds wait_to_log_in(Services& services, const boost::asio::ip::address& from) {
  const Limits& limits = services.server.limits;
  if (limits.trusted.hold(from)) return {};
  Rate rate = limits.address_logins;
  rate.interval *= services.placement.shards();
  return services.logins.take(Origin::of(from), rate, services.now);
}

std::chrono::nanoseconds wait_to_send(Services& services, std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!authorization.starts_with(kScheme)) return {};
  const auto claims =
      services.server.tokens.verify(authorization.substr(kScheme.size()), services.wall_ms);
  if (!claims || claims->admin) return {};
  return services.users.passing(claims->user)
      .sends.take(services.server.limits.user_sends, services.now);
}

}  // namespace

std::optional<HttpReply> refuse_request(Services& services, const HttpRequest& request,
                                        const boost::asio::ip::address& from) {
  const std::string path = path_of(request);
  if (cluster::sheds(services.office.load(services.shard), cluster::Work::kHistory) &&
      std::ranges::find(kAlways, path) == kAlways.end()) {
    services.metrics.add(metrics::Metric::kShedHistory);
    return error_reply(Error::kOverloaded, {}, kRetryWhenOverloadedMs);
  }
  if (request.method != "POST") return std::nullopt;
  std::chrono::nanoseconds wait{0};
  if (path == "/login" || path == "/register") {
    wait = wait_to_log_in(services, from);
    if (wait.count() > 0) services.metrics.add(metrics::Metric::kRefusedLoginRate);
  } else if (path == "/send") {
    wait = wait_to_send(services, request.authorization);
    if (wait.count() > 0) services.metrics.add(metrics::Metric::kRefusedUserRate);
  }
  if (wait.count() == 0) return std::nullopt;
  return error_reply(Error::kRateLimited, {}, retry_ms(wait));
}

}  // namespace throng::gateway
