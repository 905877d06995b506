#include "server/gateway/http_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <boost/url.hpp>
#include <optional>

#include "server/gateway/accounts.hpp"
#include "server/gateway/asset_api.hpp"
#include "server/gateway/chat_keys.hpp"
#include "server/gateway/elsewhere.hpp"
#include "server/gateway/http_exchange.hpp"
#include "server/gateway/http_fields.hpp"
#include "server/gateway/notification_api.hpp"
#include "server/gateway/page_api.hpp"

namespace throng::gateway {

namespace asio = boost::asio;
namespace json = boost::json;
using protocol::Error;

namespace {

constexpr std::size_t kMaxLines = 1000;
constexpr std::size_t kMaxKeyBytes = 64;
constexpr chat::TimeMs kTokenLifeMs = chat::TimeMs{30} * 24 * 3600 * 1000;

struct Call {
  Services& services;
  const HttpRequest& request;
  boost::urls::url_view url;
  protocol::Claims claims{};
};

std::string query_value(const Call& call, std::string_view name) {
  const auto params = call.url.params();
  const auto at = params.find(name);
  return at == params.end() ? std::string() : std::string((*at).value);
}

std::string path_text(const Call& call, std::size_t segment) {
  const auto segments = call.url.segments();
  auto at = segments.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(segment));
  return *at;
}

std::uint64_t path_id(const Call& call, std::size_t segment) {
  const auto id = parse_number(path_text(call, segment));
  if (!id || *id == 0 || *id > protocol::kMaxId) throw Refusal{Error::kNotFound, {}};
  return *id;
}

protocol::Claims authenticate(const Services& services, std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!authorization.starts_with(kScheme)) {
    throw Refusal{Error::kBadToken, "an \"Authorization: Bearer\" header is needed"};
  }
  const auto claims =
      services.server.tokens.verify(authorization.substr(kScheme.size()), services.wall_ms);
  if (claims.has_error()) throw Refusal{claims.error(), {}};
  return *claims;
}

HttpReply to_reply(chat::Answer&& answer) {
  if (answer.json.empty()) return error_reply(Error::kUnavailable, "no answer in time");
  const unsigned status = answer.error ? protocol::http_status(*answer.error) : 200;
  return {.status = status, .content_type = "application/json", .body = std::move(answer.json)};
}

/// Nothing new is for that shard.
bool is_full(const Services& services, chat::ShardIndex shard) {
  return cluster::sheds(services.office.load(shard), cluster::Work::kMessage);
}

/// Sends the command that `make(ref)` returns to the chat's shard and waits for the answer.
template <class Make>
asio::awaitable<HttpReply> ask_chat(Call& call, chat::ChatId chat, Make make) {
  Services& s = call.services;
  const chat::ShardIndex owner = s.placement.of(chat);
  if (is_full(s, owner)) {
    s.metrics.add(metrics::Metric::kRefusedOverloaded);
    throw Refusal{Error::kOverloaded, {}};
  }
  HttpExchange& exchange = HttpExchange::open(s, 1);
  s.office.send(owner, chat::Command(make(exchange.ref())));
  auto answers = co_await HttpExchange::wait(s, exchange);
  co_return to_reply(std::move(answers.front()));
}

HttpReply account_reply(Services& services, const Accounts::Result& result) {
  if (result.has_error()) {
    const bool bad_field = result.error() == Error::kBadField;
    return error_reply(
        result.error(),
        bad_field ? "\"email\" must be an address, \"password\" 8 to 128 bytes" : "");
  }
  const std::string token = services.server.tokens.mint(
      {.user = *result, .expires = services.wall_ms + kTokenLifeMs, .admin = false});
  return {.status = 200,
          .content_type = "application/json",
          .body = fmt::format(R"({{"user":{},"token":"{}"}})", result->value, token)};
}

asio::awaitable<HttpReply> register_user(Call& call) {
  const json::object body = parse_object(call.request.body);
  auto email = string_field(body, "email", Accounts::kMaxEmailBytes);
  auto password = string_field(body, "password", Accounts::kMaxPasswordBytes);
  auto name = string_field(body, "name", Accounts::kMaxNameBytes, false);
  const auto start = [&](Accounts::Done done) {
    call.services.server.accounts.register_user(std::move(email), std::move(password),
                                                std::move(name), std::move(done));
  };
  const auto result = co_await result_of<Accounts::Result>(call.services, start);
  co_return account_reply(call.services, result);
}

