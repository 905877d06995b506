#pragma once

#include <boost/container/flat_map.hpp>
#include <mutex>
#include <string>
#include <unordered_map>

#include "server/chat/message_log.hpp"

namespace throng::storage {

/// The message log in memory, for tests, simulation and `--data memory`: gone with the process,
/// otherwise as RocksMessageLog. A message costs its text and about 70 bytes, of which 32 stay when
/// it is removed.
///
/// Any thread may call, under one lock. A visitor mustn't call back into the log.
class MemoryMessageLog : public chat::MessageLog {
 public:
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
  struct Entry {
    chat::UserId from;  ///< 0: nothing was kept under this seq
    chat::TimeMs time = 0;
    std::size_t offset = 0;  ///< of the cmid in Chat::text; the body follows
    std::uint32_t cmid_bytes = 0;
    std::uint32_t body_bytes = 0;
  };

  struct Chat {
    chat::Seq first = 1;
    std::vector<Entry> entries;  ///< by seq - 1
    std::string text;
    /// Hash of (sender, cmid) to seq; the entry tells whether it is the one.
    std::unordered_multimap<std::size_t, chat::Seq> cmids;
    boost::container::flat_map<chat::UserId, chat::CursorRecord> cursors;
    boost::container::flat_map<chat::Seq, std::shared_ptr<const chat::MessageExtras>> extras;

    chat::StoredView view(chat::ChatId chat, chat::Seq seq) const;
    void append(const chat::StoredMessage& message);
    void revise(const chat::StoredMessage& message);
    void remove_below(chat::Seq seq);
    void compact();
    void keep_text(Entry& entry, const chat::StoredMessage& message);
  };

  const Chat* chat(chat::ChatId chat) const;

  mutable std::mutex mutex_;
  std::unordered_map<chat::ChatId, Chat> chats_;
};

}  // namespace throng::storage
