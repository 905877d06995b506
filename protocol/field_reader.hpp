#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "protocol/events.hpp"
#include "protocol/json_fields.hpp"

namespace throng::protocol {

/// Turns fields into the members of an event. The first field that isn't as it should be is kept
/// as the fault; what is returned for it and after it means nothing.
class FieldReader {
 public:
  FieldReader(const Fields& fields, std::string_view where) : fields_(fields), where_(where) {}

  bool failed() const { return !detail_.empty(); }
  Error code() const { return code_; }
  std::string& detail() { return detail_; }

  std::uint64_t number(Key key, std::uint64_t min, std::uint64_t max = kMaxId) {
    const Field field = fields_[key];
    if (field.kind == Field::Kind::kNumber && field.number >= min && field.number <= max) {
      return field.number;
    }
    fail(Error::kBadField, key,
         "must be an integer from " + std::to_string(min) + " to " + std::to_string(max));
    return min;
  }

  std::uint32_t number32(Key key, std::uint32_t min = 0,
                         std::uint64_t max = std::numeric_limits<std::uint32_t>::max()) {
    return static_cast<std::uint32_t>(number(key, min, max));
  }

  TimeMs time(Key key) { return static_cast<TimeMs>(number(key, 0)); }
  ChatId chat() { return ChatId{number(Key::kChat, 1)}; }
  UserId user(Key key) { return UserId{number(key, 1)}; }

  bool flag(Key key) {
    const Field field = fields_[key];
    if (field.kind != Field::Kind::kBool) fail(Error::kBadField, key, "must be true or false");
    return field.number != 0;
  }

  std::string_view text(Key key, std::size_t max_bytes) {
    const Field field = fields_[key];
    if (field.kind != Field::Kind::kText || field.text.empty()) {
      fail(Error::kBadField, key, "must be a string that is not empty");
    } else if (field.text.size() > max_bytes) {
      fail(Error::kTooLarge, key, "is over " + std::to_string(max_bytes) + " bytes");
    }
    return field.text;
  }

  /// Must be there, but may be empty.
  std::string_view required_text(Key key, std::size_t max_bytes) {
    const Field field = fields_[key];
    const bool empty = field.kind == Field::Kind::kText && field.text.empty();
    return empty ? std::string_view{} : text(key, max_bytes);
  }

  std::string_view optional_text(Key key, std::size_t max_bytes = kMaxClientMessageBytes) {
    const Field field = fields_[key];
    const bool empty = field.kind == Field::Kind::kText && field.text.empty();
    return has(key) && !empty ? text(key, max_bytes) : std::string_view{};
  }

  bool has(Key key) const { return fields_[key].kind != Field::Kind::kAbsent; }

  void require_list(Key key) {
    if (fields_[key].kind != Field::Kind::kList) fail(Error::kBadField, key, "must be a list");
  }

  void fail(Error code, Key key, std::string_view what) {
    if (failed()) return;
    code_ = code;
    detail_ = std::string(where_) + ": \"" + std::string(key_name(key)) + "\" " + std::string(what);
  }

  void fail(Error code, const std::string& detail) {
    if (failed()) return;
    code_ = code;
    detail_ = detail;
  }

 private:
  const Fields& fields_;
  std::string_view where_;
  Error code_ = Error::kBadField;
  std::string detail_;
};

}  // namespace throng::protocol
