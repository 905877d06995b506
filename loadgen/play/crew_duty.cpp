#include "loadgen/play/crew_duty.hpp"

#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "loadgen/play/crew_transfer.hpp"
#include "loadgen/play/machine.hpp"
#include "loadgen/play/preflight.hpp"

namespace throng::play {
namespace {

/// So many answers set the clock, and so many more come before the crew is ready.
constexpr unsigned kFirstAnswers = 40;
constexpr unsigned kAnswersToBeReady = 60;
constexpr std::chrono::milliseconds kFirstAskInterval{5};
constexpr std::chrono::milliseconds kAskInterval{50};

users::SocialGraph make_graph(const CrewOrders& orders, const scenario::Plan& plan) {
  users::SocialGraph graph(plan.friends, plan.groups, orders.users, orders.seed);
  if (graph.chats() != orders.chat_ids.size() || sum_of(graph.roster()) != orders.graph_sum) {
    throw std::runtime_error(
        "this machine draws other friends and groups from the same scenario and seed than the "
        "coordinator's: use machines of one kind with the same libraries, and a scenario that "
        "declares the same each time");
  }
  std::vector<protocol::ChatId> ids;
  ids.reserve(orders.chat_ids.size());
  for (const std::uint64_t id : orders.chat_ids) ids.push_back({id});
  graph.bind({orders.first_user}, std::move(ids));
  return graph;
}

transport::WebSocketOptions reach(const CrewOrders& orders, std::uint32_t users,
                                  const Interrupted& interrupted) {
  transport::WebSocketOptions web;
  web.target = orders.target;
  web.endpoint = find_target(orders.target);
  web.sources = check_fit(users, web.endpoint, 1, orders.sessions_per_connection);
  transport::HttpClient http(orders.target, web.endpoint, {}, kRequestTimeout, interrupted);
  reach_target(orders.target, http, interrupted);
  refuse_if(interrupted);
  return web;
}

}  // namespace

CrewDuty::CrewDuty(boost::asio::io_context& io, CrewChannel& channel, CrewOrders orders,
                   const Interrupted& interrupted)
    : io_(io),
      channel_(channel),
      orders_(std::move(orders)),
      plan_(scenario::load_plan(orders_.source)),
      graph_(make_graph(orders_, plan_)),
      board_(1, orders_.users),
      context_(make_context()),
      web_(reach(orders_, own_users(), interrupted)),
      mirror_(board_, orders_.slices.front().first_user, own_users(), orders_.users),
      ask_timer_(io),
      board_timer_(io) {
  ask_time();
}

RunContext CrewDuty::make_context() {
  RunContext context{.source = orders_.source,
                     .graph = graph_,
                     .board = board_,
                     .settings = {},
                     .stamp_key = measure::StampKey(orders_.stamp_seed),
                     .mint_token = token_mint(orders_.secret, orders_.token_expires),
                     .mint_admin_token = token_mint(orders_.secret, orders_.token_expires, true),
                     .ramp = orders_.ramp,
                     .warm_up = orders_.warm_up,
                     .duration = orders_.duration,
                     .live_tallies = orders_.live_tallies};
  context.settings.seed = orders_.seed;
  context.settings.reading = plan_.reading;
  return context;
}

std::uint32_t CrewDuty::own_users() const {
  std::uint32_t all = 0;
  for (const Slice& slice : orders_.slices) all += slice.users;
  return all;
}

void CrewDuty::on_message(CrewMessage message, std::istream& body) {
  if (message == CrewMessage::kAnswer) return hear_time(body);
  if (!service_) return;
  switch (message) {
    case CrewMessage::kBoard: {
      BoardChanges changes;
      load(body, changes);
      return mirror_.show(changes);
    }
    case CrewMessage::kMeasure:
      return begin_measuring();
    case CrewMessage::kDrain:
      end_measuring();
      break;
    case CrewMessage::kStart:
      follower_->reset_worst();
      tell_board();
      break;
    default:
      break;
  }
  service_->obey(message, body);
}

// ---- The time ----

void CrewDuty::ask_time() {
  channel_.send(CrewMessage::kAsk, [this](std::ostream& out) { save(out, own_clock_.now()); });
}

void CrewDuty::hear_time(std::istream& body) {
  const pacing::TimePoint heard = own_clock_.now();
  pacing::ClockExchange exchange;
  load(body, exchange);
  exchange.heard = heard;
  follower_ ? follower_->add(exchange) : estimate_.add(exchange);
  ++answers_;
  if (answers_ == kFirstAnswers) begin_service();
  if (answers_ == kAnswersToBeReady) channel_.send(CrewMessage::kReady);
  ask_timer_.expires_after(answers_ < kAnswersToBeReady ? kFirstAskInterval : kAskInterval);
  ask_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) ask_time();
  });
}

void CrewDuty::begin_service() {
  follower_.emplace(own_clock_, estimate_);
  const CrewPlan plan{context_, follower_->clock(), orders_.slices, web_,
                      orders_.sessions_per_connection};
  service_.emplace(io_, channel_, plan);
}

// ---- What the machine does ----

void CrewDuty::begin_measuring() {
  cpu_before_s_ = family_cpu_s();
  watch_.emplace(std::array{getpid()});
}

void CrewDuty::end_measuring() {
  if (!watch_) return;
  away_.machine = watch_->facts();
  away_.measured_cpu_s = family_cpu_s() - cpu_before_s_;
  away_.rss_bytes = process_usage(getpid()).rss_bytes;
}

// ---- What is told ----

void CrewDuty::tell_board() {
  const BoardChanges changes = mirror_.changes();
  if (!changes.empty()) {
    channel_.send(CrewMessage::kBoard, [&](std::ostream& out) { save(out, changes); });
  }
  board_timer_.expires_after(kStandingInterval);
  board_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tell_board();
  });
}

void CrewDuty::tell_harvest() {
  away_.cpu_s = family_cpu_s();
  away_.clock_offset = follower_->clock().offset();
  away_.clock_error = follower_->worst_error();
  channel_.send(CrewMessage::kAway, [this](std::ostream& out) { save(out, away_); });
  service_->tell_harvest();
}

}  // namespace throng::play
