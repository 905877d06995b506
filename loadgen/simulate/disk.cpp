#include "loadgen/simulate/disk.hpp"

#include <algorithm>
#include <utility>

namespace throng::simulate {
namespace {

/// Of the first node; the others' lie below.
constexpr std::uint64_t kDiskStream = ~std::uint64_t{1};
/// That a group which was being written when the power went is there afterwards.
constexpr double kKeptByChance = 0.5;

std::size_t records_of(const chat::Batch& batch) {
  return batch.messages.size() + batch.revisions.size() + batch.cursors.size() +
         batch.chats.size() + batch.members.size() + batch.last_seen.size();
}

}  // namespace

Disk::Disk(const DiskModel& model, NodeIndex node, chat::MessageLog& log,
           chat::Directory& directory, Agenda& agenda, std::uint64_t seed)
    : model_(model),
      node_(node),
      log_(log),
      directory_(directory),
      agenda_(agenda),
      random_(seed, kDiskStream - node) {}

void Disk::submit(chat::ShardIndex shard, std::unique_ptr<chat::Batch> batch, std::uint32_t life) {
  waiting_.push_back({shard, std::move(batch)});
  if (group_.empty()) begin_group(life);
}

void Disk::begin_group(std::uint32_t life) {
  group_.swap(waiting_);
  std::size_t records = 0;
  for (const Submitted& each : group_) records += records_of(*each.batch);
  const double seconds =
      slowness_ * std::max(model_.sync.sample(random_), 0.0) +
      static_cast<double>(records) * std::max(model_.record.sample(random_), 0.0);
  ++figures_.groups;
  figures_.records += records;
  group_began_ = agenda_.now();
  agenda_.plan(agenda_.now() + pacing::from_seconds(seconds), Happening::kCommitted, node_, life);
}

std::vector<Disk::Submitted>& Disk::on_committed(std::uint32_t life) {
  figures_ = figures();
  keep_group();
  written_.clear();
  written_.swap(group_);
  if (!waiting_.empty()) begin_group(life);
  return written_;
}

void Disk::keep_group() {
  for (const Submitted& each : group_) {
    const chat::Batch* const batch = each.batch.get();
    (void)directory_.commit({&batch, 1});
    (void)log_.commit({&batch, 1});
  }
}

void Disk::lose_power() {
  figures_ = figures();
  if (random_.chance(kKeptByChance)) keep_group();
  group_.clear();
  waiting_.clear();
}

Disk::Figures Disk::figures() const {
  Figures figures = figures_;
  if (!group_.empty()) figures.busy += agenda_.now() - group_began_;
  return figures;
}

}  // namespace throng::simulate
