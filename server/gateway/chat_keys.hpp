#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "server/chat/directory.hpp"

namespace throng::gateway {

/// Sees to it that calls with the same idempotency key at the same time make one chat: who comes
/// second gets the id that the first is being made under. Any thread; one lock, since the calls of
/// one creator may come in on any shard.
class ChatKeys {
 public:
  explicit ChatKeys(chat::Directory& directory) : directory_(directory) {}

  struct Id {
    chat::ChatId chat;
    bool exists = false;  ///< durable already
  };

  /// The id of the chat that `creator` made, is making, or is to make now under `key`; a new id
  /// each time for an empty key.
  Id reserve(chat::UserId creator, const std::string& key) {
    if (key.empty()) return {.chat = directory_.next_chat_id()};
    const std::lock_guard lock(mutex_);
    const auto under_way = under_way_.find({creator, key});
    if (under_way != under_way_.end()) return {.chat = under_way->second};
    if (const auto made = directory_.chat_by_key(creator, key)) {
      return {.chat = *made, .exists = true};
    }
    const chat::ChatId chat = directory_.next_chat_id();
    under_way_.emplace(std::pair(creator, key), chat);
    return {.chat = chat};
  }

  /// The directory has the chat now.
  void release(chat::UserId creator, const std::string& key) {
    const std::lock_guard lock(mutex_);
    under_way_.erase({creator, key});
  }

 private:
  chat::Directory& directory_;
  std::mutex mutex_;
  std::map<std::pair<chat::UserId, std::string>, chat::ChatId> under_way_;
};

}  // namespace throng::gateway
