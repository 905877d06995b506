// What users upload and download.

#include <openssl/sha.h>

#include <array>
#include <cstring>

#include "loadgen/play/worker.hpp"
#include "protocol/error.hpp"

namespace throng::play {

using measure::Operation;
using pacing::TimePoint;

namespace {

constexpr unsigned kFirstFailure = 300;

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
