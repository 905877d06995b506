#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "server/chat/directory.hpp"
#include "server/chat/message_log.hpp"

namespace throng::storage {

/// How long messages are kept.
struct Retention {
  enum class Kind : std::uint8_t {
    kForever,
    kAge,        ///< for a time after they were sent
    kDelivered,  ///< until every member has got them
  };

  Kind kind = Kind::kForever;
  chat::TimeMs age = 0;
};

/// The seq below which the messages of a chat needn't be kept, as things are now. What it removes
/// is always a beginning of the chat, so that seqs have no gap above it. A sender has his own
/// messages; who isn't there any more is waited for by nobody. At most `most` messages are looked
/// at.
chat::Seq first_to_keep(const chat::MessageLog& log, const chat::Directory& directory,
                        chat::ChatId chat, const Retention& retention, chat::TimeMs now,
                        std::size_t most);

/// Removes what needn't be kept any more, chat by chat, on a thread of its own, and has the space
/// reclaimed once that is worth the work.
class Sweeper {
 public:
  /// Messages of one chat that are removed at once.
  static constexpr std::size_t kMostAtOnce = 10'000;
  /// Tables are written anew once a part in so many of their messages was removed.
  static constexpr std::uint64_t kWorthwhilePart = 5;

  /// `kept`: about how many messages the store holds on its disk.
  /// Requires: the log and the directory outlive it, and there is something to remove one day.
  Sweeper(chat::MessageLog& log, const chat::Directory& directory, Retention retention,
          std::function<std::uint64_t()> kept);
  ~Sweeper();

  void start();
  /// Ends the thread; twice is harmless.
  void stop();

  /// Looks at every chat once, and reclaims space when that is worthwhile.
  /// Errors: throws boost::system::system_error when the disk can't be read.
  void sweep(chat::TimeMs now);

  /// Any thread.
  std::uint64_t removed() const { return removed_.load(std::memory_order_relaxed); }

 private:
  void run();
  void sweep(chat::ChatId chat, chat::TimeMs now);
  std::chrono::milliseconds interval() const;

  // Constant after construction
  chat::MessageLog& log_;
  const chat::Directory& directory_;
  const Retention retention_;
  const std::function<std::uint64_t()> kept_;

  // Any thread
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> removed_ = 0;

  // Owned by the thread
  std::uint64_t unreclaimed_ = 0;
  std::thread thread_;
};

}  // namespace throng::storage
