#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace throng::workers {

/// A few threads for what a shard's thread mustn't wait for: the disk, and passwords. Any thread
/// may call.
///
/// Invariant: a job that was taken is run, even while the workers stop.
class Workers {
 public:
  /// `max_waiting`: jobs that may wait for a thread; beyond it they are refused.
  Workers(std::size_t threads, std::size_t max_waiting);
  ~Workers();

  /// False: too many wait already, or the workers have stopped; the job is gone.
  /// Requires: the job doesn't throw. It may be of a kind that can only be moved.
  template <class Job>
  [[nodiscard]] bool run(Job&& job) {
    return enqueue(Task(std::forward<Job>(job)));
  }

  /// Runs what waits and ends the threads; twice is harmless.
  void stop();

  std::size_t waiting() const;

 private:
  using Task = std::packaged_task<void()>;  ///< the standard's only function that can be moved

  bool enqueue(Task task);
  void work();

  const std::size_t max_waiting_;

  // Guarded by mutex_
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> waiting_;
  bool stopping_ = false;

  std::once_flag stopped_;
  std::vector<std::thread> threads_;
};

}  // namespace throng::workers
