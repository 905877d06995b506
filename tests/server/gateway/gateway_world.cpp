#include "tests/server/gateway/gateway_world.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/system/system_error.hpp>

#include "server/gateway/http_exchange.hpp"
#include "server/gateway/session.hpp"

namespace throng::gateway {
namespace {

constexpr chat::TimeMs kNow = 1'767'225'600'000;

/// A request whose texts live as long as it is served.
struct Texts {
  std::string method, target, authorization, content_type, body;
};

}  // namespace

void FragileDirectory::check() const {
  if (is_broken) throw boost::system::system_error(protocol::Error::kInternal);
}

std::vector<chat::ChatId> FragileDirectory::chats_of(chat::UserId user) const {
  check();
  return MemoryDirectory::chats_of(user);
}

std::optional<chat::ChatId> FragileDirectory::chat_by_key(chat::UserId creator,
                                                          std::string_view key) const {
  check();
  return MemoryDirectory::chat_by_key(creator, key);
}

GatewayWorld::GatewayWorld(Limits limits)
    : limits_(limits),
      accounts_(directory, limits.password_jobs),
      chat_keys_(directory),
      workers_(limits.http_workers, limits.http_jobs),
      rules_(chat::Placement(kShards), log_, directory, pagination_, *this),
      presence_(directory),
      services(io_, 0, chat::Placement(kShards),
               {.tokens = tokens,
                .directory = directory,
                .accounts = accounts_,
                .chat_keys = chat_keys_,
                .workers = workers_,
                .limits = limits_},
               *this, *this, *this, rules_, presence_, metrics_) {}

GatewayWorld::~GatewayWorld() {
  accounts_.stop();
  workers_.stop();
}

void GatewayWorld::begin() { services.wall_ms = kNow; }

void GatewayWorld::send(chat::ShardIndex to, cluster::Mail mail) {
  mailed_.emplace_back(to, std::get<chat::Command>(std::move(mail)));
}

void GatewayWorld::ask(std::string_view method, std::string_view target, std::string_view body,
                       std::uint64_t user, bool admin) {
  Texts texts{.method = std::string(method),
              .target = std::string(target),
              .authorization = {},
              .content_type = content_type,
              .body = std::string(body)};
  if (user != 0) {
    texts.authorization =
        "Bearer " + tokens.mint({.user = {user}, .expires = kNow + 60'000, .admin = admin});
  }
  reply_ = nullptr;
  const auto serve = [](GatewayWorld& world, Texts request) -> boost::asio::awaitable<void> {
    HttpReply reply = co_await serve_http(world.services, {.method = request.method,
                                                           .target = request.target,
                                                           .authorization = request.authorization,
                                                           .content_type = request.content_type,
                                                           .body = request.body});
    world.reply_ = std::make_unique<HttpReply>(std::move(reply));
  };
  boost::asio::co_spawn(io_, serve(*this, std::move(texts)), boost::asio::detached);
  io_.restart();
  io_.poll();
  while (services.awaited_elsewhere > 0) io_.run_one();
  io_.poll();
}

HttpReply GatewayWorld::reply() {
  if (!reply_) {
    ADD_FAILURE() << "there is no reply";
    return error_reply(protocol::Error::kInternal, "there is no reply");
  }
  return *reply_;
}

HttpReply GatewayWorld::call(std::string_view method, std::string_view target,
                             std::string_view body, std::uint64_t user, bool admin) {
  ask(method, target, body, user, admin);
  return reply();
}

HttpReply GatewayWorld::wait_for_reply() {
  io_.restart();
  io_.run();
  return reply();
}

void GatewayWorld::answer(const chat::ClientRef& to, std::string json,
                          std::optional<protocol::Error> error, std::uint32_t line) {
  if (HttpExchange* exchange = services.exchanges.find(to.slot, to.generation)) {
    exchange->on_answer({.to = to, .json = std::move(json), .error = error, .line = line});
  }
  io_.restart();
  io_.poll();
}

}  // namespace throng::gateway
