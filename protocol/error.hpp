#pragma once

#include <boost/system/error_code.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

namespace throng::protocol {

/// Everything that can be wrong with what a client says or with the server's answer to it. The
/// wire name of each (`error_name`) is part of the protocol; `protocol/README.md` lists them.
enum class Error : std::uint8_t {
  kBadJson = 1,       ///< bad_json: not a JSON object
  kUnknownOp,         ///< unknown_op: no such "op"
  kBadField,          ///< bad_field: a field is missing, of the wrong type or out of range
  kTooLarge,          ///< too_large: a text or a message is over its limit
  kBadFrame,          ///< bad_frame: the WebSocket framing breaks RFC 6455
  kBadToken,          ///< bad_token: the token is malformed, forged or past its time
  kHelloFirst,        ///< hello_first: nothing is served before hello
  kHelloTwice,        ///< hello_twice: a session says hello once
  kHelloTimeout,      ///< hello_timeout: no hello within the time allowed
  kNoSuchChat,        ///< no_such_chat
  kNotAMember,        ///< not_a_member: the user isn't in that chat
  kForbidden,         ///< forbidden: the token doesn't allow that
  kBadPagination,     ///< bad_pagination: not a token that this server gave out for that chat
  kAlreadyExists,     ///< already_exists: the e-mail address is taken
  kBadCredentials,    ///< bad_credentials: unknown e-mail address or wrong password
  kOverloaded,        ///< overloaded: a queue is full; nothing was done, try again later
  kUnavailable,       ///< unavailable: storage failed; outcome unknown, repeat with the same cmid
  kSlowReader,        ///< slow_reader: the session didn't read what was sent to it
  kIdle,              ///< idle: nothing was heard for too long
  kGoingAway,         ///< going_away: the server is stopping
  kNotFound,          ///< not_found: no such HTTP resource
  kMethodNotAllowed,  ///< method_not_allowed: the HTTP resource exists, not with that method
  kInternal,          ///< internal: a fault of the server's own
  kNoSuchMessage,  ///< no_such_message: "re" names none that the user can see and that can be meant
  kNoSuchAsset,    ///< no_such_asset: none that the user may see
  kRateLimited,    ///< rate_limited: more than the limit allows; nothing was done
  kRequestTimeout,   ///< request_timeout: an HTTP request didn't come whole in time
  kUnsupportedType,  ///< unsupported_type: not a type of assets that the server takes
  kWrongHash,        ///< wrong_hash: the bytes aren't those that the asset's name says
  kBadRange,         ///< bad_range: the asset has no bytes there
  kNoRoom,           ///< no_room: the store of assets is full
};

/// The name on the wire, e.g. "not_a_member".
std::string_view error_name(Error error);
/// The other way; nullopt for a name that isn't one.
std::optional<Error> error_from_name(std::string_view name);
/// A sentence for people.
std::string_view error_text(Error error);
/// The HTTP status that carries it, e.g. 403.
unsigned http_status(Error error);
/// The WebSocket close code that ends a session for it: one of RFC 6455's or 4000-4999.
std::uint16_t close_code(Error error);

const boost::system::error_category& error_category();
boost::system::error_code make_error_code(Error error);

}  // namespace throng::protocol

template <>
struct boost::system::is_error_code_enum<throng::protocol::Error> : std::true_type {};
