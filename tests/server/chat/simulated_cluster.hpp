#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <variant>
#include <vector>

#include "server/chat/rules.hpp"
#include "server/storage/memory_directory.hpp"
#include "server/storage/memory_message_log.hpp"
#include "tests/server/chat/invariant_judge.hpp"

namespace throng::chat {

/// Two shards with their rules over one log, commits that take their time and sometimes fail, and
/// mail that arrives whenever chance will have it, in order for each pair of shards. Sessions take
/// part as a callback for effects.
class SimulatedCluster {
 public:
  static constexpr ShardIndex kShards = 2;
  using OnEffect = std::function<void(ShardIndex at, Effect&)>;

  explicit SimulatedCluster(std::uint64_t seed, OnEffect on_effect);

  Placement placement() const { return placement_; }
  Directory& directory() { return directory_; }
  MessageLog& log() { return log_; }
  InvariantJudge& judge() { return judge_; }
  /// Below `n`, evenly enough.
  std::uint64_t chance(std::uint64_t n) { return random_() % n; }

  /// From a session on `from` to the shard of the command's chat.
  void send(ShardIndex from, Command command);
  /// One letter arrives, from any shard at any shard.
  void deliver_one();
  /// A shard takes its batch, or the disk keeps or loses the one it took, or the shard hears of it.
  void step_commit();
  bool has_mail() const;
  /// Everything arrives and is committed well.
  void settle();
  /// The process dies, and what was under way is kept or isn't. Sessions are to be told.
  void crash();

 private:
  using Letter = std::variant<Command, Effect>;

  struct Shard final : Outbox {
    void mail(ShardIndex to, Effect effect) override;

    SimulatedCluster* cluster = nullptr;
    ShardIndex index = 0;
    std::unique_ptr<Rules> rules;
    std::unique_ptr<Batch> under_way;
    std::optional<bool> kept;  ///< what became of it, once that is certain
  };

  void start_rules();
  void write(Shard& shard, bool well);
  void tell(Shard& shard);
  bool deliver(ShardIndex from, ShardIndex to);

  const Placement placement_{kShards};
  storage::MemoryMessageLog log_;
  storage::MemoryDirectory directory_;
  Pagination pagination_{"a secret"};
  InvariantJudge judge_{log_};
  std::mt19937_64 random_;
  OnEffect on_effect_;
  TimeMs now_ = 1'000;
  std::array<Shard, kShards> shards_;
  std::array<std::array<std::deque<Letter>, kShards>, kShards> mail_;  ///< from, to
};

}  // namespace throng::chat
