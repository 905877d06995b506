#pragma once

#include <string>
#include <string_view>

namespace throng::node {

enum class LogFormat { kText, kJson };

/// `text` so that it stays one line and nothing in it acts on a terminal: what is no printable
/// character, and a backslash, as \n, \t or \x1b; in JSON as that wants it, quotes too.
std::string escaped(std::string_view text, LogFormat format);

/// Makes spdlog write to stderr, a line an event, each escaped whoever wrote it:
///   2026-01-01T00:00:00.000Z info  listens on 127.0.0.1:9400
///   {"time":"2026-01-01T00:00:00.000Z","level":"info","message":"listens on 127.0.0.1:9400"}
/// `level`: debug, info, warning or error. Texts of people and tokens are never logged.
void set_up_log(LogFormat format, std::string_view level);

}  // namespace throng::node
