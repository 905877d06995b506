#include "server/journal/journal.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>

namespace throng::journal {
namespace {

/// How long a reader may keep the stream waiting before it is looked whether to stop.
constexpr auto kPatience = std::chrono::milliseconds(200);
/// After a failure, so that a full disk isn't tried all the time.
constexpr auto kPause = std::chrono::milliseconds(200);

chat::TimeMs wall_clock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

/// A reader that goes away is an error of the write, and not the end of the server.
void block_sigpipe() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

Journal::Journal(std::unique_ptr<EventSink> sink) : sink_(std::move(sink)) {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "events");
    block_sigpipe();
    run();
  });
}

Journal::~Journal() { stop(); }

void Journal::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Journal::committed(std::span<const chat::Batch* const> batches) {
  thread_local std::string lines;
  lines.clear();
  std::size_t count = 0;
  const chat::TimeMs now = wall_clock_ms();
  for (const chat::Batch* batch : batches) count += append_lines(lines, *batch, now);
  put(lines, count);
}

void Journal::add(const SessionEvent& event, chat::TimeMs now) {
  std::string line;
  append_line(line, event, now);
  put(line, 1);
}

void Journal::put(std::string_view lines, std::size_t count) {
  bool was_empty = false;
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_ || waiting_.size() + lines.size() > kMaxWaiting) {
      dropped_.fetch_add(count, std::memory_order_relaxed);
      return;
    }
    was_empty = waiting_.empty();
    waiting_ += lines;
  }
  if (was_empty) wake_.notify_one();
}

void Journal::run() {
  std::string writing;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      writing.clear();
      writing.swap(waiting_);
    }
    write(writing);
  }
}

void Journal::write(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t taken = sink_->write(lines, kPatience);
    written_.fetch_add(lines_in(lines.substr(0, taken)), std::memory_order_relaxed);
    lines.remove_prefix(taken);
    if (lines.empty()) return;
    if (stopping_) {
      dropped_.fetch_add(lines_in(lines), std::memory_order_relaxed);
      return;
    }
    if (taken == 0) std::this_thread::sleep_for(kPause);
  }
}

std::unique_ptr<Journal> make_journal(const JournalOptions& options) {
  if (options.place == "-") {
    return std::make_unique<Journal>(std::make_unique<EventPipe>(STDOUT_FILENO));
  }
  return std::make_unique<Journal>(std::make_unique<EventFiles>(options.place, options.file_bytes));
}

}  // namespace throng::journal