asio::awaitable<HttpReply> log_in(Call& call) {
  const json::object body = parse_object(call.request.body);
  auto email = string_field(body, "email", Accounts::kMaxEmailBytes);
  auto password = string_field(body, "password", Accounts::kMaxPasswordBytes);
  const auto start = [&](Accounts::Done done) {
    call.services.server.accounts.log_in(std::move(email), std::move(password), std::move(done));
  };
  const auto result = co_await result_of<Accounts::Result>(call.services, start);
  co_return account_reply(call.services, result);
}

/// One object of `POST /chats`, checked: its chat has an id already, or is the one that the same
/// key made before, or there is something wrong with it.
struct ChatRequest {
  chat::CreateChat command = {};
  std::string key = {};
  std::optional<chat::ChatId> existing = std::nullopt;
  std::optional<Refusal> refusal = std::nullopt;
};

bool history_shown(const json::object& body) {
  const std::string history = string_field(body, "history", kMaxKeyBytes, false);
  if (!history.empty() && history != "shown" && history != "hidden") {
    throw Refusal{Error::kBadField, "\"history\" must be \"shown\" or \"hidden\""};
  }
  return history == "shown";
}

ChatRequest read_chat_request(Call& call, std::string_view text) {
  const json::object body = parse_object(text);
  ChatRequest request;
  chat::ChatRecord& record = request.command.record;
  record.creator = call.claims.user;
  record.name = string_field(body, "name", protocol::kMaxNameBytes, false);
  record.history_shown = history_shown(body);
  record.key = string_field(body, "key", kMaxKeyBytes, false);
  request.command.members = users_field(body, "members", true);
  request.command.admins = users_field(body, "admins", false);
  if (!call.claims.admin) {
    request.command.members.push_back(call.claims.user);
    request.command.admins.push_back(call.claims.user);
  }
  if (request.command.members.size() > chat::Rules::kMaxChatMembers) {
    throw Refusal{Error::kTooLarge, "too many members"};
  }
  request.key = record.key;
  return request;
}

ChatRequest read_chat_line(Call& call, std::string_view text) {
  try {
    return read_chat_request(call, text);
  } catch (Refusal& refusal) {
    return {.refusal = std::move(refusal)};
  }
}

/// Gives ids to those with which nothing is wrong. On a worker: it reads the directory.
bool reserve_ids(ChatKeys& keys, std::vector<ChatRequest>& requests) {
  for (ChatRequest& request : requests) {
    if (request.refusal) continue;
    chat::ChatRecord& record = request.command.record;
    const auto id = keys.reserve(record.creator, record.key);
    record.chat = id.chat;
    if (id.exists) request.existing = id.chat;
  }
  return true;
}

void refuse_for_full_shards(Services& services, std::vector<ChatRequest>& requests) {
  for (ChatRequest& request : requests) {
    if (request.refusal || request.existing) continue;
    if (!is_full(services, services.placement.of(request.command.record.chat))) continue;
    services.metrics.add(metrics::Metric::kRefusedOverloaded);
    request.refusal = Refusal{Error::kOverloaded, {}};
  }
}

