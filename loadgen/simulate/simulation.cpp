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
                       const protocol::TokenKey& tokens, Store store, std::vector<Fault> faults,
                       play::Worker::OnSecond on_second)
    : world_(world), context_(context), faults_(std::move(faults)) {
  const auto users = static_cast<std::uint32_t>(context.graph.users());
  worker_.emplace(
      context, play::Slice{.worker = 0, .workers = 1, .first_user = 1, .users = users}, clock_,
      [&](transport::TransportListener& listener) {
        auto links =
            std::make_unique<Links>(users, world.network, context.settings.seed, agenda_, listener);
        links_ = links.get();
        return links;
      },
      std::move(on_second), [] { return std::make_unique<NoHttp>(); });
  node_.emplace(world, context.graph.user_id(1), users, tokens, std::move(store),
                context.settings.seed, agenda_, *links_);
}

Simulation::~Simulation() = default;

void Simulation::found_chats() {
  for (play::ChatIndex chat = 0; chat < context_.graph.chats(); ++chat) {
    const chat::Batch batch = batch_of(context_.graph, chat);
    const chat::Batch* const only = &batch;
    (void)node_->directory().commit({&only, 1});
  }
}

void Simulation::start() {
  const TimePoint start = now();
  node_->start();
  for (std::uint32_t i = 0; i < faults_.size(); ++i) {
    agenda_.plan(start + faults_[i].at, Happening::kFaultBegins, i);
  }
  worker_->start(start);
}

void Simulation::play_until(TimePoint until) {
  for (;;) {
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
      node_->receive(links_->at_node(entry.about));
      return links_->release(entry.about);
    case Happening::kPacketAtClient:
      return links_->take_at_client(entry.about);
    case Happening::kFaultBegins:
      return begin_fault(entry.about);
    case Happening::kFaultEnds:
      return end_fault(faults_[entry.about]);
    default:
      return node_->happen(entry);
  }
}

void Simulation::begin_fault(std::uint32_t index) {
  const Fault& fault = faults_[index];
  ++faults_begun_;
  agenda_.plan(now() + fault.lasts, Happening::kFaultEnds, index);
  switch (fault.kind) {
    case FaultKind::kNodeDies:
      if (node_faults_++ == 0) node_->die();
      return;
    case FaultKind::kDiskSlows:
      slow_by_.insert(fault.by);
      return slow_disk_down();
    case FaultKind::kPartition:
      return links_->cut(fault.share, now() + fault.lasts);
  }
}

void Simulation::end_fault(const Fault& fault) {
  if (fault.kind == FaultKind::kNodeDies && --node_faults_ == 0) node_->start();
  if (fault.kind != FaultKind::kDiskSlows) return;
  slow_by_.erase(slow_by_.find(fault.by));
  slow_disk_down();
}

void Simulation::slow_disk_down() {
  node_->slow_disk_down(slow_by_.empty() ? 1 : *slow_by_.rbegin());
}

std::vector<protocol::ChatId> chat_ids(std::size_t chats) {
  std::vector<protocol::ChatId> ids;
  for (std::size_t i = 0; i < chats; ++i) ids.push_back({i + 1});
  return ids;
}

}  // namespace throng::simulate
