#pragma once

#include <atomic>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "server/chat/directory.hpp"
#include "server/chat/message_log.hpp"
#include "server/metrics/buckets.hpp"

namespace throng::storage {

/// Hears of what is durable, on the committer's thread and before those who wait for it: it mustn't
/// take long, nor wait, nor throw.
class CommitListener {
 public:
  virtual void committed(std::span<const chat::Batch* const> batches) = 0;

 protected:
  ~CommitListener() = default;
};

/// Group commit: one thread that merges what all shards want kept into one commit. Whatever has
/// been submitted when the thread is free goes together, so that a group grows as the disk gets
/// slower or the load higher, and a lone batch never waits for company.
///
/// Invariants: batches are committed in the order of submission; within a group the directory
/// comes before the log, so that no message stands in a chat that isn't there. When either fails,
/// every batch of the group gets the error, and the next group is tried all the same.
class Committer {
 public:
  /// Called on the committer's thread, or on the caller's when the committer was stopped before.
  /// Gives the batch back for reuse. Mustn't throw or stop the committer.
  using Done = std::function<void(std::unique_ptr<chat::Batch>, boost::system::error_code)>;

  /// `max_queued`: how many batches may wait. One for each shard is enough where a shard submits
  /// the next only once it has the last back.
  /// Requires: `log`, `directory` and the listeners outlive the committer.
  Committer(chat::MessageLog& log, chat::Directory& directory, std::size_t max_queued,
            std::vector<CommitListener*> listeners = {});
  ~Committer();

  /// Any thread. After `stop`, `done` gets Error::kStopped.
  /// Errors: throws std::logic_error when `max_queued` batches wait already, which only a breach of
  /// the rule above can bring about.
  void submit(std::unique_ptr<chat::Batch> batch, Done done);

  /// Commits what has been submitted and ends the thread; twice is harmless.
  void stop();

  struct Counters {
    std::uint64_t groups = 0;
    std::uint64_t batches = 0;
    std::uint64_t messages = 0;
    std::uint64_t failures = 0;  ///< groups that weren't kept
    std::chrono::nanoseconds commit_total{0};
    std::chrono::nanoseconds commit_last{0};
    metrics::Distribution seconds = {};   ///< that a group took
    metrics::Distribution of_group = {};  ///< messages in it
  };
  /// Any thread; the figures may be of different moments.
  Counters counters() const;

 private:
  struct Waiting {
    std::unique_ptr<chat::Batch> batch;
    Done done;
  };

  void run();
  bool take_group();
  void commit_group();
  boost::system::error_code write_group();
  void count(std::chrono::nanoseconds spent, bool failed);

  // Constant after construction
  chat::MessageLog& log_;
  chat::Directory& directory_;
  const std::size_t max_queued_;
  const std::vector<CommitListener*> listeners_;

  // Guarded by mutex_
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Waiting> queue_;
  bool stopping_ = false;

  // Owned by the committer's thread
  std::vector<Waiting> group_;
  std::vector<const chat::Batch*> batches_;

  // Any thread
  std::atomic<std::uint64_t> groups_ = 0;
  std::atomic<std::uint64_t> batch_count_ = 0;
  std::atomic<std::uint64_t> messages_ = 0;
  std::atomic<std::uint64_t> failures_ = 0;
  std::atomic<std::int64_t> commit_total_ns_ = 0;
  std::atomic<std::int64_t> commit_last_ns_ = 0;
  metrics::SecondsHistogram seconds_;
  metrics::CountHistogram of_group_;

  std::once_flag stopped_;
  std::thread thread_;
};

}  // namespace throng::storage