asio::awaitable<HttpReply> create_chats(Call& call) {
  Services& s = call.services;
  const bool many = call.request.content_type.starts_with("application/x-ndjson");
  std::vector<std::string_view> lines;
  if (many) {
    protocol::for_each_line(call.request.body, [&](std::string_view l) { lines.push_back(l); });
  } else {
    lines.push_back(call.request.body);
  }
  if (lines.empty()) throw Refusal{Error::kBadJson, "the body is empty"};
  if (lines.size() > kMaxLines) throw Refusal{Error::kTooLarge, "over 1000 lines"};

  std::vector<ChatRequest> requests;
  for (const std::string_view line : lines) requests.push_back(read_chat_line(call, line));
  const auto reserve = [&] { return reserve_ids(s.server.chat_keys, requests); };
  co_await on_worker(s, reserve);
  refuse_for_full_shards(s, requests);
  HttpExchange& exchange = HttpExchange::open(s, static_cast<std::uint32_t>(lines.size()));
  const chat::ClientRef ref = exchange.ref();
  for (std::uint32_t i = 0; i < requests.size(); ++i) {
    if (const auto& refusal = requests[i].refusal) {
      exchange.on_answer({.to = ref,
                          .json = error_reply(refusal->error, refusal->detail).body,
                          .error = refusal->error,
                          .line = i});
      continue;
    }
    if (requests[i].existing) {
      exchange.on_answer(
          {.to = ref,
           .json = fmt::format(R"({{"op":"chat","chat":{}}})", requests[i].existing->value),
           .error = std::nullopt,
           .line = i});
      continue;
    }
    chat::CreateChat& command = requests[i].command;
    command.from = ref;
    command.line = i;
    s.office.send(s.placement.of(command.record.chat), chat::Command(std::move(command)));
  }
  auto answers = co_await HttpExchange::wait(s, exchange);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    // One that isn't answered, or not well, may still be made: its key stays reserved.
    const bool made = !answers[i].json.empty() && !answers[i].error;
    if (made && !requests[i].key.empty()) {
      s.server.chat_keys.release(call.claims.user, requests[i].key);
    }
  }
  if (!many) co_return to_reply(std::move(answers.front()));
  HttpReply reply{.status = 200, .content_type = "application/x-ndjson", .body = {}};
  for (chat::Answer& answer : answers) {
    reply.body += to_reply(std::move(answer)).body;
    reply.body += '\n';
  }
  co_return reply;
}

std::string encode_chats_of(const chat::Directory& directory, chat::UserId user) {
  std::string body = R"({"chats":[)";
  for (const chat::ChatId id : directory.chats_of(user)) {
    if (body.back() != '[') body += ',';
    const auto record = directory.chat(id);
    body += fmt::format(R"({{"chat":{},"name":)", id.value);
    protocol::encode_string(body, record ? record->name : std::string());
    body += '}';
  }
  return body += "]}";
}

asio::awaitable<HttpReply> list_chats(Call& call) {
  const auto encode = [&] {
    return encode_chats_of(call.services.server.directory, call.claims.user);
  };
  std::string body = co_await on_worker(call.services, encode);
  co_return HttpReply{.status = 200, .content_type = "application/json", .body = std::move(body)};
}

/// Has the chat that the path names change the members in `list` of the command.
asio::awaitable<HttpReply> change_members(Call& call,
                                          std::vector<chat::UserId> chat::ChangeMembers::*list,
                                          std::vector<chat::UserId> users) {
  const chat::ChatId id{path_id(call, 1)};
  co_return co_await ask_chat(call, id, [&](const chat::ClientRef& ref) {
    chat::ChangeMembers change{
        .from = ref, .by = call.claims.user, .operates = call.claims.admin, .chat = id};
    change.*list = std::move(users);
    return change;
  });
}

asio::awaitable<HttpReply> add_members(Call& call) {
  path_id(call, 1);  // a wrong path is said before a wrong body
  const json::object body = parse_object(call.request.body);
  co_return co_await change_members(call, &chat::ChangeMembers::add,
                                    users_field(body, "add", true));
}

/// The one whom the path names last.
std::vector<chat::UserId> path_user(const Call& call) {
  return std::vector<chat::UserId>(1, chat::UserId{path_id(call, 3)});
}

asio::awaitable<HttpReply> remove_member(Call& call) {
  co_return co_await change_members(call, &chat::ChangeMembers::remove, path_user(call));
}

asio::awaitable<HttpReply> make_admin(Call& call) {
  co_return co_await change_members(call, &chat::ChangeMembers::promote, path_user(call));
}

asio::awaitable<HttpReply> unmake_admin(Call& call) {
  co_return co_await change_members(call, &chat::ChangeMembers::demote, path_user(call));
}

asio::awaitable<HttpReply> rename_chat(Call& call) {
  const chat::ChatId id{path_id(call, 1)};
  const json::object body = parse_object(call.request.body);
  std::string name = string_field(body, "name", protocol::kMaxNameBytes);
  co_return co_await ask_chat(call, id, [&](const chat::ClientRef& ref) {
    return chat::RenameChat{.from = ref,
                            .by = call.claims.user,
                            .operates = call.claims.admin,
                            .chat = id,
                            .name = std::move(name)};
  });
}

