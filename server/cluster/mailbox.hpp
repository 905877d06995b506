#pragma once

#include <atomic>
#include <iterator>
#include <mutex>
#include <vector>

namespace throng::cluster {

/// The only door between two threads: any thread puts in, the owner takes everything out at once.
/// Two vectors change places under the lock, so nothing is carried out while it is held, and the
/// memory of both is used again.
template <class T>
class Mailbox {
 public:
  /// Any thread. Moves everything out of `mail`. True when the box was empty, so that the owner
  /// has to be woken.
  bool put(std::vector<T>& mail) {
    const std::lock_guard lock(mutex_);
    const bool was_empty = incoming_.empty();
    if (was_empty) {
      incoming_.swap(mail);
    } else {
      incoming_.insert(incoming_.end(), std::make_move_iterator(mail.begin()),
                       std::make_move_iterator(mail.end()));
    }
    mail.clear();
    size_.store(incoming_.size(), std::memory_order_relaxed);
    return was_empty;
  }

  /// The owner. Swaps what was put in so far, in order, with the empty `taken`.
  void take(std::vector<T>& taken) {
    taken.clear();
    const std::lock_guard lock(mutex_);
    taken.swap(incoming_);
    size_.store(0, std::memory_order_relaxed);
  }

  /// Any thread. How much awaits the owner, as of a moment ago.
  std::size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  std::mutex mutex_;
  std::vector<T> incoming_;
  std::atomic<std::size_t> size_ = 0;
};

}  // namespace throng::cluster
