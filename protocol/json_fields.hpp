#pragma once

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/ids.hpp"

/// The decoder's first step: one pass over a JSON object that notes the fields whose names the
/// protocol knows, in whatever order they stand. Heavy (simdjson): for the decoder only.
namespace throng::protocol {

namespace ondemand = simdjson::ondemand;

enum class Key : std::uint8_t {
  kOp,
  kChat,
  kSeq,
  kCmid,
  kBody,
  kFrom,
  kTime,
  kDelivered,
  kRead,
  kUser,
  kUsers,
  kToken,
  kDevice,
  kHave,
  kLimit,
  kRef,
  kKind,
  kMessages,
  kNext,
  kOnline,
  kLastSeen,
  kHeartbeat,
  kChats,
  kMember,
  kLast,
  kUnread,
  kCode,
  kMessage,
  kResume,
  kRetry,
  kFirst,
  kRe,
  kAsset,
  kVersion,
  kDeleted,
  kMembers,
  kName,
  kEpoch,
  kRewound,
};

inline constexpr std::array<std::string_view, 39> kKeyNames{
    "op",    "chat",     "seq",     "cmid",    "body",      "from",        "time",   "delivered",
    "read",  "user",     "users",   "token",   "device",    "have",        "limit",  "ref",
    "kind",  "messages", "next",    "online",  "last_seen", "heartbeat_s", "chats",  "member",
    "last",  "unread",   "code",    "message", "resume",    "retry_ms",    "first",  "re",
    "asset", "version",  "deleted", "members", "name",      "epoch",       "rewound"};

constexpr std::string_view key_name(Key key) { return kKeyNames[static_cast<std::size_t>(key)]; }

inline constexpr std::size_t kKeySlotCount = 128;

/// A hash without collisions among `kKeyNames` (`make_key_slots` proves it).
/// Requires: not empty.
constexpr std::size_t key_slot(std::string_view name) {
  const auto first = static_cast<unsigned char>(name.front());
  const auto last = static_cast<unsigned char>(name.back());
  return (name.size() + first * std::size_t{2} + last * std::size_t{31}) % kKeySlotCount;
}

inline constexpr std::uint8_t kNoKey = 0xff;

consteval std::array<std::uint8_t, kKeySlotCount> make_key_slots() {
  std::array<std::uint8_t, kKeySlotCount> slots{};
  slots.fill(kNoKey);
  for (std::size_t i = 0; i < kKeyNames.size(); ++i) {
    std::uint8_t& slot = slots[key_slot(kKeyNames[i])];
    if (slot != kNoKey) throw "two keys share a slot: change key_slot's factors";
    slot = static_cast<std::uint8_t>(i);
  }
  return slots;
}

inline constexpr auto kKeySlots = make_key_slots();

constexpr std::optional<Key> key_of(std::string_view name) {
  if (name.empty()) return std::nullopt;
  const std::uint8_t index = kKeySlots[key_slot(name)];
  if (index == kNoKey || kKeyNames[index] != name) return std::nullopt;
  return static_cast<Key>(index);
}

struct Field {
  enum class Kind : std::uint8_t {
    kAbsent,  ///< or null
    kNumber,  ///< an integer from 0 to kMaxId
    kText,
    kBool,  ///< `number` is 0 or 1
    kList,
    kOther,  ///< no type or range that the protocol has
  };
  Kind kind = Kind::kAbsent;
  std::uint64_t number = 0;
  std::string_view text;
};

/// The known fields of one object. Of a repeated key, the last counts.
class Fields {
 public:
  void clear() { seen_ = 0; }
  void set(Key key, const Field& field) {
    fields_[index(key)] = field;
    seen_ |= bit(key);
  }
  Field operator[](Key key) const {
    return (seen_ & bit(key)) != 0 ? fields_[index(key)] : Field{};
  }

 private:
  static constexpr std::size_t index(Key key) { return static_cast<std::size_t>(key); }
  static constexpr std::uint64_t bit(Key key) { return std::uint64_t{1} << index(key); }

  std::uint64_t seen_ = 0;
  std::array<Field, kKeyNames.size()> fields_;
};

/// Reads a value that isn't a list. Errors: what makes the text no JSON.
inline simdjson::error_code read_scalar(ondemand::value value, ondemand::json_type type,
                                        Field& field) {
  switch (type) {
    case ondemand::json_type::number: {
      const bool whole = value.get_uint64().get(field.number) == simdjson::SUCCESS;
      const bool in_range = whole && field.number <= kMaxId;
      field.kind = in_range ? Field::Kind::kNumber : Field::Kind::kOther;
      return simdjson::SUCCESS;
    }
    case ondemand::json_type::string:
      field.kind = Field::Kind::kText;
      return value.get_string().get(field.text);
    case ondemand::json_type::boolean: {
      bool flag = false;
      const simdjson::error_code error = value.get_bool().get(flag);
      field = Field{.kind = Field::Kind::kBool, .number = flag, .text = {}};
      return error;
    }
    case ondemand::json_type::null: {
      bool is_null = false;
      return value.is_null().get(is_null);
    }
    default:
      field.kind = Field::Kind::kOther;
      return simdjson::SUCCESS;
  }
}

/// Adds the known fields of `object` to `fields`; `on_list(key, array)` reads the lists.
/// Errors: what makes the text no JSON. Fields that stand before the fault are there.
template <class OnList>
simdjson::error_code read_fields(ondemand::object object, Fields& fields, OnList&& on_list) {
  for (auto item : object) {
    ondemand::field pair;
    std::string_view name;
    ondemand::value value;
    ondemand::json_type type;
    if (const auto error = std::move(item).get(pair)) return error;
    if (const auto error = pair.unescaped_key().get(name)) return error;
    value = pair.value();
    const std::optional<Key> key = key_of(name);
    if (!key) continue;
    if (const auto error = value.type().get(type)) return error;

    Field field;
    if (type == ondemand::json_type::array) {
      ondemand::array list;
      if (const auto error = value.get_array().get(list)) return error;
      if (const auto error = on_list(*key, list)) return error;
      field.kind = Field::Kind::kList;
    } else if (const auto error = read_scalar(value, type, field)) {
      return error;
    }
    fields.set(*key, field);
  }
  return simdjson::SUCCESS;
}

}  // namespace throng::protocol
