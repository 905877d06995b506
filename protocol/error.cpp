#include "protocol/error.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace throng::protocol {
namespace {

struct Row {
  Error error;
  std::string_view name;
  std::string_view text;
  unsigned http_status;
  std::uint16_t close_code;
};

// The close codes that RFC 6455 has a meaning for are its own; the others are 4000 + the row.
constexpr std::array kRows{
    Row{Error::kBadJson, "bad_json", "not a JSON object", 400, 4001},
    Row{Error::kUnknownOp, "unknown_op", "no such op", 400, 4002},
    Row{Error::kBadField, "bad_field", "a field is missing, of the wrong type or out of range", 400,
        4003},
    Row{Error::kTooLarge, "too_large", "a text or a message is over its limit", 413, 1009},
    Row{Error::kBadFrame, "bad_frame", "the WebSocket framing breaks RFC 6455", 400, 1002},
    Row{Error::kBadToken, "bad_token", "the token is malformed, forged or past its time", 401,
        4006},
    Row{Error::kHelloFirst, "hello_first", "nothing is served before hello", 400, 4007},
    Row{Error::kHelloTwice, "hello_twice", "a session says hello once", 400, 4008},
    Row{Error::kHelloTimeout, "hello_timeout", "no hello within the time allowed", 408, 4009},
    Row{Error::kNoSuchChat, "no_such_chat", "there is no such chat", 404, 4010},
    Row{Error::kNotAMember, "not_a_member", "the user is not a member of that chat", 403, 4011},
    Row{Error::kForbidden, "forbidden", "the token does not allow that", 403, 4012},
    Row{Error::kBadPagination, "bad_pagination",
        "not a pagination token that this server gave out for that chat", 400, 4013},
    Row{Error::kAlreadyExists, "already_exists", "the e-mail address is taken", 409, 4014},
    Row{Error::kBadCredentials, "bad_credentials", "unknown e-mail address or wrong password", 401,
        4015},
    Row{Error::kOverloaded, "overloaded", "a queue is full; nothing was done, try again later", 503,
        1013},
    Row{Error::kUnavailable, "unavailable",
        "storage failed; the outcome is unknown, repeat with the same cmid", 503, 4017},
    Row{Error::kSlowReader, "slow_reader", "the session did not read what was sent to it", 408,
        4018},
    Row{Error::kIdle, "idle", "nothing was heard for too long", 408, 4019},
    Row{Error::kGoingAway, "going_away", "the server is stopping", 503, 1001},
    Row{Error::kNotFound, "not_found", "there is no such resource", 404, 4021},
    Row{Error::kMethodNotAllowed, "method_not_allowed", "the resource has no such method", 405,
        4022},
    Row{Error::kInternal, "internal", "a fault of the server's own", 500, 1011},
    Row{Error::kNoSuchMessage, "no_such_message",
        "there is no such message, or nothing like that can be said of it", 404, 4024},
    Row{Error::kNoSuchAsset, "no_such_asset", "there is no such asset", 404, 4025},
    Row{Error::kRateLimited, "rate_limited", "more than the limit allows; nothing was done", 429,
        4026},
    Row{Error::kRequestTimeout, "request_timeout", "the request did not come whole in time", 408,
        4027},
    Row{Error::kUnsupportedType, "unsupported_type", "not a type of assets that the server takes",
        415, 4028},
    Row{Error::kWrongHash, "wrong_hash", "the bytes are not those that the asset's name says", 422,
        4029},
    Row{Error::kBadRange, "bad_range", "the asset has no bytes there", 416, 4030},
    Row{Error::kNoRoom, "no_room", "the store of assets is full", 507, 4031},
};

constexpr bool rows_stand_in_enum_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].error) != i + 1) return false;
  }
  return true;
}
static_assert(rows_stand_in_enum_order());

constexpr Row kNoError{Error{}, "no_error", "no error", 200, 1000};

const Row& row_of(Error error) {
  const std::size_t index = static_cast<std::size_t>(error) - 1;
  return index < kRows.size() ? kRows[index] : kNoError;
}

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "throng.protocol"; }
  std::string message(int value) const override {
    return std::string(error_text(static_cast<Error>(value)));
  }
};

}  // namespace

std::string_view error_name(Error error) { return row_of(error).name; }

std::optional<Error> error_from_name(std::string_view name) {
  const auto row = std::ranges::find(kRows, name, &Row::name);
  if (row == kRows.end()) return std::nullopt;
  return row->error;
}

std::string_view error_text(Error error) { return row_of(error).text; }

unsigned http_status(Error error) { return row_of(error).http_status; }

std::uint16_t close_code(Error error) { return row_of(error).close_code; }

const boost::system::error_category& error_category() {
  static const Category category;
  return category;
}

boost::system::error_code make_error_code(Error error) {
  return {static_cast<int>(error), error_category()};
}

}  // namespace throng::protocol
