#include "server/gateway/http_fields.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <charconv>

namespace throng::gateway {

namespace json = boost::json;
using protocol::Error;

namespace {

const json::value* find_field(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && !value->is_null() ? value : nullptr;
}

std::uint64_t checked_id(const json::value* value, std::string_view name) {
  boost::system::error_code error;
  const auto id = value && value->is_number() ? value->to_number<std::uint64_t>(error) : 0;
  if (error || id == 0 || id > protocol::kMaxId) {
    throw Refusal{Error::kBadField,
                  fmt::format("\"{}\" must be an integer from 1 to {}", name, protocol::kMaxId)};
  }
  return id;
}

}  // namespace

json::object parse_object(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error || !value.is_object()) throw Refusal{Error::kBadJson, "the body must be a JSON object"};
  return std::move(value.as_object());
}

std::string string_field(const json::object& object, std::string_view name, std::size_t max_bytes,
                         bool required) {
  const json::value* value = find_field(object, name);
  if (!value && !required) return {};
  if (!value || !value->is_string()) {
    throw Refusal{Error::kBadField, fmt::format("\"{}\" must be a string", name)};
  }
  const json::string& text = value->as_string();
  if (text.size() > max_bytes) {
    throw Refusal{Error::kTooLarge, fmt::format("\"{}\" is over {} bytes", name, max_bytes)};
  }
  return std::string(text);
}

std::uint64_t id_field(const json::object& object, std::string_view name) {
  return checked_id(find_field(object, name), name);
}

std::vector<protocol::UserId> users_field(const json::object& object, std::string_view name,
                                          bool required) {
  const json::value* value = find_field(object, name);
  if (!value && !required) return {};
  if (!value || !value->is_array()) {
    throw Refusal{Error::kBadField, fmt::format("\"{}\" must be an array of user ids", name)};
  }
  std::vector<protocol::UserId> users;
  for (const json::value& item : value->as_array()) users.push_back({checked_id(&item, name)});
  return users;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace throng::gateway
