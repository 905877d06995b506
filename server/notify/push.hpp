#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/chat/records.hpp"

namespace throng::notify {

using chat::ChatId;
using chat::Seq;
using chat::TimeMs;
using chat::UserId;

/// What is sent first when not everything can be sent at once.
enum class Priority : std::uint8_t { kOneTimeCode, kMessage, kPromotion };
inline constexpr std::size_t kPriorities = 3;

/// The ways to somebody who has no session.
enum class Channel : std::uint8_t { kWebhook, kEmail, kLog };
inline constexpr std::size_t kChannels = 3;
inline constexpr std::array kAllChannels{Channel::kWebhook, Channel::kEmail, Channel::kLog};

/// By channel.
template <class T>
using PerChannel = std::array<T, kChannels>;

constexpr std::size_t index_of(Channel channel) { return static_cast<std::size_t>(channel); }
constexpr std::size_t index_of(Priority priority) { return static_cast<std::size_t>(priority); }

/// "one_time_code", "message", "promotion".
constexpr std::string_view name_of(Priority priority) {
  constexpr std::array<std::string_view, kPriorities> kNames{"one_time_code", "message",
                                                             "promotion"};
  return kNames[index_of(priority)];
}

/// "webhook", "email", "log".
constexpr std::string_view name_of(Channel channel) {
  constexpr PerChannel<std::string_view> kNames{"webhook", "email", "log"};
  return kNames[index_of(channel)];
}

/// One push to one user on one channel, from the wish to the end of it.
struct Push {
  std::uint64_t id = 0;  ///< the same in all attempts, so that who gets it twice can tell
  UserId user = {};
  Channel channel = Channel::kLog;
  Priority priority = Priority::kMessage;
  ChatId chat = {};    ///< of a push about messages
  Seq after = 0;       ///< what the user has, or was told of before
  Seq through = 0;     ///< the newest message to tell of
  Seq told = 0;        ///< while it is quiet: how far it told; otherwise 0
  TimeMs due = 0;      ///< when it is looked at next
  TimeMs expires = 0;  ///< not sent any more from then on; 0: never
  std::uint32_t attempts = 0;
  std::string title = {};  ///< of what isn't about messages
  std::string text = {};

  /// It was sent, and until it is due further messages of its chat bring no other.
  bool is_quiet() const { return told > 0; }
};

/// How the life of a push ended.
enum class Fate : std::uint8_t { kSent, kDead, kExpired, kRateLimited };

/// "sent", "dead", "expired", "rate_limited".
constexpr std::string_view name_of(Fate fate) {
  constexpr std::array<std::string_view, 4> kNames{"sent", "dead", "expired", "rate_limited"};
  return kNames[static_cast<std::size_t>(fate)];
}

/// What is kept of a push that was sent, or that never will be.
struct Record {
  std::uint64_t push = 0;
  UserId user = {};
  Channel channel = Channel::kLog;
  Priority priority = Priority::kMessage;
  Fate fate = Fate::kSent;
  ChatId chat = {};
  Seq through = 0;
  TimeMs time = 0;
  std::uint32_t attempts = 0;
  std::string reason = {};  ///< of a failure, for the operator
};

/// A message was committed at `seq`, and nobody has looked yet who is to hear of it.
struct Mark {
  ChatId chat = {};
  Seq seq = 0;
};

}  // namespace throng::notify
