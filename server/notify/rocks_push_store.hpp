#pragma once

#include "server/notify/push_store.hpp"
#include "server/storage/rocks_store.hpp"

namespace throng::notify {

/// Pushes beside the messages on RocksDB, in families of their own and the same write-ahead log.
/// Reads throw as RocksStore's do.
class RocksPushStore final : public PushStore {
 public:
  /// Requires: `store` outlives it.
  explicit RocksPushStore(storage::RocksStore& store);

  std::vector<Mark> marks() const override;
  std::vector<Push> pushes() const override;
  std::vector<Record> records(UserId user, std::size_t most) const override;
  std::optional<std::string> preferences(UserId user) const override;

  void put(const Push& push) override;
  void remove(std::uint64_t push) override;
  void remove_marks(ChatId chat, Seq seq) override;
  void add(const Record& record) override;
  void put_preferences(UserId user, const std::string& json) override;
  boost::system::error_code commit(bool safely) override;

 private:
  storage::RocksStore& store_;
  storage::RocksBatch batch_;
  bool is_empty_ = true;
  std::uint64_t next_record_ = 1;
};

}  // namespace throng::notify
