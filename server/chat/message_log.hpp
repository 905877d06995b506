#pragma once

#include <atomic>
#include <boost/system/error_code.hpp>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "server/chat/records.hpp"

namespace throng::chat {

/// Where a client message id ended up, for good.
struct Position {
  Seq seq = 0;
  TimeMs time = 0;
};

/// A message as the log shows it during a read; the views live as long as the visit.
using StoredView = protocol::Message;

/// How much one read may return.
struct PageLimit {
  std::size_t messages = 0;
  std::size_t bytes = 0;  ///< of bodies; at least one message comes whatever its size
};

/// The durable, append-only record of every chat: messages by (chat, seq), the seq of each
/// (chat, sender, cmid), and members' cursors.
///
/// Reads see what was committed. Any thread may call; a read may touch the disk.
class MessageLog {
 public:
  /// Return false to stop the read.
  using Visitor = std::function<bool(const StoredView&)>;

  virtual ~MessageLog() = default;

  /// 0 for a chat without messages; goes on counting when the newest is removed.
  virtual Seq last_seq(ChatId chat) const = 0;
  /// The messages below it were removed; 1 if none were.
  virtual Seq first_seq(ChatId chat) const = 0;
  /// Visits messages with after < seq <= through in rising order and returns how many.
  virtual std::size_t read_forward(ChatId chat, Seq after, Seq through, PageLimit limit,
                                   const Visitor& visit) const = 0;
  /// Visits messages with above < seq < before in falling order and returns how many.
  virtual std::size_t read_backward(ChatId chat, Seq before, Seq above, PageLimit limit,
                                    const Visitor& visit) const = 0;
  /// The first position that `from` gave this cmid in `chat`.
  virtual std::optional<Position> find(ChatId chat, UserId from, std::string_view cmid) const = 0;
  virtual std::vector<CursorRecord> cursors(ChatId chat) const = 0;
  /// Of one member; zeros for who never moved one.
  virtual CursorRecord cursor(ChatId chat, UserId user) const = 0;

  /// Keeps the messages and cursors of all batches, all or nothing, and returns once they are as
  /// durable as the log was set up to make them. Called by one thread at a time.
  /// Errors: whatever the storage says. What was to be kept may or may not be there afterwards.
  virtual boost::system::error_code commit(std::span<const Batch* const> batches) = 0;

  /// Removes the messages below `first` and forgets their cmids, for good. Any thread, for one chat
  /// at a time. Requires: first <= last_seq + 1.
  virtual boost::system::error_code remove_below(ChatId chat, Seq first) = 0;
  /// Visits the chats above `after` that have messages, in rising order, until `visit` is false.
  virtual void visit_chats(ChatId after, const std::function<bool(ChatId)>& visit) const = 0;
  /// Gives back the space of what was removed; takes its time, until `stop` at most. Any thread.
  virtual boost::system::error_code reclaim(std::atomic<bool>& stop) = 0;
};

}  // namespace throng::chat
