// What a stranger who has a token says to each HTTP resource, before the rules and a store in
// memory. Nothing may crash, stay without an answer or be answered with a fault of the server's
// own.

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/fuzz/check.hpp"
#include "tests/server/gateway/gateway_world.hpp"

namespace {

using throng::fuzz::check;
using namespace throng;

/// What a world keeps of its inputs is thrown away with it.
constexpr unsigned kInputsOfAWorld = 500;
constexpr chat::TimeMs kNow = 1'767'225'600'000;
constexpr std::uint64_t kUser = 17;

constexpr std::array<std::string_view, 8> kMethods{"GET",   "POST",   "PUT",     "HEAD",
                                                   "PATCH", "DELETE", "OPTIONS", "nonsense"};
/// Each is followed by what the input says.
constexpr std::array<std::string_view, 16> kTargets{
    "",
    "/",
    "/chats",
    "/chats/1",
    "/chats/1/members",
    "/chats/1/members/18",
    "/chats/1/admins/18",
    "/chats/",
    "/send",
    "/fetch?chatId=1&paginationToken=",
    "/fetch?",
    "/assets/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "/assets/",
    "/notifications/sent?",
    "/page/",
    "/register"};
constexpr std::array<std::string_view, 4> kTypes{"application/json", "application/x-ndjson",
                                                 "image/png", ""};

/// Takes bytes off the beginning of an input.
struct Input {
  std::string_view left;

  std::uint8_t byte() {
    if (left.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(left.front());
    left.remove_prefix(1);
    return first;
  }
  std::string_view line() {
    const std::string_view text = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(text.size() + 1, left.size()));
    return text;
  }
};

gateway::Limits without_passwords() {
  gateway::Limits limits;
  limits.password_jobs = 0;  // each takes long on purpose
  return limits;
}

/// A server of one chat, whose shards are one set of rules.
class Server : private chat::Outbox {
 public:
  Server() { ask("POST", "/chats", R"({"members":[17,18],"name":"lunch"})", kUser, false); }

  void serve(Input input) {
    const auto choice = input.byte();
    const std::string_view method = kMethods[choice % kMethods.size()];
    const bool admin = (choice & 0x40) != 0;
    const std::uint64_t user = (choice & 0x80) != 0 ? 0 : kUser;
    const auto place = input.byte();
    world_.content_type = kTypes[place / kTargets.size() % kTypes.size()];
    const std::string target = std::string(kTargets[place % kTargets.size()]).append(input.line());
    world_.range = input.line();
    const gateway::HttpReply reply = ask(method, target, input.left, user, admin);
    check(reply.status != 500, "a fault of the server's own");
    check(reply.status >= 200 && reply.status < 600, "no status");
    if (reply.status >= 400) {
      boost::json::error_code error;
      boost::json::parse(reply.body, error);
      check(!error, "an error that isn't JSON");
    }
  }

 private:
  gateway::HttpReply ask(std::string_view method, std::string_view target, std::string_view body,
                         std::uint64_t user, bool admin) {
    if (gateway::is_streamed(method, target)) return world_.put(target, body, user);
    world_.ask(method, target, body, user, admin);
    while (carry_out()) continue;
    check(world_.has_reply(), "no answer");
    return world_.reply();
  }

  /// What the request has mailed to shards. False: there was nothing.
  bool carry_out() {
    auto mail = world_.take_mail();
    for (chat::Command& command : mail) rules_.handle(std::move(command), kNow);
    while (rules_.has_batch()) {
      auto batch = rules_.take_batch();
      const chat::Batch* const batches[] = {batch.get()};
      check(!world_.directory.commit(batches) && !log_.commit(batches), "a commit failed");
      rules_.committed(std::move(batch), true);
    }
    for (chat::Answer& each : std::exchange(answers_, {})) {
      world_.answer(each.to, std::move(each.json), each.error, each.line);
    }
    return !mail.empty();
  }

  void mail(chat::ShardIndex, chat::Effect effect) override {
    if (auto* answer = std::get_if<chat::Answer>(&effect)) answers_.push_back(std::move(*answer));
  }

  gateway::GatewayWorld world_{without_passwords()};
  storage::MemoryMessageLog log_;
  const chat::Pagination pagination_{gateway::GatewayWorld::kSecret};
  chat::Rules rules_{chat::Placement(gateway::GatewayWorld::kShards), log_, world_.directory,
                     pagination_, *this};
  std::vector<chat::Answer> answers_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::optional<Server> server;
  static unsigned inputs = 0;
  if (inputs++ % kInputsOfAWorld == 0) server.emplace();
  server->serve({std::string_view(reinterpret_cast<const char*>(data), size)});
  return 0;
}
