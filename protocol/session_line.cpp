#include "protocol/session_line.hpp"

#include <charconv>

#include "protocol/ids.hpp"

namespace throng::protocol {
namespace {

constexpr std::string_view kBegin = R"({"op":"session","session":)";

}  // namespace

void append_session_line(std::string& out, SessionNumber session) {
  char digits[20];
  const auto written = std::to_chars(std::begin(digits), std::end(digits), session);
  out += kBegin;
  out.append(digits, written.ptr);
  out += "}\n";
}

std::optional<SessionNumber> read_session_line(std::string_view line) {
  if (!line.starts_with(kBegin)) return std::nullopt;
  line.remove_prefix(kBegin.size());
  SessionNumber session = 0;
  const auto read = std::from_chars(line.data(), line.data() + line.size(), session);
  if (read.ec != std::errc() || session == 0 || session > kMaxId) return std::nullopt;
  line.remove_prefix(static_cast<std::size_t>(read.ptr - line.data()));
  if (line != "}" && line != "}\n") return std::nullopt;
  return session;
}

}  // namespace throng::protocol
