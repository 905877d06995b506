#pragma once

#include <boost/system/error_code.hpp>
#include <optional>
#include <string>
#include <vector>

#include "server/notify/push.hpp"

namespace throng::notify {

/// What pushes need to survive a restart. Changes gather and become lasting together, with
/// commit(). Used by one thread, but for the marks, which the message log sets with the messages.
class PushStore {
 public:
  /// So many of the newest records are kept.
  static constexpr std::uint64_t kRecords = 100'000;
  /// So many of these are looked at for those of one user: pushes wait meanwhile.
  static constexpr std::uint64_t kRecordsLookedAt = 10'000;

  virtual ~PushStore() = default;

  virtual std::vector<Mark> marks() const = 0;
  virtual std::vector<Push> pushes() const = 0;
  /// The newest first; of one user, or of all when there is none. Those of one user are among the
  /// newest kRecordsLookedAt of all.
  virtual std::vector<Record> records(UserId user, std::size_t most) const = 0;
  /// As it was put; nullopt: never.
  virtual std::optional<std::string> preferences(UserId user) const = 0;

  virtual void put(const Push& push) = 0;
  virtual void remove(std::uint64_t push) = 0;
  /// Removes the marks of a chat up to `seq`.
  virtual void remove_marks(ChatId chat, Seq seq) = 0;
  virtual void add(const Record& record) = 0;
  virtual void put_preferences(UserId user, const std::string& json) = 0;

  /// `safely`: as durably as messages are; otherwise what was put survives the process.
  /// Errors: what the store says; what had gathered is tried again with the next commit.
  virtual boost::system::error_code commit(bool safely) = 0;
};

}  // namespace throng::notify
