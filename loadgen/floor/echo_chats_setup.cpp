#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "loadgen/floor/echo_chats.hpp"

// How the peer's chats are made, over HTTP.
namespace throng::floor {
namespace {

namespace json = boost::json;

std::string error_event(protocol::Error code) {
  std::string out;
  encode(out, protocol::Failure{
                  .code = code, .detail = error_text(code), .chat = {}, .cmid = {}, .ref = {}});
  return out;
}

std::string chat_answer(ChatId chat) {
  return fmt::format(R"({{"op":"chat","chat":{}}})", chat.value);
}

/// The ids in a list of that name; nullopt if it isn't one.
std::optional<std::vector<UserId>> ids_in(const json::value& value, std::string_view name) {
  const json::object* object = value.if_object();
  const json::value* list = object == nullptr ? nullptr : object->if_contains(name);
  if (list == nullptr || !list->is_array()) return std::nullopt;
  std::vector<UserId> ids;
  for (const json::value& each : list->get_array()) {
    boost::system::error_code error;
    const auto id = each.to_number<std::uint64_t>(error);
    if (error || id < 1 || id > protocol::kMaxId) return std::nullopt;
    ids.push_back({id});
  }
  return ids;
}

std::string key_in(const json::value& value) {
  const json::value* key = value.get_object().if_contains("key");
  return key != nullptr && key->is_string() ? std::string(key->get_string()) : std::string();
}

}  // namespace

std::string EchoChats::make_chats(std::string_view body) {
  std::string answer;
  protocol::for_each_line(body, [&](std::string_view line) { answer += make_chat(line) + '\n'; });
  return answer;
}

std::string EchoChats::make_chat(std::string_view line) {
  boost::system::error_code error;
  const json::value value = json::parse(line, error);
  if (error) return error_event(protocol::Error::kBadJson);
  const auto members = ids_in(value, "members");
  if (!members) return error_event(protocol::Error::kBadField);
  const ChatId fresh{chats_.size() + 1};
  if (const std::string key = key_in(value); !key.empty()) {
    const auto [known, is_new] = keys_.try_emplace(key, fresh);
    if (!is_new) return chat_answer(known->second);
  }
  chats_.emplace_back(fresh);
  for (const UserId user : *members) join(chats_.size() - 1, user);
  return chat_answer(fresh);
}

std::string EchoChats::add_members(ChatId chat, std::string_view body) {
  if (chat.value < 1 || chat.value > chats_.size()) {
    return error_event(protocol::Error::kNoSuchChat);
  }
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  if (error) return error_event(protocol::Error::kBadJson);
  const auto added = ids_in(value, "add");
  if (!added) return error_event(protocol::Error::kBadField);
  for (const UserId user : *added) join(chat.value - 1, user);
  return chat_answer(chat);
}

void EchoChats::join(std::size_t chat, UserId user) {
  if (chats_[chat].add(user)) people_[user].chats.push_back(chat);
}

}  // namespace throng::floor
