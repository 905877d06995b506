#include "server/notify/preferences.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "server/storage/email.hpp"

namespace throng::notify {

namespace json = boost::json;

namespace {

constexpr TimeMs kMinuteMs = 60'000;
constexpr int kDayMinutes = 24 * 60;
constexpr int kMaxOffsetMinutes = 14 * 60;

/// What is wrong with a field.
struct Mistake {
  std::string text;
};

const json::value* find(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && !value->is_null() ? value : nullptr;
}

void read(const json::object& object, std::string_view name, bool& into) {
  const json::value* value = find(object, name);
  if (!value) return;
  if (!value->is_bool()) throw Mistake{fmt::format("\"{}\" must be true or false", name)};
  into = value->as_bool();
}

void read(const json::object& object, std::string_view name, std::string& into) {
  const json::value* value = find(object, name);
  if (!value) return;
  if (!value->is_string() || value->as_string().size() > Preferences::kMaxAddressBytes) {
    throw Mistake{fmt::format("\"{}\" must be a text of up to {} bytes", name,
                              Preferences::kMaxAddressBytes)};
  }
  into = std::string(value->as_string());
}

/// "07:30" is 450.
int minute_of_day(const json::object& hours, std::string_view name) {
  std::string text;
  read(hours, name, text);
  const auto digits = [&](std::size_t at) {
    const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    return digit(at) && digit(at + 1) ? (text[at] - '0') * 10 + text[at + 1] - '0' : 99;
  };
  if (text.size() == 5 && text[2] == ':' && digits(0) < 24 && digits(3) < 60) {
    return digits(0) * 60 + digits(3);
  }
  throw Mistake{fmt::format("\"quiet_hours.{}\" must be a time of the day, e.g. \"07:30\"", name)};
}

QuietHours read_hours(const json::value& value) {
  if (!value.is_object()) throw Mistake{"\"quiet_hours\" must be an object"};
  const json::object& object = value.as_object();
  QuietHours hours{.from_minute = minute_of_day(object, "from"),
                   .until_minute = minute_of_day(object, "until")};
  if (const json::value* offset = find(object, "utc_offset_minutes")) {
    const std::int64_t minutes = offset->is_int64() ? offset->as_int64() : kDayMinutes;
    if (minutes < -kMaxOffsetMinutes || minutes > kMaxOffsetMinutes) {
      throw Mistake{"\"quiet_hours.utc_offset_minutes\" must be an integer from -840 to 840"};
    }
    hours.utc_offset_minutes = static_cast<int>(minutes);
  }
  return hours;
}

void read_channels(const json::value& value, PerChannel<bool>& into) {
  if (!value.is_object()) throw Mistake{"\"channels\" must be an object"};
  for (const Channel channel : kAllChannels) {
    read(value.as_object(), name_of(channel), into[index_of(channel)]);
  }
}

std::vector<ChatId> read_muted(const json::value& value) {
  const auto is_id = [](const json::value& item) {
    return item.is_int64() && item.as_int64() > 0 &&
           item.as_int64() <= static_cast<std::int64_t>(protocol::kMaxId);
  };
  if (!value.is_array() || value.as_array().size() > Preferences::kMaxMuted ||
      !std::ranges::all_of(value.as_array(), is_id)) {
    throw Mistake{
        fmt::format("\"muted\" must be an array of up to {} chat ids", Preferences::kMaxMuted)};
  }
  std::vector<ChatId> muted;
  for (const json::value& item : value.as_array()) {
    muted.push_back({static_cast<std::uint64_t>(item.as_int64())});
  }
  std::ranges::sort(muted);
  return muted;
}

Preferences read_all(const json::object& object) {
  Preferences p;
  if (const json::value* channels = find(object, "channels")) read_channels(*channels, p.channels);
  read(object, "promotions", p.promotions);
  read(object, "email", p.email);
  if (!p.email.empty() && !storage::looks_like_email(p.email)) {
    throw Mistake{"\"email\" must be an address"};
  }
  read(object, "webhook_address", p.webhook_address);
  if (const json::value* muted = find(object, "muted")) p.muted = read_muted(*muted);
  if (const json::value* hours = find(object, "quiet_hours")) p.quiet_hours = read_hours(*hours);
  return p;
}

std::string time_of_day(int minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); }

}  // namespace

TimeMs QuietHours::end(TimeMs now) const {
  const TimeMs local_minutes = now / kMinuteMs + utc_offset_minutes;
  const int minute = static_cast<int>((local_minutes % kDayMinutes + kDayMinutes) % kDayMinutes);
  const auto minutes_to = [&](int from, int to) { return (to - from + kDayMinutes) % kDayMinutes; };
  const int length = minutes_to(from_minute, until_minute);
  if (minutes_to(from_minute, minute) >= length) return now;
  return (now / kMinuteMs + minutes_to(minute, until_minute)) * kMinuteMs;
}

bool Preferences::wants(Channel channel, Priority priority) const {
  if (priority == Priority::kPromotion && !promotions) return false;
  if (channel == Channel::kEmail && email.empty()) return false;
  return channels[index_of(channel)];
}

bool Preferences::is_muted(ChatId chat) const { return std::ranges::binary_search(muted, chat); }

std::optional<Preferences> read_preferences(const json::object& object, std::string& mistake) {
  try {
    return read_all(object);
  } catch (const Mistake& m) {
    mistake = m.text;
    return std::nullopt;
  }
}

std::string write_preferences(const Preferences& p) {
  json::object channels;
  for (const Channel channel : kAllChannels) {
    channels[name_of(channel)] = p.channels[index_of(channel)];
  }
  json::array muted;
  for (const ChatId chat : p.muted) muted.emplace_back(chat.value);
  json::object object{{"channels", std::move(channels)},
                      {"promotions", p.promotions},
                      {"email", p.email},
                      {"webhook_address", p.webhook_address},
                      {"muted", std::move(muted)}};
  if (p.quiet_hours) {
    object["quiet_hours"] = {{"from", time_of_day(p.quiet_hours->from_minute)},
                             {"until", time_of_day(p.quiet_hours->until_minute)},
                             {"utc_offset_minutes", p.quiet_hours->utc_offset_minutes}};
  }
  return json::serialize(object);
}

}  // namespace throng::notify
