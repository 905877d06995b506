#include "tests/server/gateway/gateway_world.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/system/system_error.hpp>

#include "server/gateway/http_body.hpp"
#include "server/gateway/http_exchange.hpp"
#include "server/gateway/http_fields.hpp"
#include "server/gateway/session.hpp"

namespace throng::gateway {
namespace {

constexpr chat::TimeMs kNow = 1'767'225'600'000;

/// A request whose texts live as long as it is served.
struct Texts {
  std::string method, target, authorization, content_type, body, range, if_range, if_none_match;
};

/// A body of which some bytes never come.
class CutBody final : public HttpBody {
 public:
  CutBody(std::string_view bytes, std::size_t sent) : bytes_(bytes), sent_(sent) {}

  std::optional<std::uint64_t> length() const override { return bytes_.size(); }
  boost::asio::awaitable<std::size_t> read(std::span<char> into) override {
    const std::string_view piece = bytes_.substr(0, sent_).substr(0, into.size());
    if (piece.empty()) throw Refusal{protocol::Error::kBadField, "the body is cut"};
    bytes_.remove_prefix(piece.copy(into.data(), into.size()));
    sent_ -= std::min(sent_, piece.size());
    co_return piece.size();
  }

 private:
  std::string_view bytes_;
  std::size_t sent_;
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
      assets_{.store = &asset_store,
              .uploads = Gate(limits.uploads),
              .downloads = Gate(limits.downloads)},
      accounts_(directory, limits.password_jobs),
      chat_keys_(directory),
      workers_(limits.http_workers, limits.http_jobs),
      rules_(chat::Placement(kShards), log_, directory, pagination_, *this),
      presence_(directory),
      services(io_, 0, chat::Placement(kShards),
               {.tokens = tokens,
                .directory = directory,
                .epochs = epochs,
                .accounts = accounts_,
                .chat_keys = chat_keys_,
                .assets = assets_,
                .workers = workers_,
                .limits = limits_,
                .page = true,
                .pushes = nullptr,
                .journal = nullptr},
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
  serve(method, target, body, nullptr, user, admin);
}

void GatewayWorld::serve(std::string_view method, std::string_view target, std::string_view body,
                         HttpBody* streamed, std::uint64_t user, bool admin) {
  Texts texts{.method = std::string(method),
              .target = std::string(target),
              .authorization = {},
              .content_type = content_type,
              .body = std::string(body),
              .range = range,
              .if_range = if_range,
              .if_none_match = if_none_match};
  if (user != 0) {
    texts.authorization =
        "Bearer " + tokens.mint({.user = {user}, .expires = kNow + 60'000, .admin = admin});
  }
  reply_ = nullptr;
  const auto answer = [](GatewayWorld& world, Texts asked,
                         HttpBody* unread) -> boost::asio::awaitable<void> {
    const HttpRequest request{.method = asked.method,
                              .target = asked.target,
                              .authorization = asked.authorization,
                              .content_type = asked.content_type,
                              .body = asked.body,
                              .range = asked.range,
                              .if_range = asked.if_range,
                              .if_none_match = asked.if_none_match,
                              .streamed_body = unread};
    HttpReply reply = co_await serve_http(world.services, request);
    world.reply_ = std::make_unique<HttpReply>(std::move(reply));
  };
  boost::asio::co_spawn(io_, answer(*this, std::move(texts), streamed), boost::asio::detached);
  finish_what_is_elsewhere();
}

void GatewayWorld::finish_what_is_elsewhere() {
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
  return std::move(*std::exchange(reply_, nullptr));
}

HttpReply GatewayWorld::put(std::string_view target, std::string_view bytes, std::uint64_t user,
                            std::size_t sent) {
  CutBody body(bytes, sent);
  serve("PUT", target, {}, &body, user, false);
  return reply();
}

std::string GatewayWorld::download(HttpReply& reply) {
  std::string bytes;
  const auto read = [](GatewayWorld& world, AssetPart& part,
                       std::string& into) -> boost::asio::awaitable<void> {
    char piece[3];
    while (part.left > 0) {
      const std::size_t count = co_await read_asset(world.services, part, piece);
      if (count == 0) break;
      into.append(piece, count);
    }
  };
  if (reply.part) {
    boost::asio::co_spawn(io_, read(*this, *reply.part, bytes), boost::asio::detached);
    finish_what_is_elsewhere();
  }
  return bytes;
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
