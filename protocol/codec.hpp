#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/events.hpp"

namespace throng::protocol {

/// Bytes that must be readable (of any content) behind a text that is decoded in place.
inline constexpr std::size_t kDecodePadding = 64;

/// Why a text isn't an event, with whatever of it could be read, so that the answer can name it.
struct DecodeFailure {
  Error code = Error::kBadJson;
  std::string detail;  ///< e.g. "send: \"seq\" must be an integer from 1 to 9007199254740991"
  ChatId chat;
  std::string cmid;
  std::string ref;
};

/// Reads `throng.v1` events. One per thread: it keeps its buffers from call to call, and what it
/// returns is valid until the next call. The text itself isn't needed any more after a call.
/// Fields may stand in any order; those that the op doesn't have are ignored, null is the same as
/// absent, and of a repeated one the last counts.
class Decoder {
 public:
  Decoder();
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  /// Decodes one JSON object.
  /// Requires: kDecodePadding readable bytes behind `json` (`padded` copies for those without).
  /// Errors: kBadJson, kUnknownOp, kBadField, kTooLarge, explained by `failure()`.
  boost::system::result<ClientEvent, Error> client_event(std::string_view json);
  boost::system::result<ServerEvent, Error> server_event(std::string_view json);

  /// A copy of `text` with padding behind it, for texts without; valid until the next `padded`.
  std::string_view padded(std::string_view text);

  /// Explains the last failed call.
  const DecodeFailure& failure() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Calls `each(line)` for every non-empty line of a WebSocket message or HTTP body. The lines are
/// views into `text`, so padding behind `text` is padding behind each.
template <class Each>
void for_each_line(std::string_view text, Each&& each) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (!line.empty() && line != "\r") each(line);
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

/// `encode` appends the JSON object to `out`, without a newline behind it.
void encode(std::string& out, const Hello& event);
void encode(std::string& out, const Send& event);
void encode(std::string& out, const Delivered& event);
void encode(std::string& out, const Read& event);
void encode(std::string& out, const Fetch& event);
void encode(std::string& out, const Activity& event);
void encode(std::string& out, const PresenceQuery& event);
void encode(std::string& out, const TypingIn& event);
void encode(std::string& out, const Ping& event);
void encode(std::string& out, const Leave& event);

void encode(std::string& out, const Welcome& event);
void encode(std::string& out, const Sent& event);
void encode(std::string& out, const Message& event);
void encode(std::string& out, const Receipt& event);
void encode(std::string& out, const ReceiptCounts& event);
void encode(std::string& out, const History& event);
void encode(std::string& out, const CaughtUp& event);
void encode(std::string& out, const Membership& event);
void encode(std::string& out, const ChatChanged& event);
void encode(std::string& out, const Trimmed& event);
void encode(std::string& out, const PresenceState& event);
void encode(std::string& out, const Typing& event);
void encode(std::string& out, const Pong& event);
void encode(std::string& out, const Failure& event);
void encode(std::string& out, const Bye& event);

/// Appends `text` as a JSON string, quotes included.
/// Requires: valid UTF-8.
void encode_string(std::string& out, std::string_view text);

}  // namespace throng::protocol
