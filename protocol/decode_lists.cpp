#include "protocol/decode_lists.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace throng::protocol {
namespace {

/// What a message has that most have not. A kind that this version doesn't know is a text.
void read_extras(FieldReader& in, Message& message) {
  if (in.has(Key::kKind)) {
    const auto found = std::ranges::find(kMessageKindNames, in.text(Key::kKind, kMaxRefBytes));
    if (found != kMessageKindNames.end()) {
      message.kind = static_cast<MessageKind>(found - kMessageKindNames.begin());
    }
  }
  if (in.has(Key::kRe)) message.re = in.number(Key::kRe, 1);
  if (in.has(Key::kVersion)) message.version = in.number32(Key::kVersion);
  if (in.has(Key::kDeleted)) message.deleted = in.flag(Key::kDeleted);
  message.asset = read_asset(in);
}

ChatState read_chat_state(FieldReader& in) {
  return {.chat = in.chat(),
          .last = in.number(Key::kLast, 0),
          .delivered = in.number(Key::kDelivered, 0),
          .read = in.number(Key::kRead, 0),
          .unread = in.number32(Key::kUnread)};
}

std::optional<std::uint64_t> read_number(ondemand::value value, std::uint64_t min) {
  std::uint64_t number = 0;
  if (value.get_uint64().get(number) != simdjson::SUCCESS) return std::nullopt;
  if (number < min || number > kMaxId) return std::nullopt;
  return number;
}

simdjson::error_code read_users(ondemand::array list, Lists& lists) {
  lists.users.clear();
  for (auto item : list) {
    ondemand::value value;
    if (const auto error = std::move(item).get(value)) return error;
    const std::optional<std::uint64_t> user = read_number(value, 1);
    if (!user) {
      lists.faults.push_back(
          {Key::kUsers, Error::kBadField, "\"users\" must hold integers from 1"});
      return simdjson::SUCCESS;
    }
    lists.users.push_back(UserId{*user});
  }
  return simdjson::SUCCESS;
}

/// One [chat,seq]; nullopt in `position` if it is something else.
simdjson::error_code read_position(ondemand::value item, std::optional<ChatPosition>& position) {
  position.reset();
  ondemand::array pair;
  if (item.get_array().get(pair) != simdjson::SUCCESS) return simdjson::SUCCESS;
  std::array<std::uint64_t, 2> numbers{};
  std::size_t count = 0;
  for (auto element : pair) {
    ondemand::value value;
    if (const auto error = std::move(element).get(value)) return error;
    if (count == numbers.size()) return simdjson::SUCCESS;
    const std::optional<std::uint64_t> number = read_number(value, count == 0 ? 1 : 0);
    if (!number) return simdjson::SUCCESS;
    numbers[count++] = *number;
  }
  if (count == numbers.size()) position = ChatPosition{ChatId{numbers[0]}, numbers[1]};
  return simdjson::SUCCESS;
}

simdjson::error_code read_have(ondemand::array list, Lists& lists) {
  lists.have.clear();
  for (auto item : list) {
    ondemand::value value;
    std::optional<ChatPosition> position;
    if (const auto error = std::move(item).get(value)) return error;
    if (const auto error = read_position(value, position)) return error;
    if (!position) {
      lists.faults.push_back({Key::kHave, Error::kBadField, "\"have\" must hold [chat,seq] pairs"});
      return simdjson::SUCCESS;
    }
    lists.have.push_back(*position);
  }
  return simdjson::SUCCESS;
}

/// Reads a list of objects, each with `read`, into `out`.
template <class T>
simdjson::error_code read_objects(Key key, ondemand::array list, T (*read)(FieldReader&),
                                  std::vector<T>& out, std::vector<Lists::Fault>& faults) {
  const auto skip_lists = [](Key, ondemand::array) { return simdjson::SUCCESS; };
  out.clear();
  Fields fields;
  for (auto item : list) {
    ondemand::value value;
    ondemand::object object;
    if (const auto error = std::move(item).get(value)) return error;
    if (value.get_object().get(object) != simdjson::SUCCESS) {
      faults.push_back(
          {key, Error::kBadField, '"' + std::string(key_name(key)) + "\" must hold objects"});
      return simdjson::SUCCESS;
    }
    fields.clear();
    if (const auto error = read_fields(object, fields, skip_lists)) return error;
    FieldReader in(fields, key_name(key));
    out.push_back(read(in));
    if (in.failed()) {
      faults.push_back({key, in.code(), std::move(in.detail())});
      return simdjson::SUCCESS;
    }
  }
  return simdjson::SUCCESS;
}

}  // namespace

std::string_view read_asset(FieldReader& in) {
  if (!in.has(Key::kAsset)) return {};
  const std::string_view asset = in.text(Key::kAsset, kAssetIdBytes);
  const bool hex = asset.find_first_not_of("0123456789abcdef") == asset.npos;
  if (!hex || asset.size() != kAssetIdBytes) {
    in.fail(Error::kBadField, Key::kAsset, "must be a SHA-256 in lower-case hexadecimal");
  }
  return asset;
}

Message read_message_item(FieldReader& in) {
  Message message{.chat = {},
                  .seq = in.number(Key::kSeq, 1),
                  .from = in.user(Key::kFrom),
                  .cmid = in.text(Key::kCmid, kMaxCmidBytes),
                  .time = in.time(Key::kTime),
                  .body = in.required_text(Key::kBody, kMaxBodyBytes)};
  read_extras(in, message);
  const bool may_be_empty =
      message.deleted || message.kind == MessageKind::kDelete || !message.asset.empty();
  if (message.body.empty() && !may_be_empty) {
    in.fail(Error::kBadField, Key::kBody, "must be a string that is not empty");
  }
  return message;
}

simdjson::error_code read_list(Key key, ondemand::array list, Lists& lists) {
  std::erase_if(lists.faults, [key](const Lists::Fault& fault) { return fault.key == key; });
  switch (key) {
    case Key::kHave:
      return read_have(list, lists);
    case Key::kUsers:
      return read_users(list, lists);
    case Key::kChats:
      return read_objects(key, list, read_chat_state, lists.chats, lists.faults);
    case Key::kMessages:
      return read_objects(key, list, read_message_item, lists.messages, lists.faults);
    default:
      return simdjson::SUCCESS;
  }
}

}  // namespace throng::protocol
