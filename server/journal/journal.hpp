#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>

#include "server/journal/event_lines.hpp"
#include "server/journal/event_sink.hpp"
#include "server/storage/committer.hpp"

namespace throng::journal {

struct JournalOptions {
  std::string place;  ///< a directory, or "-" for standard output; empty: nowhere
  std::size_t file_bytes = std::size_t{64} << 20;

  bool is_on() const { return !place.empty(); }
};

/// The stream of all that happens, for analytics: lines wait in memory until a thread of its own
/// has written them. It never slows anything down: what finds kMaxWaiting bytes waiting is dropped
/// and counted. What waits when the process is killed is lost.
class Journal final : public storage::CommitListener {
 public:
  static constexpr std::size_t kMaxWaiting = std::size_t{16} << 20;

  explicit Journal(std::unique_ptr<EventSink> sink);
  ~Journal();

  // Any thread
  void committed(std::span<const chat::Batch* const> batches) override;
  void add(const SessionEvent& event, chat::TimeMs now);
  std::uint64_t written() const { return written_.load(std::memory_order_relaxed); }
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

  /// Writes what waits, as far as somebody takes it, and ends the thread. Twice is harmless.
  void stop();

 private:
  void put(std::string_view lines, std::size_t count);
  void run();
  void write(std::string_view lines);

  // Any thread
  std::mutex mutex_;
  std::condition_variable wake_;
  std::string waiting_;  ///< guarded by mutex_
  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> written_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;

  // Owned by the thread
  const std::unique_ptr<EventSink> sink_;
  std::thread thread_;
};

/// Errors: throws std::runtime_error. Requires: the options say where to.
std::unique_ptr<Journal> make_journal(const JournalOptions& options);

}  // namespace throng::journal
