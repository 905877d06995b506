#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Several sessions on one connection: a session line says of which one the events behind it are.
namespace throng::protocol {

/// The name of a session among those that share its connection: 1 to kMaxId, the client's choice.
using SessionNumber = std::uint64_t;

/// Appends the line, with a newline behind it.
void append_session_line(std::string& out, SessionNumber session);
/// The session that it names, or nothing if the line isn't exactly one of those.
std::optional<SessionNumber> read_session_line(std::string_view line);

/// Calls `each(session, events)` for each stretch of a WebSocket message that is about one session,
/// in order; `events` are its lines, without the session line. 0: what stood before the first one.
/// They are views into `text`, so padding behind `text` is padding behind each.
template <class Each>
void for_each_part(std::string_view text, Each&& each) {
  SessionNumber session = 0;
  std::size_t begin = 0;
  const auto tell = [&](std::size_t end) {
    if (end > begin) each(session, text.substr(begin, end - begin));
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    if (const auto named = read_session_line(text.substr(at, end - at))) {
      tell(at);
      session = *named;
      begin = end;
    }
    at = end;
  }
  tell(text.size());
}

}  // namespace throng::protocol
