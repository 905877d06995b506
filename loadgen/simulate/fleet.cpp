#include "loadgen/simulate/fleet.hpp"

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

Fleet::Fleet(const World& world, protocol::UserId first_user, std::size_t users,
             const protocol::TokenKey& tokens, const MakeStore& make_store, std::uint64_t seed,
             Agenda& agenda, Links& links, Balancer& balancer)
    : pagination_("simulated"),
      agenda_(agenda),
      links_(links),
      balancer_(balancer),
      inside_(world.fleet, seed, agenda),
      attached_(users),
      parts_{.cores = world.cores,
             .placement = chat::Placement(world.cores * world.fleet.nodes),
             .first_user = first_user,
             .costs = world.costs,
             .tokens = tokens,
             .pagination = pagination_,
             .limits = limits_,
             .agenda = agenda,
             .links = links,
             .inside = inside_,
             .fleet = *this,
             .attached = attached_,
             .seed = seed},
      lives_(world.fleet.nodes),
      lives_up_(world.fleet.nodes) {
  for (NodeIndex i = 0; i < world.fleet.nodes; ++i) {
    Store store = make_store();
    if (i == 0) directory_ = std::move(store.directory);
    nodes_.push_back(
        std::make_unique<Node>(i, parts_, world.disk, std::move(store.log), *directory_));
  }
}

Fleet::~Fleet() = default;

// ---- Life and death ----

void Fleet::start() {
  lives_.assign(lives_.size(), 1);
  lives_up_ = lives_;
  for (const auto& node : nodes_) node->start(lives_up_);
}

void Fleet::start(NodeIndex node) {
  lives_up_[node] = ++lives_[node];
  nodes_[node]->start(lives_up_);
  balancer_.changed(node, true, agenda_.now());
  tell_others({.node = node, .life = lives_up_[node]});
}

void Fleet::die(NodeIndex node) {
  nodes_[node]->die();
  lives_up_[node] = 0;
  for (transport::LinkId link = 0; link < attached_.size(); ++link) {
    if (node_of(home_of(link)) == node) attached_[link] = {};
  }
  links_.break_all(node);
  balancer_.changed(node, false, agenda_.now());
  tell_others({.node = node, .life = 0});
}

// Behind all that it has sent them: the end of a connection is noticed when it is read.
void Fleet::tell_others(const PeerNews& news) {
  for (chat::ShardIndex shard = 0; shard < parts_.placement.shards(); ++shard) {
    const NodeIndex to = node_of(shard);
    if (to == news.node || lives_up_[to] == 0) continue;
    inside_.send(news.node, to, lives_up_[to], {.to = shard, .letter = news});
  }
}

// ---- What happens ----

void Fleet::receive(Packet& packet) {
  Node& node = *nodes_[packet.node];
  const bool opens = packet.kind == Packet::Kind::kOpen;
  if (!node.is_up()) return opens ? links_.refuse(packet.key) : void();
  if (links_.is_broken(packet.key)) return;
  const chat::ShardIndex door = door_of(packet.key.link, packet.node);
  node.take(door, FromClient{.kind = kind_of(packet),
                             .key = packet.key,
                             .door = door,
                             .bytes = packet.bytes,
                             .text = std::move(packet.text)});
}

void Fleet::happen(const Agenda::Entry& entry) {
  switch (entry.what) {
    case Happening::kMailAtNode:
      return on_mail(entry);
    case Happening::kShardDone:
    case Happening::kShardTick:
      return nodes_[node_of(entry.about)]->happen(entry);
    default:
      return nodes_[entry.about]->happen(entry);
  }
}

void Fleet::on_mail(const Agenda::Entry& entry) {
  Inside::Freight freight = inside_.take(entry.about);
  const NodeIndex node = node_of(freight.to);
  if (lives_up_[node] == 0 || !Agenda::is_life(entry, lives_up_[node])) return;
  nodes_[node]->take(freight.to, std::move(freight.letter));
}

// ---- Who is where ----

chat::ShardIndex Fleet::home_of(transport::LinkId link) const {
  return parts_.placement.of(protocol::UserId{parts_.first_user.value + link});
}

chat::ShardIndex Fleet::door_of(transport::LinkId link, NodeIndex node) const {
  const chat::ShardIndex home = home_of(link);
  return node_of(home) == node ? home : node * parts_.cores + link % parts_.cores;
}

const NodeShard* Fleet::find(chat::ShardIndex shard) const {
  const Node& node = *nodes_[node_of(shard)];
  return node.is_up() ? &node.shard(shard) : nullptr;
}

// ---- Figures ----

Node::Figures Fleet::figures() const {
  Node::Figures all;
  for (const auto& node : nodes_) {
    const Node::Figures own = node->figures();
    all.letters += own.letters;
    all.busy += own.busy;
    all.waited += own.waited;
    all.deaths += own.deaths;
    all.most_letters_waiting = std::max(all.most_letters_waiting, own.most_letters_waiting);
  }
  return all;
}

Disk::Figures Fleet::disk_figures() const {
  Disk::Figures all;
  for (const auto& node : nodes_) {
    const Disk::Figures own = node->disk_figures();
    all.groups += own.groups;
    all.records += own.records;
    all.busy += own.busy;
  }
  return all;
}

}  // namespace throng::simulate
