#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/ids.hpp"

/// The HTTP that the echo peer speaks: reading requests and writing answers, without I/O.
namespace throng::floor {

enum class HttpCall : std::uint8_t {
  kHealth,
  kMakeChats,
  kAddMembers,
  kPutAsset,
  kGetAsset,
  kUpgrade,
  kUnknown
};

struct HttpRequest {
  enum class State : std::uint8_t { kNeedMore, kWhole, kBroken } state = State::kNeedMore;
  std::size_t bytes = 0;  ///< kWhole: what it took from the front of the input
  HttpCall call = HttpCall::kUnknown;
  protocol::ChatId chat;      ///< kAddMembers
  std::string websocket_key;  ///< kUpgrade
  std::string body;
};

/// The first request of `input`, which holds all that has come of it.
HttpRequest read_request(std::string_view input);

/// An answer with that body and `status`, e.g. "200 OK".
std::string http_answer(std::string_view status, std::string_view body);
/// The answer that makes a WebSocket of the connection.
std::string upgrade_answer(std::string_view websocket_key);

}  // namespace throng::floor
