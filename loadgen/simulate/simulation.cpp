#include "loadgen/simulate/simulation.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace throng::simulate {
namespace {

using pacing::TimePoint;

/// In one instant: much more than what free cores and networks let happen at once.
constexpr std::size_t kMostSteps = 1'000'000;
constexpr std::size_t kMostStepsOfUser = 1'000;

/// What scenarios may ask for beside the chat: nothing of it has a model.
class NoHttp final : public transport::HttpCaller {
 public:
  void call(transport::HttpCall, transport::HttpCaller::Done) override {
    throw std::runtime_error(
        "images and files have no meaning in virtual time: play this scenario with throng run");
  }
};

chat::Batch batch_of(const users::SocialGraph& graph, play::ChatIndex chat) {
  const protocol::ChatId id = graph.chat_id(chat);
  const auto members = graph.members_of(chat);
  chat::Batch batch;
  batch.chats.push_back(
      {.chat = id, .creator = graph.user_id(members.front()), .created = 0, .name = {}, .key = {}});
  for (const users::UserNumber member : members) {
    batch.members.push_back({.chat = id, .user = graph.user_id(member)});
  }
  return batch;
}

}  // namespace

Simulation::Simulation(const World& world, const play::RunContext& context,
                       const protocol::TokenKey& tokens, const MakeStore& make_store,
                       std::vector<Fault> faults, play::Worker::OnSecond on_second)
    : world_(world),
      context_(context),
      faults_(std::move(faults)),
      balancer_(world.fleet),
      troubles_(world.fleet.nodes) {
  const auto users = static_cast<std::uint32_t>(context.graph.users());
  worker_.emplace(
      context, play::Slice{.worker = 0, .workers = 1, .first_user = 1, .users = users}, clock_,
      [&](transport::TransportListener& listener) {
        auto links = std::make_unique<Links>(users, world.network, world.fleet,
                                             context.settings.seed, agenda_, balancer_, listener);
        links_ = links.get();
        return links;
      },
      std::move(on_second), [] { return std::make_unique<NoHttp>(); });
  fleet_.emplace(world, context.graph.user_id(1), users, tokens, make_store, context.settings.seed,
                 agenda_, *links_, balancer_);
}

Simulation::~Simulation() = default;

void Simulation::found_chats() {
  for (play::ChatIndex chat = 0; chat < context_.graph.chats(); ++chat) {
    const chat::Batch batch = batch_of(context_.graph, chat);
    const chat::Batch* const only = &batch;
    (void)fleet_->directory().commit({&only, 1});
  }
}

void Simulation::start() {
  const TimePoint start = now();
  fleet_->start();
  for (std::uint32_t i = 0; i < faults_.size(); ++i) {
    agenda_.plan(start + faults_[i].at, Happening::kFaultBegins, i);
  }
  worker_->start(start);
}

void Simulation::play_until(TimePoint until, const std::function<bool()>& ends) {
  for (std::size_t step = 1;; ++step) {
    if (step % kStepsUnasked == 0 && ends()) return;
    const TimePoint due = worker_->next_due();
    const TimePoint next = std::min(due, agenda_.next_due());
    if (next > until) return clock_.advance_to(until);
    count_step(next);
    if (due <= next) {
      clock_.advance_to(due);
      worker_->advance();
    } else {
      happen(agenda_.take());
    }
    links_->flush();
  }
}

void Simulation::count_step(TimePoint at) {
  if (at > instant_) {
    instant_ = at;
    steps_ = 0;
  }
  const std::size_t most = kMostSteps + kMostStepsOfUser * context_.graph.users();
  if (++steps_ <= most) return;
  throw std::runtime_error(fmt::format(
      "virtual time stands still: more than {} events in one instant; a latency or costs above 0 "
      "let it go on",
      most));
}

void Simulation::happen(const Agenda::Entry& entry) {
  switch (entry.what) {
    case Happening::kPacketAtNode:
      fleet_->receive(links_->at_node(entry.about));
      return links_->release(entry.about);
    case Happening::kPacketAtClient:
      return links_->take_at_client(entry.about);
    case Happening::kFaultBegins:
      return begin_fault(entry.about);
    case Happening::kFaultEnds:
      return end_fault(faults_[entry.about]);
    default:
      return fleet_->happen(entry);
  }
}

void Simulation::begin_fault(std::uint32_t index) {
  const Fault& fault = faults_[index];
  const NodeIndex node = fault.node.value_or(0);
  const TimePoint until = now() + fault.lasts;
  ++faults_begun_;
  agenda_.plan(until, Happening::kFaultEnds, index);
  switch (fault.kind) {
    case FaultKind::kNodeDies:
      return take_down(node);
    case FaultKind::kDiskSlows:
      troubles_[node].slow_by.insert(fault.by);
      return slow_disk_down(node);
    case FaultKind::kPartition:
      return links_->cut(fault.share, until);
    case FaultKind::kZoneLost:
      return for_each_of_zone(fault.zone, [this](NodeIndex each) { take_down(each); });
    case FaultKind::kNodesParted:
      return fleet_->part(node, until);
    case FaultKind::kClockOff:
      return turn_clock(node, fault.by);
  }
}

void Simulation::end_fault(const Fault& fault) {
  const NodeIndex node = fault.node.value_or(0);
  switch (fault.kind) {
    case FaultKind::kNodeDies:
      return bring_up(node);
    case FaultKind::kDiskSlows:
      troubles_[node].slow_by.erase(troubles_[node].slow_by.find(fault.by));
      return slow_disk_down(node);
    case FaultKind::kZoneLost:
      return for_each_of_zone(fault.zone, [this](NodeIndex each) { bring_up(each); });
    case FaultKind::kClockOff:
      return turn_clock(node, -fault.by);
    case FaultKind::kPartition:
    case FaultKind::kNodesParted:
      return;
  }
}

void Simulation::for_each_of_zone(ZoneIndex zone, const std::function<void(NodeIndex)>& each) {
  for (NodeIndex node = 0; node < world_.fleet.nodes; ++node) {
    if (world_.fleet.zone_of(node) == zone) each(node);
  }
}

void Simulation::turn_clock(NodeIndex node, double by_s) {
  troubles_[node].clock_off_s += by_s;
  fleet_->node(node).put_clock(pacing::from_seconds(troubles_[node].clock_off_s));
}

void Simulation::take_down(NodeIndex node) {
  if (troubles_[node].deaths++ == 0) fleet_->die(node);
}

void Simulation::bring_up(NodeIndex node) {
  if (--troubles_[node].deaths == 0) fleet_->start(node);
}

void Simulation::slow_disk_down(NodeIndex node) {
  const std::multiset<double>& by = troubles_[node].slow_by;
  fleet_->node(node).slow_disk_down(by.empty() ? 1 : *by.rbegin());
}

std::vector<protocol::ChatId> chat_ids(std::size_t chats) {
  std::vector<protocol::ChatId> ids;
  for (std::size_t i = 0; i < chats; ++i) ids.push_back({i + 1});
  return ids;
}

}  // namespace throng::simulate
