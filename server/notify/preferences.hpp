#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/notify/push.hpp"

namespace throng::notify {

/// From `from_minute` of the user's day until `until_minute`, past midnight where that comes first.
struct QuietHours {
  int from_minute = 0;
  int until_minute = 0;
  int utc_offset_minutes = 0;

  /// When the hours that hold `now` end; `now` outside of them.
  TimeMs end(TimeMs now) const;
};

/// What a user wants to be told, and how. As JSON, of which everything may be absent:
///   {"channels":{"webhook":true,"email":false,"log":true},"promotions":false,
///    "email":"a@b.example","webhook_address":"device-7","muted":[7,9],
///    "quiet_hours":{"from":"22:00","until":"07:00","utc_offset_minutes":60}}
struct Preferences {
  static constexpr std::size_t kMaxMuted = 1000;
  static constexpr std::size_t kMaxAddressBytes = 512;

  PerChannel<bool> channels{true, true, true};
  bool promotions = true;
  std::string email;            ///< empty: none is sent
  std::string webhook_address;  ///< what the webhook's receiver is to know the user by
  std::vector<ChatId> muted;
  std::optional<QuietHours> quiet_hours;

  /// Whether pushes of that kind are wanted by that way.
  bool wants(Channel channel, Priority priority) const;
  bool is_muted(ChatId chat) const;
};

/// Errors: a sentence that names the field, in `mistake`.
std::optional<Preferences> read_preferences(const boost::json::object& json, std::string& mistake);
std::string write_preferences(const Preferences& preferences);

}  // namespace throng::notify
