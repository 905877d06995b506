#include "loadgen/simulate/aggregate/sampled_node.hpp"

#include <algorithm>
#include <cmath>

#include "loadgen/simulate/sum_of_draws.hpp"
#include "protocol/events.hpp"
#include "protocol/ids.hpp"
#include "server/chat/rules.hpp"
#include "server/cluster/load.hpp"
#include "server/gateway/limits.hpp"

namespace throng::simulate {
namespace {

using measure::Operation;
using pacing::Duration;
using pacing::TimePoint;

/// As in Links: a connection is there after three crossings of the network.
constexpr int kCrossingsToConnect = 3;
/// As in gateway::Limits: for company of cursors before the disk, and of receipts before a session.
const Duration kReceiptDelay = gateway::Limits{}.receipt_delay;

/// Knuth's for small means, else the normal's.
std::size_t poisson(double mean, pacing::Random& random) {
  if (mean > 30) {
    return static_cast<std::size_t>(
        std::max(0.0, std::round(mean + std::sqrt(mean) * random.normal())));
  }
  std::size_t count = 0;
  for (double left = mean - random.exponential(); left > 0; left -= random.exponential()) ++count;
  return count;
}

}  // namespace

void NodeFigures::merge(const NodeFigures& other) {
  for (std::size_t i = 0; i < operations.size(); ++i) {
    operations[i].refused += other.operations[i].refused;
    operations[i].latency.merge(other.operations[i].latency);
  }
  cores.letters += other.cores.letters;
  cores.busy += other.cores.busy;
  cores.waited += other.cores.waited;
  cores.most_waiting = std::max(cores.most_waiting, other.cores.most_waiting);
  disk_busy += other.disk_busy;
  groups += other.groups;
  records += other.records;
  events += other.events;
  trace_hash = protocol::mix(trace_hash ^ other.trace_hash);
}

SampledNode::SampledNode(const Traffic& traffic, const World& world, FleetShape fleet,
                         const Intensity& work, std::uint64_t seed, std::uint64_t stream)
    : traffic_(traffic),
      world_(world),
      fleet_(fleet),
      messages_per_s_(work.messages / static_cast<double>(fleet.nodes)),
      logins_per_s_(work.logins / static_cast<double>(fleet.nodes)),
      heartbeats_per_s_(work.heartbeats / static_cast<double>(fleet.nodes)),
      reachable_(work.reachable),
      random_(seed, stream),
      shards_(world.cores) {}

NodeFigures SampledNode::play(Duration settle, Duration length) {
  plan_arrival(What::kMessageArrives, messages_per_s_);
  plan_arrival(What::kLoginArrives, logins_per_s_);
  plan_arrival(What::kHeartbeatArrives, heartbeats_per_s_);
  play_until(TimePoint() + settle);
  for (Shard& shard : shards_) shard.core.forget_figures(now_);
  is_measured_ = true;
  play_until(now_ + length);
  for (const Shard& shard : shards_) {
    const CoreQueue::Figures core = shard.core.figures(now_);
    figures_.cores.letters += core.letters;
    figures_.cores.busy += core.busy;
    figures_.cores.waited += core.waited;
    figures_.cores.most_waiting = std::max(figures_.cores.most_waiting, core.most_waiting);
  }
  return std::move(figures_);
}

void SampledNode::play_until(TimePoint end) {
  while (!events_.empty() && events_.top().due < end) {
    const Event event = events_.pop();
    now_ = event.due;
    ++figures_.events;
    const auto due = static_cast<std::uint64_t>(now_.time_since_epoch().count());
    figures_.trace_hash = protocol::mix(figures_.trace_hash ^ due ^ event.what);
    happen(static_cast<What>(event.what >> 32), static_cast<std::uint32_t>(event.what));
  }
  now_ = end;
}

// ---- Events ----

void SampledNode::plan(TimePoint at, What what, std::uint32_t about) {
  events_.push({std::max(at, now_), static_cast<std::uint64_t>(what) << 32 | about});
}

void SampledNode::happen(What what, std::uint32_t about) {
  switch (what) {
    case What::kMessageArrives:
      return message_arrives();
    case What::kLoginArrives:
      return login_arrives();
    case What::kHeartbeatArrives:
      return heartbeat_arrives();
    case What::kMessageAtChat:
      return message_at_chat(about);
    case What::kMessageTaken:
      return message_taken(about);
    case What::kDelivery:
      return deliver(take(about));
    case What::kCursor:
      return cursor(about);
    case What::kCursorAtChat:
      return cursor_at_chat(about);
    case What::kCursorTaken:
      return cursor_taken(about);
    case What::kNotice:
      return notice(take(about));
    case What::kAnswer:
      return answer(take(about));
    case What::kCatchUp:
      return catch_up(about);
    case What::kPage:
      return page(take(about));
    case What::kTick:
      shards_[about].tick_at = TimePoint::max();
      return submit(about);
    case What::kDiskDone:
      return disk_done();
    case What::kCommitted:
      return committed(about);
  }
}

void SampledNode::plan_arrival(What what, double per_s) {
  if (per_s > 0) plan(now_ + pacing::from_seconds(random_.exponential() / per_s), what, 0);
}

SampledNode::ItemIndex SampledNode::keep(const Item& item) {
  if (free_item_ == kNoItem) {
    items_.push_back(item);
    return static_cast<ItemIndex>(items_.size() - 1);
  }
  const ItemIndex index = free_item_;
  free_item_ = items_[index].next_free;
  items_[index] = item;
  return index;
}

SampledNode::Item SampledNode::take(ItemIndex index) {
  items_[index].next_free = free_item_;
  free_item_ = index;
  return items_[index];
}

Duration SampledNode::another_moment() {
  return pacing::from_seconds(random_.uniform01() * pacing::to_seconds(kElsewhere));
}

void SampledNode::go_to_any_node(What what, Item item) {
  if (!is_elsewhere()) return serve(what, item);
  const Duration later = another_moment();
  item.due += later;
  plan(now_ + later, what, keep(item));
}

void SampledNode::serve(What what, const Item& item) {
  what == What::kAnswer ? answer(item) : notice(item);
}

TimePoint SampledNode::accept(ShardIndex shard, double cost_s) {
  return shards_[shard].core.accept(now_, pacing::from_seconds(std::max(cost_s, 0.0)));
}

void SampledNode::record(Operation operation, TimePoint due, TimePoint end) {
  if (!is_measured_) return;
  figures_.operations[static_cast<std::size_t>(operation)].latency.record((end - due).count());
}

// ---- A message's way ----

void SampledNode::message_arrives() {
  plan_arrival(What::kMessageArrives, messages_per_s_);
  Item message{.due = now_ - network(), .home = any_shard(), .chat = any_shard()};
  message.count = traffic_.sizes().sample(random_);
  message.kind = Operation::kSend;
  // It costs nothing there and waits all the same.
  const Duration wait = accept(message.home, 0) - now_;
  const Duration later = is_elsewhere() ? another_moment() : Duration::zero();
  message.due += later;
  plan(now_ + wait + later, What::kMessageAtChat, keep(message));
}

void SampledNode::message_at_chat(ItemIndex index) {
  Shard& shard = shards_[items_[index].chat];
  if (cluster::load_by_mail(shard.core.waiting(now_)) == cluster::Load::kFull ||
      shard.gathering.size() + shard.committing.size() >= chat::Rules::kMaxPending) {
    take(index);
    auto& sends = figures_.operations[static_cast<std::size_t>(Operation::kSend)];
    sends.refused += is_measured_ ? 1 : 0;
    return;
  }
  plan(accept(items_[index].chat, world_.costs.message.sample(random_)), What::kMessageTaken,
       index);
}

void SampledNode::message_taken(ItemIndex index) {
  const ShardIndex chat = items_[index].chat;
  Shard& shard = shards_[chat];
  if (shard.gathering.empty()) shard.gathering_since = now_;
  shard.gathering.push_back(index);
  ++shard.messages;
  submit(chat);
}

void SampledNode::answer(const Item& item) {
  record(Operation::kSend, item.due, accept(item.home, 0) + network());
}

// Each receiver who is online is at some shard of some node; those at one shard get one letter.
void SampledNode::fan_out(const Item& message) {
  const std::uint64_t shards_of_all = fleet_.nodes * shards_.size();
  places_.clear();
  for (std::uint32_t i = 1; i < message.count; ++i) {
    if (random_.chance(reachable_)) places_.push_back(random_.below(shards_of_all));
  }
  if (places_.size() > 1) std::ranges::sort(places_);
  std::uint64_t node = 0;  // the first is this one
  Duration later{};
  for (std::size_t i = 0, next = 0; i < places_.size(); i = next) {
    while (next < places_.size() && places_[next] == places_[i]) ++next;
    if (const std::uint64_t of = places_[i] / shards_.size(); of != node) {
      node = of;
      later = another_moment();
    }
    Item delivery = message;
    delivery.sender = message.home;
    delivery.home = static_cast<ShardIndex>(places_[i] % shards_.size());
    delivery.count = static_cast<std::uint32_t>(next - i);
    delivery.told = message.count <= protocol::kMaxReceiptMembers;
    delivery.due += later;
    if (later == Duration::zero()) {
      deliver(delivery);
    } else {
      plan(now_ + later, What::kDelivery, keep(delivery));
    }
  }
}

void SampledNode::deliver(const Item& delivery) {
  const double cost_s = sum_of_draws(world_.costs.delivery, delivery.count, random_);
  const TimePoint leaves = accept(delivery.home, cost_s);
  Item cursor = delivery;
  for (std::uint32_t i = 0; i < delivery.count; ++i) {
    const TimePoint there = leaves + network();
    record(Operation::kDeliver, delivery.due, there);
    cursor.kind = Operation::kReceiptDelivered;
    plan(there + network(), What::kCursor, keep(cursor));
    if (!random_.chance(traffic_.reading().chance)) continue;
    const Duration reading =
        pacing::from_seconds(std::max(0.0, traffic_.reading().after.sample(random_)));
    Item read = delivery;
    read.kind = Operation::kReceiptRead;
    const TimePoint at = there + another_moment();
    read.due = at - (there + reading + network() - delivery.due);
    plan(at, What::kCursor, keep(read));
  }
}

// ---- A cursor's way ----

void SampledNode::cursor(ItemIndex index) {
  Item cursor = take(index);
  const Duration wait = accept(cursor.home, 0) - now_;
  const Duration later = is_elsewhere() ? another_moment() : Duration::zero();
  cursor.due += later;
  plan(now_ + wait + later, What::kCursorAtChat, keep(cursor));
}

void SampledNode::cursor_at_chat(ItemIndex index) {
  const TimePoint taken = accept(items_[index].chat, 0);
  taken > now_ ? plan(taken, What::kCursorTaken, index) : cursor_taken(index);
}

void SampledNode::cursor_taken(ItemIndex index) {
  const ShardIndex chat = items_[index].chat;
  Shard& shard = shards_[chat];
  if (shard.gathering.size() + shard.committing.size() >= chat::Rules::kMaxPending) {
    auto& refused = figures_.operations[static_cast<std::size_t>(items_[index].kind)].refused;
    refused += is_measured_ ? 1 : 0;
    take(index);
    return;
  }
  if (shard.gathering.empty()) shard.gathering_since = now_;
  shard.gathering.push_back(index);
  submit(chat);
}

void SampledNode::notice(const Item& item) {
  const TimePoint done = accept(item.home, world_.costs.receipt.sample(random_));
  record(item.kind, item.due, done + kReceiptDelay + network());
}

// ---- Logins and signs of life ----

void SampledNode::login_arrives() {
  plan_arrival(What::kLoginArrives, logins_per_s_);
  Duration connecting{};
  for (int i = 0; i < kCrossingsToConnect; ++i) connecting += network();
  const TimePoint due = now_ - connecting - network();
  record(Operation::kConnect, due, due + connecting);
  const ShardIndex home = any_shard();
  const TimePoint done = accept(home, world_.costs.login.sample(random_));
  record(Operation::kLogin, due, done + network());
  const Item item{.due = due, .home = home, .chat = any_shard()};
  plan(done, What::kCatchUp, keep(item));
}

// The chats' shards look for what was missed, and the session's shard gets it.
void SampledNode::catch_up(ItemIndex index) {
  plan(accept(items_[index].chat, 0), What::kPage, index);
}

void SampledNode::page(const Item& item) {
  const std::size_t missed = poisson(traffic_.missed_per_login(), random_);
  const TimePoint done = accept(item.home, sum_of_draws(world_.costs.missed, missed, random_));
  record(Operation::kCatchUp, item.due, done + network());
}

void SampledNode::heartbeat_arrives() {
  plan_arrival(What::kHeartbeatArrives, heartbeats_per_s_);
  accept(any_shard(), world_.costs.heartbeat.sample(random_));
}

// ---- Group commit ----

void SampledNode::submit(ShardIndex index) {
  Shard& shard = shards_[index];
  if (shard.is_under_way || shard.gathering.empty()) return;
  const TimePoint due = shard.messages > 0 ? now_ : shard.gathering_since + kReceiptDelay;
  if (due > now_) {
    if (due >= shard.tick_at) return;
    shard.tick_at = due;
    return plan(due, What::kTick, index);
  }
  shard.is_under_way = true;
  shard.committing.swap(shard.gathering);
  shard.messages = 0;
  waiting_.push_back(index);
  if (group_.empty()) begin_group();
}

void SampledNode::begin_group() {
  group_.swap(waiting_);
  std::size_t records = 0;
  for (const ShardIndex shard : group_) records += shards_[shard].committing.size();
  const double seconds =
      std::max(world_.disk.sync.sample(random_), 0.0) +
      static_cast<double>(records) * std::max(world_.disk.record.sample(random_), 0.0);
  const Duration time = pacing::from_seconds(seconds);
  if (is_measured_) {
    figures_.disk_busy += time;
    ++figures_.groups;
    figures_.records += records;
  }
  plan(now_ + time, What::kDiskDone, 0);
}

void SampledNode::disk_done() {
  for (const ShardIndex shard : group_) plan(accept(shard, 0), What::kCommitted, shard);
  group_.clear();
  if (!waiting_.empty()) begin_group();
}

void SampledNode::committed(ShardIndex index) {
  Shard& shard = shards_[index];
  shard.is_under_way = false;
  for (const ItemIndex each : shard.committing) {
    Item item = take(each);
    if (item.kind != Operation::kSend) {
      item.home = item.sender;
      if (item.told) go_to_any_node(What::kNotice, item);
      continue;
    }
    go_to_any_node(What::kAnswer, item);
    fan_out(item);
  }
  shard.committing.clear();
  submit(index);
}

}  // namespace throng::simulate
