#include "server/node/log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <iterator>
#include <memory>

#include "protocol/utf8.hpp"

namespace throng::node {
namespace {

/// The first byte in UTF-8 of U+0080 to U+009F, which are control characters too.
constexpr unsigned char kControlLead = 0xc2;

std::string timestamp(std::chrono::system_clock::time_point time) {
  const auto ms = std::chrono::time_point_cast<std::chrono::milliseconds>(time);
  return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(ms)),
                     ms.time_since_epoch().count() % 1000);
}

std::string_view name_of(spdlog::level::level_enum level) {
  const spdlog::string_view_t name = spdlog::level::to_string_view(level);
  return {name.data(), name.size()};
}

class LineFormatter final : public spdlog::formatter {
 public:
  explicit LineFormatter(LogFormat format) : format_(format) {}

  void format(const spdlog::details::log_msg& event, spdlog::memory_buf_t& line) override {
    const std::string message = escaped({event.payload.data(), event.payload.size()}, format_);
    const auto out = std::back_inserter(line);
    if (format_ == LogFormat::kJson) {
      fmt::format_to(out, "{{\"time\":\"{}\",\"level\":\"{}\",\"message\":\"{}\"}}\n",
                     timestamp(event.time), name_of(event.level), message);
    } else {
      fmt::format_to(out, "{} {:<7} {}\n", timestamp(event.time), name_of(event.level), message);
    }
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<LineFormatter>(format_);
  }

 private:
  const LogFormat format_;
};

void append_escaped(std::string& out, unsigned char c, LogFormat format) {
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c == '\\' || (c == '"' && format == LogFormat::kJson)) {
    out += {'\\', static_cast<char>(c)};
  } else if (format == LogFormat::kJson) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
  } else {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", c);
  }
}

}  // namespace

std::string escaped(std::string_view text, LogFormat format) {
  const bool is_utf8 = protocol::is_valid_utf8(text);
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_utf8 && byte(i) == kControlLead && byte(i + 1) < 0xa0) ++i;  // told by its second byte
    const bool second = i > 0 && byte(i) >= 0x80 && byte(i - 1) == kControlLead && byte(i) < 0xa0;
    const bool special = byte(i) == '\\' || (byte(i) == '"' && format == LogFormat::kJson);
    if (byte(i) < 0x20 || byte(i) == 0x7f || special || second || (byte(i) >= 0x80 && !is_utf8)) {
      append_escaped(out, byte(i), format);
    } else {
      out += text[i];
    }
  }
  return out;
}

void set_up_log(LogFormat format, std::string_view level) {
  auto logger = spdlog::stderr_logger_mt("throng-server");
  logger->set_formatter(std::make_unique<LineFormatter>(format));
  logger->set_level(spdlog::level::from_str(std::string(level)));
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace throng::node
