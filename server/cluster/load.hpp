#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace throng::cluster {

/// What people want of a shard, the most dispensable first.
enum class Work : std::uint8_t {
  kPresence,  ///< who is online
  kTyping,
  kReceipt,  ///< never refused before messages are; they gather longer instead
  kHistory,  ///< and all of HTTP but sends
  kMessage,
};

/// How much a shard has to do. Each level gives up one kind of work more than the one before.
enum class Load : std::uint8_t {
  kNormal,
  kHigh,      ///< neither presence nor typing
  kVeryHigh,  ///< receipts gather longer
  kExtreme,   ///< no history and no HTTP but sends
  kFull,      ///< nothing new
};

/// What a shard's load shows in.
struct LoadSigns {
  std::size_t mail = 0;              ///< that awaits it
  std::size_t uncommitted = 0;       ///< changes that await their commit
  std::chrono::nanoseconds turn{0};  ///< how long a turn of its loop takes, over the last ones
};

/// The load by these signs: the highest that one of them shows. A level is left only once every
/// sign is below half of what it takes to get there, so that it doesn't change with each turn.
Load assess(const LoadSigns& signs, Load before);

/// The load by the mail that awaits a shard, as it is now: a burst needn't wait for the end of a
/// turn to be seen.
Load load_by_mail(std::size_t letters);

/// True when a shard under that load gives up that work.
bool sheds(Load load, Work work);

/// How many times longer than usual receipts gather.
inline int receipt_patience(Load load) { return load >= Load::kVeryHigh ? 10 : 1; }

}  // namespace throng::cluster
