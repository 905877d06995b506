#include "loadgen/play/setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <iterator>
#include <span>

#include "protocol/codec.hpp"
#include "protocol/events.hpp"

namespace throng::play {
namespace {

using Members = std::span<const users::UserNumber>;
using MaybeError = std::optional<SetupError>;

constexpr unsigned kOk = 200;
constexpr std::size_t kQuotedBytes = 200;

void append_ids(std::string& out, const SetupNames& names, Members members) {
  for (std::size_t i = 0; i < members.size(); ++i) {
    fmt::format_to(std::back_inserter(out), "{}{}", i == 0 ? "" : ",",
                   names.first_user.value + members[i] - 1);
  }
}

Members first_members(Members members) {
  return members.first(std::min(members.size(), kMaxMembersPerRequest));
}

std::string chat_line(const SetupNames& names, std::size_t chat, Members members) {
  std::string line = R"({"members":[)";
  append_ids(line, names, members);
  fmt::format_to(std::back_inserter(line), "],\"key\":\"{}-{}\"}}\n", names.run_tag, chat);
  return line;
}

std::optional<protocol::ChatId> chat_in(std::string_view line) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(line, error);
  if (error || !value.is_object()) return std::nullopt;
  const boost::json::value* chat = value.as_object().if_contains("chat");
  if (chat == nullptr || !chat->is_number()) return std::nullopt;
  if (value.as_object().contains("code")) return std::nullopt;
  const auto id = chat->to_number<std::uint64_t>(error);
  if (error || id == 0) return std::nullopt;
  return protocol::ChatId{id};
}

std::string quoted(std::string_view text) { return std::string(text.substr(0, kQuotedBytes)); }

/// Posts, and takes nothing but 200 for an answer.
boost::system::result<transport::HttpAnswer, SetupError> post(transport::HttpClient& http,
                                                              std::string_view path,
                                                              std::string_view type,
                                                              std::string body) {
  auto answer = http.post(path, type, std::move(body));
  if (!answer) {
    return SetupError{fmt::format("making chats: POST {}: {}", path, answer.error().message()), 0};
  }
  if (answer->status != kOk) {
    return SetupError{fmt::format("making chats: POST {} was answered with {}: {}", path,
                                  answer->status, quoted(answer->body)),
                      answer->status};
  }
  return std::move(*answer);
}

MaybeError add_members(transport::HttpClient& http, const SetupNames& names, protocol::ChatId chat,
                       Members members) {
  while (!members.empty()) {
    const Members part = first_members(members);
    std::string body = R"({"add":[)";
    append_ids(body, names, part);
    body += "]}";
    const auto answer = post(http, fmt::format("/chats/{}/members", chat.value), "application/json",
                             std::move(body));
    if (!answer) return answer.error();
    members = members.subspan(part.size());
  }
  return std::nullopt;
}

/// The members of the batch's chats who didn't fit into it.
MaybeError add_remaining_members(transport::HttpClient& http, const users::SocialGraph& graph,
                                 const SetupNames& names, const ChatBatch& batch,
                                 const std::vector<protocol::ChatId>& ids) {
  for (std::size_t i = 0; i < batch.chats; ++i) {
    const Members members = graph.members_of(static_cast<users::ChatIndex>(batch.first + i));
    if (members.size() <= kMaxMembersPerRequest) continue;
    if (auto failed = add_members(http, names, ids[i], members.subspan(kMaxMembersPerRequest))) {
      return failed;
    }
  }
  return std::nullopt;
}

}  // namespace

ChatBatch next_batch(const users::SocialGraph& graph, const SetupNames& names, std::size_t first) {
  ChatBatch batch{first, 0, {}};
  while (first + batch.chats < graph.chats() && batch.chats < kMaxChatsPerRequest) {
    const std::size_t chat = first + batch.chats;
    const Members members = graph.members_of(static_cast<users::ChatIndex>(chat));
    const std::string line = chat_line(names, chat, first_members(members));
    if (batch.body.size() + line.size() > protocol::kMaxClientMessageBytes) break;
    batch.body += line;
    ++batch.chats;
  }
  return batch;
}

boost::system::result<std::vector<protocol::ChatId>, SetupError> read_batch_answer(
    std::string_view body, std::size_t chats) {
  std::vector<protocol::ChatId> ids;
  std::string_view wrong;
  protocol::for_each_line(body, [&](std::string_view line) {
    const auto id = chat_in(line);
    if (id) ids.push_back(*id);
    if (!id && wrong.empty()) wrong = line;
  });
  if (!wrong.empty()) {
    return SetupError{fmt::format("making chats: expected {{\"chat\":ID}}, got {}", quoted(wrong)),
                      kOk};
  }
  if (ids.size() != chats) {
    return SetupError{
        fmt::format("making chats: expected {} chats in the answer, got {}", chats, ids.size()),
        kOk};
  }
  return ids;
}

boost::system::result<std::vector<protocol::ChatId>, SetupError> make_chats(
    transport::HttpClient& http, const users::SocialGraph& graph, const SetupNames& names,
    const std::function<bool(std::size_t made)>& on_progress) {
  std::vector<protocol::ChatId> ids;
  ids.reserve(graph.chats());
  while (ids.size() < graph.chats()) {
    ChatBatch batch = next_batch(graph, names, ids.size());
    const auto answer = post(http, "/chats", "application/x-ndjson", std::move(batch.body));
    if (!answer) return answer.error();
    const auto made = read_batch_answer(answer->body, batch.chats);
    if (!made) return made.error();
    if (auto failed = add_remaining_members(http, graph, names, batch, *made)) return *failed;
    ids.insert(ids.end(), made->begin(), made->end());
    if (!on_progress(ids.size())) break;
  }
  return ids;
}

}  // namespace throng::play
