#include "loadgen/simulate/node.hpp"

#include <algorithm>
#include <utility>

namespace throng::simulate {

Node::Node(NodeIndex index, const FleetParts& parts, const DiskModel& disk,
           std::unique_ptr<chat::MessageLog> log, chat::Directory& directory)
    : index_(index),
      first_shard_(index * parts.cores),
      fleet_(parts),
      directory_(directory),
      log_(std::move(log)),
      disk_(disk, index, *log_, directory, parts.agenda, parts.seed),
      slots_(parts.cores) {}

Node::~Node() = default;

void Node::start(const std::vector<std::uint32_t>& lives) {
  life_ = lives[index_];
  for (unsigned i = 0; i < fleet_.cores; ++i) {
    const NodeParts parts{.node = index_,
                          .life = life_,
                          .directory = directory_,
                          .log = *log_,
                          .disk = disk_,
                          .clock_off = clock_off_};
    shards_.push_back(
        std::make_unique<NodeShard>(first_shard_ + i, fleet_, parts, lives, slots_[i]));
  }
  plan_second();
}

void Node::die() {
  past_ = figures();
  ++past_.deaths;
  disk_.lose_power();
  for (std::size_t i = 0; i < shards_.size(); ++i) slots_[i] = shards_[i]->slots();
  shards_.clear();
}

// ---- Mail ----

void Node::take(chat::ShardIndex to, Letter letter) {
  own(to).take(std::move(letter));
  past_.most_letters_waiting = std::max<std::uint64_t>(past_.most_letters_waiting, own(to).depth());
}

// ---- What was planned ----

void Node::happen(const Agenda::Entry& entry) {
  if (!is_up() || !Agenda::is_life(entry, life_)) return;
  switch (entry.what) {
    case Happening::kShardDone:
      return own(entry.about).on_done();
    case Happening::kShardTick:
      return own(entry.about).on_tick();
    case Happening::kCommitted:
      return on_committed();
    default:
      return on_second();
  }
}

void Node::on_committed() {
  for (Disk::Submitted& each : disk_.on_committed(life_)) {
    take(each.shard, cluster::Committed{.batch = std::move(each.batch), .error = {}});
  }
}

void Node::plan_second() {
  fleet_.agenda.plan(fleet_.agenda.now() + std::chrono::seconds(1), Happening::kSecond, index_,
                     life_);
}

void Node::on_second() {
  for (const auto& shard : shards_) shard->on_second();
  plan_second();
}

Node::Figures Node::figures() const {
  Figures all = past_;
  for (const auto& shard : shards_) {
    all.letters += shard->core().figures().jobs;
    all.busy += shard->core().worked(fleet_.agenda.now());
    all.waited += shard->core().figures().waited;
  }
  return all;
}

}  // namespace throng::simulate
