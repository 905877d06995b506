#pragma once

#include <string>
#include <string_view>

#include "server/chat/records.hpp"

/// The lines of the event stream: JSON objects, each with "event" and "time", e.g.
///   {"event":"message","time":1767225600000,"chat":7,"seq":12,"from":3,"kind":"text","bytes":5}
/// docs/events.md lists them. What people write to each other isn't among it.
namespace throng::journal {

/// Appends a line for everything in a batch that was kept at `now`, and returns how many.
std::size_t append_lines(std::string& out, const chat::Batch& batch, chat::TimeMs now);

/// What a session did that nothing is kept of. `event`: "session_begun", "session_ended",
/// "activity" (with a kind) or "typing" (with a chat).
struct SessionEvent {
  std::string_view event;
  chat::UserId user;
  chat::ChatId chat = {};
  std::string_view kind = {};
};
void append_line(std::string& out, const SessionEvent& event, chat::TimeMs now);

}  // namespace throng::journal
