#include "loadgen/simulate/node.hpp"

#include <algorithm>
#include <utility>

namespace throng::simulate {
namespace {

FromClient::Kind kind_of(const Packet& packet) {
  switch (packet.kind) {
    case Packet::Kind::kOpen:
      return FromClient::Kind::kOpen;
    case Packet::Kind::kText:
      return FromClient::Kind::kText;
    case Packet::Kind::kRoom:
      return FromClient::Kind::kRoom;
    default:
      return FromClient::Kind::kGone;
  }
}

}  // namespace

Node::Node(const World& world, protocol::UserId first_user, std::size_t users,
           const protocol::TokenKey& tokens, Store store, std::uint64_t seed, Agenda& agenda,
           Links& links)
    : placement_(world.cores),
      first_user_(first_user),
      pagination_("simulated"),
      agenda_(agenda),
      links_(links),
      store_(std::move(store)),
      disk_(world.disk, *store_.log, *store_.directory, agenda, seed),
      attached_(users),
      parts_{.costs = world.costs,
             .tokens = tokens,
             .directory = *store_.directory,
             .log = *store_.log,
             .pagination = pagination_,
             .limits = limits_,
             .agenda = agenda,
             .links = links,
             .disk = disk_,
             .attached = attached_,
             .seed = seed} {}

Node::~Node() = default;

void Node::start() {
  ++life_;
  for (chat::ShardIndex i = 0; i < placement_.shards(); ++i) {
    cluster::PostOffice& office = *this;
    shards_.push_back(std::make_unique<NodeShard>(i, placement_, life_, parts_, office));
  }
  agenda_.plan(agenda_.now() + std::chrono::seconds(1), Happening::kSecond, 0, life_);
}

void Node::die() {
  past_ = figures();
  ++past_.deaths;
  disk_.lose_power();
  shards_.clear();
  std::ranges::fill(attached_, Attached{});
  links_.break_all();
}

// ---- What comes from clients ----

void Node::receive(Packet& packet) {
  const bool opens = packet.kind == Packet::Kind::kOpen;
  if (!is_up()) return opens ? links_.refuse(packet.key) : void();
  const protocol::UserId user{first_user_.value + packet.key.link};
  take(placement_.of(user), FromClient{.kind = kind_of(packet),
                                       .key = packet.key,
                                       .bytes = packet.bytes,
                                       .text = std::move(packet.text)});
}

// ---- Mail ----

void Node::take(chat::ShardIndex to, Letter letter) {
  shards_[to]->take(std::move(letter));
  past_.most_letters_waiting =
      std::max<std::uint64_t>(past_.most_letters_waiting, shards_[to]->depth());
}

void Node::send(chat::ShardIndex to, cluster::Mail mail) { take(to, std::move(mail)); }

cluster::Load Node::load(chat::ShardIndex to) const {
  return std::max(shards_[to]->load(), cluster::load_by_mail(shards_[to]->depth()));
}

// ---- What was planned ----

void Node::happen(const Agenda::Entry& entry) {
  if (!is_up() || !Agenda::is_life(entry, life_)) return;
  switch (entry.what) {
    case Happening::kShardDone:
      return shards_[entry.about]->on_done();
    case Happening::kShardTick:
      return shards_[entry.about]->on_tick();
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

void Node::on_second() {
  for (const auto& shard : shards_) shard->on_second();
  agenda_.plan(agenda_.now() + std::chrono::seconds(1), Happening::kSecond, 0, life_);
}

Node::Figures Node::figures() const {
  Figures all = past_;
  for (const auto& shard : shards_) {
    all.letters += shard->core().figures().jobs;
    all.busy += shard->core().worked(agenda_.now());
    all.waited += shard->core().figures().waited;
  }
  return all;
}

}  // namespace throng::simulate
