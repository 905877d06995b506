#include "server/gateway/notification_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/url.hpp>
#include <memory>

#include "server/gateway/http_exchange.hpp"
#include "server/gateway/http_fields.hpp"
#include "server/notify/push_service.hpp"

namespace throng::gateway {

namespace asio = boost::asio;
using notify::PushService;
using protocol::Error;

namespace {

constexpr std::size_t kMostUsers = 1'000;
constexpr std::size_t kMaxTitleBytes = 100;
constexpr std::size_t kMaxTextBytes = 1'000;
constexpr std::uint64_t kDefaultRecords = 50;
constexpr std::uint64_t kMostRecords = 200;
constexpr std::uint64_t kMostLifeS = 7 * 24 * 3600;

PushService& pushes_of(Services& services) {
  if (!services.server.pushes) throw Refusal{Error::kNotFound, "the server sends no pushes"};
  return *services.server.pushes;
}

/// Asks the push service and waits here for what it says.
template <class Ask>
asio::awaitable<HttpReply> ask_pushes(Services& services, Ask ask) {
  PushService& pushes = pushes_of(services);
  HttpExchange& exchange = HttpExchange::open(services, 1);
  auto reply = std::make_shared<PushService::Reply>(
      PushService::Reply{.error = Error::kUnavailable, .text = "no answer in time"});
  ask(pushes, [&services, ref = exchange.ref(), reply](PushService::Reply r) {
    asio::post(services.io, [&services, ref, reply, r = std::move(r)]() mutable {
      services.turn.begin();
      *reply = std::move(r);
      if (HttpExchange* waiting = services.exchanges.find(ref.slot, ref.generation)) {
        waiting->on_answer({.to = ref, .json = "done", .error = std::nullopt, .line = 0});
      }
    });
  });
  co_await HttpExchange::wait(services, exchange);
  if (reply->error) co_return error_reply(*reply->error, reply->text);
  co_return HttpReply{.body = std::move(reply->text)};
}

std::uint64_t number_field(const boost::json::object& body, std::string_view name,
                           std::uint64_t otherwise, std::uint64_t most) {
  const auto* value = body.if_contains(name);
  if (!value || value->is_null()) return otherwise;
  const std::uint64_t number = id_field(body, name);
  if (number <= most) return number;
  throw Refusal{Error::kBadField, fmt::format("\"{}\" must be at most {}", name, most)};
}

notify::Announcement read_announcement(const boost::json::object& body, chat::UserId client) {
  notify::Announcement wish{.client = client, .users = users_field(body, "users", true)};
  const std::string priority = string_field(body, "priority", kMaxTitleBytes);
  if (priority == name_of(notify::Priority::kOneTimeCode)) {
    wish.priority = notify::Priority::kOneTimeCode;
  } else if (priority != name_of(notify::Priority::kPromotion)) {
    throw Refusal{Error::kBadField, "\"priority\" must be \"one_time_code\" or \"promotion\""};
  }
  if (wish.users.empty() || wish.users.size() > kMostUsers) {
    throw Refusal{wish.users.empty() ? Error::kBadField : Error::kTooLarge,
                  fmt::format("\"users\" must have 1 to {} ids", kMostUsers)};
  }
  std::ranges::sort(wish.users);
  wish.users.erase(std::unique(wish.users.begin(), wish.users.end()), wish.users.end());
  wish.title = string_field(body, "title", kMaxTitleBytes, false);
  wish.text = string_field(body, "text", kMaxTextBytes);
  if (wish.text.empty()) throw Refusal{Error::kBadField, "\"text\" must not be empty"};
  const bool is_code = wish.priority == notify::Priority::kOneTimeCode;
  const std::uint64_t life_s = number_field(body, "life_s", is_code ? 600 : 86'400, kMostLifeS);
  wish.life = static_cast<chat::TimeMs>(life_s) * 1'000;
  return wish;
}

/// A number of the query; `otherwise` when it isn't there.
std::uint64_t query_number(boost::urls::url_view url, std::string_view name,
                           std::uint64_t otherwise, std::uint64_t most) {
  const auto params = url.params();
  const auto at = params.find(name);
  if (at == params.end()) return otherwise;
  const auto number = parse_number(std::string((*at).value));
  if (number && *number > 0 && *number <= most) return *number;
  throw Refusal{Error::kBadField, fmt::format("{} must be an integer from 1 to {}", name, most)};
}

}  // namespace

asio::awaitable<HttpReply> get_preferences(Services& services, protocol::Claims caller) {
  co_return co_await ask_pushes(services, [&](PushService& pushes, PushService::Done done) {
    pushes.get_preferences(caller.user, std::move(done));
  });
}

asio::awaitable<HttpReply> set_preferences(Services& services, protocol::Claims caller,
                                           const HttpRequest& request) {
  std::string mistake;
  auto wanted = notify::read_preferences(parse_object(request.body), mistake);
  if (!wanted) throw Refusal{Error::kBadField, mistake};
  co_return co_await ask_pushes(services, [&](PushService& pushes, PushService::Done done) {
    pushes.set_preferences(caller.user, std::move(*wanted), std::move(done));
  });
}

asio::awaitable<HttpReply> send_notifications(Services& services, protocol::Claims caller,
                                              const HttpRequest& request) {
  if (!caller.admin) throw Refusal{Error::kForbidden, "only an admin token sends notifications"};
  auto wish = read_announcement(parse_object(request.body), caller.user);
  co_return co_await ask_pushes(services, [&](PushService& pushes, PushService::Done done) {
    pushes.announce(std::move(wish), std::move(done));
  });
}

asio::awaitable<HttpReply> list_notifications(Services& services, protocol::Claims caller,
                                              boost::urls::url_view url) {
  const std::uint64_t everybody = 0;
  const auto most = query_number(url, "limit", kDefaultRecords, kMostRecords);
  chat::UserId user = caller.user;
  if (caller.admin) user = {query_number(url, "user", everybody, protocol::kMaxId)};
  co_return co_await ask_pushes(services, [&](PushService& pushes, PushService::Done done) {
    pushes.get_records(user, static_cast<std::size_t>(most), std::move(done));
  });
}

}  // namespace throng::gateway
