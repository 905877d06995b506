// What users say over HTTP: what they upload and download, and whom they let into chats.

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>
#include <cstring>

#include "loadgen/play/worker.hpp"
#include "protocol/codec.hpp"
#include "protocol/error.hpp"

namespace throng::play {

using measure::Operation;
using pacing::TimePoint;

namespace {

constexpr unsigned kFirstFailure = 300;
constexpr std::size_t kReturningAtOnce = 16;

/// Bytes that no compression and no earlier upload makes cheaper.
std::string random_bytes(std::size_t count, pacing::Random& random) {
  pacing::Random bytes{random.next(), count};
  std::string text(count, '\0');
  for (std::size_t at = 0; at < count; at += sizeof(std::uint64_t)) {
    const std::uint64_t eight = bytes.next();
    std::memcpy(text.data() + at, &eight, std::min(sizeof eight, count - at));
  }
  return text;
}

std::string asset_name(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data());
  std::string name;
  for (const unsigned char byte : hash) {
    name += kDigits[byte >> 4];
    name += kDigits[byte & 0xf];
  }
  return name;
}

/// The name of what went wrong; empty: nothing did.
std::string_view error_of(const transport::HttpResult& result) {
  if (!result.error.empty() || result.status < kFirstFailure) return result.error;
  constexpr std::string_view kKey = "\"code\":\"";
  const std::size_t key = result.body.find(kKey);
  if (key == std::string::npos) return "rejected";
  const std::string_view code = std::string_view(result.body).substr(key + kKey.size());
  const auto error = protocol::error_from_name(code.substr(0, code.find('"')));
  return error ? protocol::error_name(*error) : "rejected";
}

}  // namespace

void Worker::upload(LocalUser user, std::size_t bytes, std::string_view type, TimePoint due) {
  std::string body = random_bytes(bytes, randoms_[user]);
  std::string name = asset_name(body);
  transport::HttpCall call{.method = "PUT",
                           .path = "/assets/" + name,
                           .bearer = bearer(user),
                           .content_type = std::string(type),
                           .body = std::move(body)};
  transfer(user, Operation::kUpload, due, std::move(call),
           [name = std::move(name)](std::string_view error, std::size_t) {
             return scenario::UploadDone{.error = error, .asset = name};
           });
}

void Worker::download(LocalUser user, std::string_view asset, TimePoint due) {
  transport::HttpCall call{
      .method = "GET", .path = "/assets/" + std::string(asset), .bearer = bearer(user)};
  transfer(user, Operation::kDownload, due, std::move(call),
           [](std::string_view error, std::size_t bytes) {
             return scenario::DownloadDone{.error = error, .bytes = bytes};
           });
}

std::string Worker::bearer(LocalUser user) const {
  return context_.mint_token(context_.graph.user_id(users_[user].number()));
}

// ---- Chats ----

transport::HttpCall Worker::chat_call(ChatIndex chat, const scenario::ChatChange& change,
                                      std::string bearer) const {
  using Kind = scenario::ChatChange::Kind;
  const users::SocialGraph& graph = context_.graph;
  const std::uint64_t member =
      change.kind == Kind::kRename
          ? 0
          : graph.user_id(static_cast<UserNumber>(change.user_number)).value;
  transport::HttpCall call{.method = "PATCH",
                           .path = fmt::format("/chats/{}", graph.chat_id(chat).value),
                           .bearer = std::move(bearer)};
  if (change.kind == Kind::kRemove) {
    call.method = "DELETE";
    call.path += fmt::format("/members/{}", member);
    return call;
  }
  call.content_type = "application/json";
  if (change.kind == Kind::kAdd) {
    call.method = "POST";
    call.path += "/members";
    call.body = fmt::format(R"({{"add":[{}]}})", member);
  } else {
    call.body = R"({"name":)";
    protocol::encode_string(call.body, change.name);
    call.body += '}';
  }
  return call;
}

void Worker::change_chat(LocalUser user, ChatIndex chat, const scenario::ChatChange& change,
                         TimePoint due) {
  transfer(
      user, Operation::kChatChange, due, chat_call(chat, change, bearer(user)),
      [](std::string_view error, std::size_t) { return scenario::ChatChangeDone{.error = error}; });
}

void Worker::bring_together() {
  if (!world_->somebody_is_out || !http_) return;
  for (const users::User& user : users_) {
    if (returning_.size() >= kReturningAtOnce) return;
    const auto chat = user.online() ? user.chat_missed(context_.graph) : std::nullopt;
    if (!chat || !returning_.insert(user.local()).second) continue;
    const scenario::ChatChange change{.user_number = user.number()};
    const auto own_id = context_.graph.user_id(user.number());
    http_->call(
        chat_call(*chat, change, context_.mint_admin_token(own_id)),
        [this, who = user.local()](const transport::HttpResult&) { returning_.erase(who); });
  }
}

void Worker::transfer(LocalUser user, Operation operation, TimePoint due, transport::HttpCall call,
                      MakeOutcome make_outcome) {
  const TimePoint began = now();
  recorder_->started(operation, began);
  transfers_[user] = {.operation = operation, .due = due, .began = began};
  const auto done = [this, user,
                     make = std::move(make_outcome)](const transport::HttpResult& result) {
    if (!finished_) finish_transfer(user, result, make);
  };
  if (!http_) return done({.error = "unreachable"});
  http_->call(std::move(call), done);
}

void Worker::finish_transfer(LocalUser user, const transport::HttpResult& result,
                             const MakeOutcome& make_outcome) {
  const Transfer transfer = transfers_.at(user);
  transfers_.erase(user);
  const TimePoint time = now();
  const std::string_view error = error_of(result);
  if (error.empty()) {
    recorder_->completed(transfer.operation, transfer.due, time, time - transfer.began);
  } else {
    recorder_->failed(transfer.operation, error, transfer.due, time);
  }
  make_ready(user, make_outcome(error, result.body.size()));
}

void Worker::give_up_transfers(TimePoint time) {
  for (const auto& [user, transfer] : transfers_) {
    recorder_->unresolved(transfer.operation, transfer.due, time);
  }
  transfers_.clear();
}

}  // namespace throng::play
