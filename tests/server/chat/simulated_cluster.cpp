#include "tests/server/chat/simulated_cluster.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace throng::chat {

SimulatedCluster::SimulatedCluster(std::uint64_t seed, OnEffect on_effect)
    : random_(seed), on_effect_(std::move(on_effect)) {
  start_rules();
}

void SimulatedCluster::start_rules() {
  for (ShardIndex i = 0; i < kShards; ++i) {
    Shard& shard = shards_[i];
    shard.cluster = this;
    shard.index = i;
    shard.under_way.reset();
    shard.kept.reset();
    shard.rules = std::make_unique<Rules>(placement_, log_, directory_, pagination_, shard);
  }
}

void SimulatedCluster::Shard::mail(ShardIndex to, Effect effect) {
  cluster->mail_[index][to].emplace_back(std::move(effect));
}

void SimulatedCluster::send(ShardIndex from, Command command) {
  const ShardIndex owner = placement_.of(chat_of(command));
  mail_[from][owner].emplace_back(std::move(command));
}

bool SimulatedCluster::deliver(ShardIndex from, ShardIndex to) {
  auto& queue = mail_[from][to];
  if (queue.empty()) return false;
  Letter letter = std::move(queue.front());
  queue.pop_front();
  if (auto* command = std::get_if<Command>(&letter)) {
    shards_[to].rules->handle(std::move(*command), ++now_);
  } else {
    on_effect_(to, std::get<Effect>(letter));
  }
  return true;
}

void SimulatedCluster::deliver_one() {
  const auto first = chance(kShards * kShards);
  for (std::uint64_t i = 0; i < kShards * kShards; ++i) {
    const auto pair = (first + i) % (kShards * kShards);
    if (deliver(static_cast<ShardIndex>(pair / kShards), static_cast<ShardIndex>(pair % kShards))) {
      return;
    }
  }
}

void SimulatedCluster::step_commit() {
  Shard& shard = shards_[chance(kShards)];
  if (!shard.under_way) {
    shard.under_way = shard.rules->take_batch();
  } else if (!shard.kept) {
    write(shard, chance(8) != 0);
  } else {
    tell(shard);
  }
}

void SimulatedCluster::write(Shard& shard, bool well) {
  shard.kept = well;
  if (!well) return;
  const Batch* const batches[] = {shard.under_way.get()};
  ASSERT_FALSE(directory_.commit(batches));
  ASSERT_FALSE(log_.commit(batches));
  judge_.keeps(*shard.under_way);
}

void SimulatedCluster::tell(Shard& shard) {
  const bool ok = *std::exchange(shard.kept, {});
  shard.rules->committed(std::move(shard.under_way), ok);
}

bool SimulatedCluster::has_mail() const {
  for (const auto& row : mail_) {
    for (const auto& queue : row) {
      if (!queue.empty()) return true;
    }
  }
  return false;
}

void SimulatedCluster::settle() {
  for (bool busy = true; busy;) {
    busy = false;
    for (ShardIndex from = 0; from < kShards; ++from) {
      for (ShardIndex to = 0; to < kShards; ++to) {
        while (deliver(from, to)) busy = true;
      }
    }
    for (Shard& shard : shards_) {
      if (!shard.under_way) shard.under_way = shard.rules->take_batch();
      if (!shard.under_way) continue;
      if (!shard.kept) write(shard, true);
      tell(shard);
      busy = true;
    }
  }
}

void SimulatedCluster::crash() {
  for (Shard& shard : shards_) {
    if (shard.under_way && !shard.kept) write(shard, chance(2) != 0);
  }
  for (auto& row : mail_) {
    for (auto& queue : row) queue.clear();
  }
  start_rules();
}

}  // namespace throng::chat