asio::awaitable<HttpReply> describe_chat(Call& call) {
  const chat::ChatId id{path_id(call, 1)};
  const std::string after_text = query_value(call, "after");
  const auto after = after_text.empty() ? 0 : parse_number(after_text);
  if (!after || *after > protocol::kMaxId) {
    throw Refusal{Error::kBadField, "after must be a user's id"};
  }
  co_return co_await ask_chat(call, id, [&](const chat::ClientRef& ref) {
    return chat::DescribeChat{.from = ref,
                              .user = call.claims.user,
                              .operates = call.claims.admin,
                              .chat = id,
                              .after = {*after}};
  });
}

/// A client message id for calls that brought none.
std::string own_cmid(const Call& call) {
  return fmt::format("http-{}-{}-{}", call.services.wall_ms, call.services.shard,
                     ++call.services.cmids_made);
}

asio::awaitable<HttpReply> send_message(Call& call) {
  const json::object body = parse_object(call.request.body);
  const chat::UserId user{id_field(body, "user_id")};
  const chat::ChatId id{id_field(body, "chat_id")};
  std::string text = string_field(body, "msgText", protocol::kMaxBodyBytes);
  std::string cmid = string_field(body, "cmid", protocol::kMaxCmidBytes, false);
  if (text.empty()) throw Refusal{Error::kBadField, "\"msgText\" must not be empty"};
  if (user != call.claims.user && !call.claims.admin) {
    throw Refusal{Error::kForbidden, "\"user_id\" must be the token's user"};
  }
  if (cmid.empty()) cmid = own_cmid(call);
  co_return co_await ask_chat(call, id, [&](const chat::ClientRef& ref) {
    return chat::PostMessage{
        .from = ref, .user = user, .chat = id, .cmid = std::move(cmid), .body = std::move(text)};
  });
}

asio::awaitable<HttpReply> fetch_history(Call& call) {
  const auto id = parse_number(query_value(call, "chatId"));
  if (!id || *id == 0 || *id > protocol::kMaxId) {
    throw Refusal{Error::kBadField, "chatId must be a chat's id"};
  }
  const std::string limit_text = query_value(call, "limit");
  const auto limit = limit_text.empty() ? protocol::kDefaultFetchLimit : parse_number(limit_text);
  if (!limit || *limit == 0 || *limit > protocol::kMaxFetchLimit) {
    throw Refusal{Error::kBadField,
                  fmt::format("limit must be an integer from 1 to {}", protocol::kMaxFetchLimit)};
  }
  co_return co_await ask_chat(call, {*id}, [&](const chat::ClientRef& ref) {
    return chat::FetchHistory{.from = ref,
                              .user = call.claims.user,
                              .operates = call.claims.admin,
                              .chat = {*id},
                              .pagination_token = query_value(call, "paginationToken"),
                              .limit = static_cast<std::uint32_t>(*limit),
                              .ref = {}};
  });
}

asio::awaitable<HttpReply> get_asset(Call& call) {
  const std::string name = path_text(call, 1);
  co_return co_await find_asset(call.services, call.request, call.claims.user, name);
}

asio::awaitable<HttpReply> upload_asset(Call& call) {
  const std::string name = path_text(call, 1);
  co_return co_await put_asset(call.services, call.request, call.claims.user, name);
}

/// The page to look at, whose other files are below it.
asio::awaitable<HttpReply> show_page(Call& call) {
  const bool is_root = call.url.segments().empty();
  co_return page_reply(call.services, call.request, is_root ? "index.html" : path_text(call, 1));
}

asio::awaitable<HttpReply> health(Call&) {
  co_return HttpReply{.status = 200, .content_type = "text/plain", .body = "ok\n"};
}

asio::awaitable<HttpReply> readiness(Call& call) {
  const bool ready = call.services.node.ready() && !call.services.stopping;
  co_return HttpReply{.status = ready ? 200U : 503U,
                      .content_type = "text/plain",
                      .body = ready ? "ready\n" : "not ready\n"};
}

asio::awaitable<HttpReply> metrics(Call& call) {
  co_return HttpReply{.status = 200,
                      .content_type = "text/plain; version=0.0.4; charset=utf-8",
                      .body = call.services.node.metrics_page()};
}

