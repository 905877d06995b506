#include "loadgen/simulate/node_shard.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "loadgen/simulate/disk.hpp"
#include "loadgen/simulate/fleet.hpp"
#include "loadgen/simulate/sum_of_draws.hpp"
#include "server/gateway/greeting.hpp"
#include "server/gateway/session_mail.hpp"

namespace throng::simulate {
namespace {

using pacing::TimePoint;

constexpr std::uint64_t kShardStreams = std::uint64_t{1} << 62;
/// The wall clock's time when virtual time begins: 2026-01-01 in UTC.
constexpr chat::TimeMs kEpochMs = 1'767'225'600'000;

gateway::SteadyTime steady(TimePoint time) { return gateway::SteadyTime(time.time_since_epoch()); }

chat::TimeMs wall_ms(TimePoint time) {
  return kEpochMs +
         std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

bool is_sign_of_life(std::string_view text) {
  return text.starts_with(R"({"op":"ping")") || text.starts_with(R"({"op":"activity")");
}

}  // namespace

std::uint64_t cost_stream(chat::ShardIndex shard, std::uint32_t life) {
  return kShardStreams | std::uint64_t{life} << 32 | shard;
}

NodeShard::NodeShard(chat::ShardIndex index, const FleetParts& parts, const NodeParts& node,
                     const std::vector<std::uint32_t>& lives, cluster::Slot first_slot)
    : index_(index),
      parts_(parts),
      node_(node),
      lives_(lives),
      rules_(parts.placement, node.log, node.directory, parts.pagination, *this),
      presence_(node.directory),
      services_({.shard = index,
                 .placement = parts.placement,
                 .tokens = parts.tokens,
                 .directory = node.directory,
                 .epochs = epochs_,
                 .limits = parts.limits,
                 .journal = nullptr,
                 .office = *this,
                 .rules = rules_,
                 .presence = presence_,
                 .metrics = metrics_}),
      random_(parts.seed, cost_stream(index, node.life)),
      slots_(first_slot) {
  for (cluster::Slot slot = 0; slot < first_slot; ++slot) {
    services_.sessions.insert([](auto) { return std::unique_ptr<gateway::Session>(); });
  }
}

// ---- The queue ----

void NodeShard::take(Letter letter) {
  const pacing::Duration cost = pacing::from_seconds(std::max(cost_s(letter), 0.0));
  letters_.push_back(std::move(letter));
  const TimePoint done = core_.accept(parts_.agenda.now(), cost);
  parts_.agenda.plan(done, Happening::kShardDone, index_, node_.life);
}

double NodeShard::cost_s(const Letter& letter) {
  return std::visit([this](const auto& content) { return cost_s(content); }, letter);
}

double NodeShard::cost_s(const cluster::Mail& mail) {
  if (const auto* command = std::get_if<chat::Command>(&mail)) return cost_s(*command);
  if (const auto* effect = std::get_if<chat::Effect>(&mail)) return cost_s(*effect);
  return 0;
}

double NodeShard::cost_s(const chat::Command& command) {
  const CostProfile& costs = parts_.costs;
  if (std::holds_alternative<chat::PostMessage>(command)) return costs.message.sample(random_);
  if (std::holds_alternative<chat::FetchHistory>(command)) return costs.history.sample(random_);
  return 0;
}

double NodeShard::cost_s(const chat::Effect& effect) {
  const CostProfile& costs = parts_.costs;
  if (const auto* deliver = std::get_if<chat::Deliver>(&effect)) {
    return sum_of_draws(costs.delivery, gateway::count_receivers(services_, *deliver), random_);
  }
  if (const auto* notice = std::get_if<chat::Notice>(&effect)) {
    return sum_of_draws(costs.receipt, services_.registry.sessions_of(notice->user).size(),
                        random_);
  }
  if (const auto* page = std::get_if<chat::Page>(&effect)) {
    return sum_of_draws(costs.missed, page->messages, random_);
  }
  return 0;
}

double NodeShard::cost_s(const FromClient& said) {
  if (parts_.fleet.home_of(said.key.link) != index_) return parts_.costs.relay.sample(random_);
  if (said.kind != FromClient::Kind::kText || !is_attached(said)) return 0;
  if (!parts_.attached[said.key.link].session) return parts_.costs.login.sample(random_);
  return is_sign_of_life(said.text) ? parts_.costs.heartbeat.sample(random_) : 0;
}

double NodeShard::cost_s(const ToClient&) { return parts_.costs.relay.sample(random_); }

// ---- Turns ----

void NodeShard::on_done() {
  begin_turn();
  Letter letter = std::move(letters_.front());
  letters_.pop_front();
  std::visit([this](auto& content) { serve(content); }, letter);
  end_turn();
}

void NodeShard::on_tick() {
  if (parts_.agenda.now() < next_tick_) return;  // an earlier one has come in its place
  next_tick_ = TimePoint::max();
  begin_turn();
  end_turn();
}

void NodeShard::on_second() {
  begin_turn();
  presence_.tell_changes([&](const chat::ClientRef& to, const protocol::PresenceState& state) {
    send(to.shard, cluster::PresenceChanged{.changes = {{to, state}}});
  });
  services_.sessions.for_each([](gateway::Session& session) { session.sweep(); });
  services_.users.sweep(services_.now);
  rules_.tick(services_.wall_ms);
  const cluster::LoadSigns signs{
      .mail = letters_.size(), .uncommitted = rules_.pending(), .turn = {}};
  load_ = cluster::assess(signs, load_);
  services_.receipt_patience = cluster::receipt_patience(load_);
  end_turn();
}

void NodeShard::begin_turn() {
  services_.now = steady(parts_.agenda.now());
  services_.wall_ms = wall_ms(parts_.agenda.now() + node_.clock_off);
}

void NodeShard::end_turn() {
  services_.plan_due_flushes();
  services_.flush_sessions();
  services_.let_sessions_depart();
  submit_batch();
  if (!services_.later.empty()) {
    tick_at(TimePoint(services_.later.front().due.time_since_epoch()));
  }
}

void NodeShard::submit_batch() {
  const TimePoint now = parts_.agenda.now();
  if (rules_.batch().empty()) gathering_since_ = now;
  if (!rules_.has_batch()) return;
  const TimePoint due =
      rules_.batch().can_wait() ? gathering_since_ + services_.receipt_delay() : now;
  if (due > now) return tick_at(due);
  gathering_since_ = now;
  node_.disk.submit(index_, rules_.take_batch(), node_.life);
}

void NodeShard::tick_at(TimePoint due) {
  if (due >= next_tick_) return;
  next_tick_ = due;
  parts_.agenda.plan(due, Happening::kShardTick, index_, node_.life);
}

// ---- What clients say ----

void NodeShard::serve(FromClient& said) {
  if (parts_.fleet.home_of(said.key.link) != index_) return pass_on(said);
  Attached& client = parts_.attached[said.key.link];
  if (said.kind == FromClient::Kind::kOpen) return accept(client, said);
  if (!is_attached(said)) return;
  SimulatedSession* const session = session_of(client);
  switch (said.kind) {
    case FromClient::Kind::kText:
      if (!client.session) return greet(client, said);
      if (session) session->on_input(std::string_view(said.text).substr(0, said.bytes));
      return;
    case FromClient::Kind::kRoom:
      if (session) session->on_drained();
      return;
    default:
      client.accepted = false;
      if (session) session->on_gone();
  }
}

// What comes by other doors may overtake: an earlier connection's end is still to come, or this one
// is the earlier.
void NodeShard::accept(Attached& client, const FromClient& said) {
  if (said.key.generation < client.generation) return;
  if (SimulatedSession* const earlier = session_of(client)) earlier->on_gone();
  client = {.generation = said.key.generation, .accepted = true, .session = {}};
  answer(said.door, {.kind = ToClient::Kind::kAccepted, .key = said.key});
}

bool NodeShard::is_attached(const FromClient& said) const {
  const Attached& client = parts_.attached[said.key.link];
  return client.accepted && client.generation == said.key.generation;
}

SimulatedSession* NodeShard::session_of(const Attached& client) {
  if (!client.session) return nullptr;
  return static_cast<SimulatedSession*>(
      services_.sessions.find(client.session->slot, client.session->generation));
}

void NodeShard::greet(Attached& client, const FromClient& said) {
  gateway::Greeting greeting =
      gateway::read_hello(services_, std::string_view(said.text).substr(0, said.bytes));
  if (!greeting.newcomer) {
    client.accepted = false;
    return answer(said.door, {.kind = ToClient::Kind::kHangUp,
                              .key = said.key,
                              .close_code = protocol::close_code(*greeting.error)});
  }
  gateway::Session* const session = services_.sessions.insert([&](auto key) {
    const chat::ClientRef self{.kind = chat::ClientRef::Kind::kSession,
                               .shard = index_,
                               .slot = key.slot,
                               .generation = key.generation};
    client.session = self;
    slots_ = std::max(slots_, key.slot + 1);
    return std::make_unique<SimulatedSession>(services_, self, std::move(*greeting.newcomer), *this,
                                              parts_.links, said);
  });
  session->start();
}

// ---- Mail ----

void NodeShard::mail(chat::ShardIndex to, chat::Effect effect) { send(to, std::move(effect)); }

void NodeShard::serve(cluster::Mail& mail) {
  std::visit([this](auto& content) { on(content); }, mail);
}

void NodeShard::on(chat::Command& command) { rules_.handle(std::move(command), services_.wall_ms); }

void NodeShard::on(chat::Effect& effect) {
  std::visit([this](auto& e) { gateway::carry_out(services_, e); }, effect);
}

void NodeShard::on(cluster::Committed& mail) {
  gateway::settle(services_, std::move(mail.batch), true);
}

void NodeShard::on(cluster::AskPresence& mail) {
  chat::Answer answer{.to = mail.from, .json = {}, .error = std::nullopt, .line = 0};
  gateway::answer_presence(services_, mail, answer);
  send(mail.from.shard, chat::Effect(std::move(answer)));
}

void NodeShard::on(cluster::Unwatch& mail) { gateway::unwatch(services_, mail); }

void NodeShard::on(cluster::PresenceChanged& mail) { gateway::tell_presence(services_, mail); }

}  // namespace throng::simulate
