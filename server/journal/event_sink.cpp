#include "server/journal/event_sink.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstring>
#include <stdexcept>

namespace throng::journal {
namespace {

constexpr std::string_view kPrefix = "events-";
constexpr std::string_view kSuffix = ".ndjson";

/// 0 for a file that isn't one of the stream.
std::uint64_t number_of(const std::string& name) {
  std::uint64_t number = 0;
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return 0;
  std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), number);
  return number;
}

std::size_t write_all(int descriptor, std::string_view bytes) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t n = ::write(descriptor, bytes.data() + written, bytes.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    written += static_cast<std::size_t>(n);
  }
  return written;
}

}  // namespace

EventFiles::EventFiles(std::filesystem::path directory, std::size_t most_bytes)
    : directory_(std::move(directory)), most_bytes_(most_bytes) {
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  std::filesystem::directory_iterator file(directory_, error);
  for (; !error && file != std::filesystem::directory_iterator(); file.increment(error)) {
    number_ = std::max(number_, number_of(file->path().filename().string()));
  }
  if (!error) open_next();
  if (descriptor_ >= 0) return;
  throw std::runtime_error(fmt::format("--events: can't write to {}: {}", directory_.string(),
                                       error ? error.message() : std::strerror(errno)));
}

EventFiles::~EventFiles() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void EventFiles::open_next() {
  if (descriptor_ >= 0) ::close(descriptor_);
  const auto path = directory_ / fmt::format("{}{:08}{}", kPrefix, number_ + 1, kSuffix);
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor_ >= 0) ++number_;
  bytes_ = 0;
}

std::size_t EventFiles::fitting(std::string_view lines) const {
  const std::size_t room = most_bytes_ - std::min(bytes_, most_bytes_);
  if (lines.size() <= room) return lines.size();
  const std::size_t end = room == 0 ? std::string_view::npos : lines.rfind('\n', room - 1);
  if (end != std::string_view::npos) return end + 1;
  return bytes_ == 0 ? lines.find('\n') + 1 : 0;  // a line that is too long has a file to itself
}

std::size_t EventFiles::write(std::string_view lines, std::chrono::milliseconds) {
  std::size_t written = 0;
  while (written < lines.size()) {
    if (descriptor_ < 0) open_next();
    if (descriptor_ < 0) return written;
    const auto part = lines.substr(written, fitting(lines.substr(written)));
    if (part.empty()) {
      open_next();
    } else if (write_all(descriptor_, part) == part.size()) {
      bytes_ += part.size();
      written += part.size();
    } else {
      // Nobody is to find half a line; what can't be cut off ends this file.
      if (::ftruncate(descriptor_, static_cast<off_t>(bytes_)) != 0) open_next();
      return written;
    }
  }
  return written;
}

std::size_t EventPipe::write(std::string_view lines, std::chrono::milliseconds patience) {
  std::size_t written = 0;
  while (written < lines.size()) {
    pollfd room{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    if (::poll(&room, 1, static_cast<int>(patience.count())) <= 0) break;
    // A pipe with room takes so much without waiting.
    const auto part = lines.substr(written, PIPE_BUF);
    const std::size_t n = write_all(descriptor_, part);
    written += n;
    if (n < part.size()) break;
  }
  return written;
}

}  // namespace throng::journal
