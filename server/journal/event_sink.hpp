#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace throng::journal {

/// Where the lines of the event stream go. One thread.
class EventSink {
 public:
  virtual ~EventSink() = default;

  /// Writes whole lines, each ending with a newline, and returns how many bytes of them are there
  /// for good: all, unless it failed or waited for longer than `patience` for somebody to read.
  virtual std::size_t write(std::string_view lines, std::chrono::milliseconds patience) = 0;
};

/// Files events-00000001.ndjson, events-00000002.ndjson and so on in a directory: the next one when
/// a line wouldn't fit, and after each start. A line is in one file, whole.
class EventFiles final : public EventSink {
 public:
  /// Makes the directory if it is missing.
  /// Errors: throws std::runtime_error that names it.
  EventFiles(std::filesystem::path directory, std::size_t most_bytes);
  ~EventFiles() override;

  std::size_t write(std::string_view lines, std::chrono::milliseconds patience) override;

 private:
  void open_next();
  /// How much of the lines goes into the file that is open; nothing: it is full.
  std::size_t fitting(std::string_view lines) const;

  const std::filesystem::path directory_;
  const std::size_t most_bytes_;
  std::uint64_t number_ = 0;
  std::size_t bytes_ = 0;  ///< in the file that is open
  int descriptor_ = -1;
};

/// A descriptor that somebody else has opened, such as standard output.
class EventPipe final : public EventSink {
 public:
  explicit EventPipe(int descriptor) : descriptor_(descriptor) {}

  std::size_t write(std::string_view lines, std::chrono::milliseconds patience) override;

 private:
  const int descriptor_;
};

}  // namespace throng::journal
