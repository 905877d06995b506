#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/gateway/session.hpp"

namespace throng::gateway {

/// What a session needs only until it has caught up.
struct Session::CatchUp {
  struct Asked {
    chat::ChatId chat;
    std::uint32_t attempt = 0;  ///< a chat that is left and joined again is asked for again
    std::optional<chat::Seq> deferred_after = std::nullopt;  ///< the page to ask for next
  };

  std::unordered_map<chat::ChatId, chat::Seq> have;
  bool rewound = false;               ///< all chats from the beginning
  std::vector<chat::ChatId> unasked;  ///< chats not asked for yet, last first
  std::vector<Asked> under_way;       ///< chats asked for and not complete
  protocol::CaughtUp result;
  bool logging_in = true;
  bool wants_more = false;  ///< chats, once what came of others is out
  std::string early_events;
  std::string early_bytes;
  /// To sends to chats under way, not more than their user's budget lets in.
  std::vector<std::pair<chat::ChatId, std::string>> answers;

  /// What the device has of it; nullopt: not said.
  std::optional<chat::Seq> position(chat::ChatId chat) const {
    if (rewound) return 0;
    const auto said = have.find(chat);
    return said == have.end() ? std::nullopt : std::optional(said->second);
  }
  bool is_under_way(chat::ChatId chat) const {
    return std::ranges::find(under_way, chat, &Asked::chat) != under_way.end();
  }
};

}  // namespace throng::gateway