struct Route {
  std::string_view method;
  std::string_view path;  ///< "*" stands for one segment; "": the root
  bool public_access;
  asio::awaitable<HttpReply> (*serve)(Call&);
};

constexpr Route kRoutes[] = {
    {"POST", "/register", true, register_user},
    {"POST", "/login", true, log_in},
    {"POST", "/chats", false, create_chats},
    {"GET", "/chats", false, list_chats},
    {"GET", "/chats/*", false, describe_chat},
    {"PATCH", "/chats/*", false, rename_chat},
    {"POST", "/chats/*/members", false, add_members},
    {"DELETE", "/chats/*/members/*", false, remove_member},
    {"PUT", "/chats/*/admins/*", false, make_admin},
    {"DELETE", "/chats/*/admins/*", false, unmake_admin},
    {"POST", "/send", false, send_message},
    {"GET", "/fetch", false, fetch_history},
    {"GET", "/assets/*", false, get_asset},
    {"HEAD", "/assets/*", false, get_asset},
    {"PUT", "/assets/*", false, upload_asset},
    {"GET", "", true, show_page},
    {"HEAD", "", true, show_page},
    {"GET", "/page/*", true, show_page},
    {"HEAD", "/page/*", true, show_page},
    {"GET", "/notifications/preferences", false,
     [](Call& c) { return get_preferences(c.services, c.claims); }},
    {"PUT", "/notifications/preferences", false,
     [](Call& c) { return set_preferences(c.services, c.claims, c.request); }},
    {"POST", "/notifications", false,
     [](Call& c) { return send_notifications(c.services, c.claims, c.request); }},
    {"GET", "/notifications/sent", false,
     [](Call& c) { return list_notifications(c.services, c.claims, c.url); }},
    {"GET", "/healthz", true, health},
    {"GET", "/readyz", true, readiness},
    {"GET", "/metrics", true, metrics},
};

bool path_matches(std::string_view pattern, const boost::urls::segments_view& segments) {
  for (const std::string segment : segments) {
    if (pattern.empty()) return false;
    pattern.remove_prefix(1);
    const std::string_view expected = pattern.substr(0, pattern.find('/'));
    if (expected != "*" && expected != segment) return false;
    pattern.remove_prefix(expected.size());
  }
  return pattern.empty();
}

asio::awaitable<HttpReply> route(Services& services, const HttpRequest& request) {
  const auto url = boost::urls::parse_origin_form(request.target);
  if (url.has_error()) throw Refusal{Error::kNotFound, {}};
  Call call{.services = services, .request = request, .url = *url};
  std::string_view other_method;
  for (const Route& route : kRoutes) {
    if (!path_matches(route.path, url->segments())) continue;
    if (route.method != request.method) {
      other_method = route.method;
      continue;
    }
    if (!route.public_access) call.claims = authenticate(services, request.authorization);
    co_return co_await route.serve(call);
  }
  if (other_method.empty()) throw Refusal{Error::kNotFound, {}};
  HttpReply reply = error_reply(Error::kMethodNotAllowed);
  reply.allow = other_method;
  co_return reply;
}

}  // namespace

HttpReply error_reply(Error error, std::string_view detail, std::uint32_t retry_ms) {
  HttpReply reply{.status = protocol::http_status(error), .body = {}};
  reply.retry_after_s = (retry_ms + 999) / 1000;
  protocol::encode(
      reply.body, protocol::Failure{.code = error,
                                    .detail = detail.empty() ? protocol::error_text(error) : detail,
                                    .chat = {},
                                    .cmid = {},
                                    .ref = {},
                                    .retry_ms = retry_ms});
  return reply;
}

bool is_streamed(std::string_view method, std::string_view target) {
  return method == "PUT" && target.starts_with("/assets/");
}

asio::awaitable<HttpReply> serve_http(Services& services, const HttpRequest& request) {
  services.turn.begin();
  std::optional<Refusal> refusal;
  try {
    co_return co_await route(services, request);
  } catch (const Refusal& r) {
    refusal = r;
  } catch (const boost::system::system_error&) {
    refusal = Refusal{Error::kUnavailable, "storage can't be read"};
  }
  services.metrics.add(metrics::Metric::kClientErrors);
  co_return error_reply(refusal->error, refusal->detail, refusal->retry_ms);
}

}  // namespace throng::gateway
