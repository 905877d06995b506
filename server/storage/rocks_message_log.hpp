#pragma once

#include "server/chat/message_log.hpp"
#include "server/storage/page_budget.hpp"
#include "server/storage/rocks_store.hpp"

namespace throng::storage {

/// The message log on RocksDB. A commit is one atomic write: a message, its place in the index of
/// client ids and the cursors of its group are all there or all absent.
///
/// Reads: any thread; they throw as RocksStore's do. Commit: one thread at a time.
/// The index entry of a cmid counts only if the message it names agrees, so one that a failed
/// commit left behind says nothing. An empty cmid isn't indexed.
class RocksMessageLog final : public chat::MessageLog {
 public:
  /// `marks`: each commit also marks the chats that have new messages, for whoever sends pushes.
  /// Requires: `store` outlives the log.
  explicit RocksMessageLog(RocksStore& store, bool marks = false)
      : store_(store), marks_(marks), batch_(store) {}

  chat::Seq last_seq(chat::ChatId chat) const override;
  chat::Seq first_seq(chat::ChatId chat) const override;
  std::size_t read_forward(chat::ChatId chat, chat::Seq after, chat::Seq through,
                           chat::PageLimit limit, const Visitor& visit) const override;
  std::size_t read_backward(chat::ChatId chat, chat::Seq before, chat::Seq above,
                            chat::PageLimit limit, const Visitor& visit) const override;
  std::optional<chat::Position> find(chat::ChatId chat, chat::UserId from,
                                     std::string_view cmid) const override;
  std::vector<chat::CursorRecord> cursors(chat::ChatId chat) const override;
  chat::CursorRecord cursor(chat::ChatId chat, chat::UserId user) const override;

  boost::system::error_code commit(std::span<const chat::Batch* const> batches) override;
  boost::system::error_code remove_below(chat::ChatId chat, chat::Seq first) override;
  void visit_chats(chat::ChatId after,
                   const std::function<bool(chat::ChatId)>& visit) const override;
  boost::system::error_code reclaim(std::atomic<bool>& stop) override;

 private:
  void put(const chat::StoredMessage& message);
  /// The message alone, without the place of its cmid.
  void put_message(const chat::StoredMessage& message);
  void put(const chat::CursorRecord& cursor);
  /// Requires: the group's messages are sorted.
  void put_marks();
  /// Visits messages with first <= seq <= last.
  void read(chat::ChatId chat, chat::Seq first, chat::Seq last, Order order, PageBudget& budget,
            const Visitor& visit) const;

  RocksStore& store_;
  const bool marks_;

  // Owned by the committing thread
  RocksBatch batch_;
  std::vector<const chat::StoredMessage*> messages_;
  std::vector<const chat::CursorRecord*> cursors_;
};

}  // namespace throng::storage
