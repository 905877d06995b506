#include "server/node/shard.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "protocol/codec.hpp"
#include "server/gateway/http_exchange.hpp"
#include "server/gateway/session_mail.hpp"
#include "server/gateway/shared_connection.hpp"
#include "server/gateway/socket_session.hpp"

namespace throng::node {

namespace asio = boost::asio;
using metrics::Metric;

namespace {

/// How often what a shard says of itself is brought up to date.
constexpr std::chrono::milliseconds kPublishInterval{1000};

gateway::ServerServices with_limits(const gateway::ServerServices& all,
                                    const gateway::Limits& limits) {
  return {.tokens = all.tokens,
          .directory = all.directory,
          .epochs = all.epochs,
          .accounts = all.accounts,
          .chat_keys = all.chat_keys,
          .assets = all.assets,
          .workers = all.workers,
          .limits = limits,
          .page = all.page,
          .pushes = all.pushes,
          .journal = all.journal};
}

std::chrono::nanoseconds thread_cpu_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::string_view name_of(cluster::Load load) {
  constexpr std::array<std::string_view, 5> kNames{"normal", "high", "very high", "extreme",
                                                   "full"};
  return kNames.at(static_cast<std::size_t>(load));
}

}  // namespace

Shard::Shard(chat::ShardIndex index, chat::Placement placement, const SharedParts& parts)
    : index_(index),
      parts_(parts),
      limits_(parts.services.limits),
      rules_(placement, parts.log, parts.directory, parts.pagination, *this),
      presence_(parts.directory),
      services_(io_, index, placement, with_limits(parts.services, limits_), parts.status, *this,
                *this, rules_, presence_, metrics_),
      beat_(parts.pace),
      outgoing_(placement.shards()),
      sockets_(io_, services_.sockets.descriptor()),
      tick_(io_),
      second_(io_) {}

Shard::~Shard() {
  stop();
  sockets_.release();  // the services close it
}

void Shard::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), fmt::format("shard-{}", index_).c_str());
    asio::post(io_, [this] {
      begin();
      await_sockets();
      sweep_each_second();
    });
    const auto work = asio::make_work_guard(io_);
    io_.run();
  });
}

void Shard::leave() {
  std::vector<cluster::Mail> mail;
  mail.emplace_back(cluster::Leave{});
  deliver(mail);
}

void Shard::stop() {
  if (!thread_.joinable()) return;
  io_.stop();
  thread_.join();
}

void Shard::adopt(gateway::AcceptedSocket socket, std::unique_ptr<tls::Channel> channel,
                  const asio::ip::address& from) {
  asio::post(io_, [this, from, s = std::move(socket), c = std::move(channel)]() mutable {
    begin();
    asio::co_spawn(io_, gateway::serve_connection(services_, std::move(s), std::move(c), from),
                   asio::detached);
  });
}

void Shard::set_limits(const gateway::Limits& limits) {
  asio::post(io_, [this, limits] { limits_ = limits; });
}

// ---- Mail ----

void Shard::deliver(std::vector<cluster::Mail>& mail) {
  if (mailbox_.put(mail) && !is_busy()) wake();
}

void Shard::wake() {
  asio::post(io_, [this] { begin(); });
}

void Shard::send(chat::ShardIndex to, cluster::Mail mail) {
  (to == index_ ? local_ : outgoing_[to]).push_back(std::move(mail));
}

void Shard::mail(chat::ShardIndex to, chat::Effect effect) { send(to, std::move(effect)); }

std::size_t Shard::letters_for(chat::ShardIndex to) const {
  if (to == index_) return local_.size();
  return outgoing_[to].size() + parts_.shards[to]->mailbox_depth();
}

cluster::Load Shard::load(chat::ShardIndex to) const {
  return std::max(parts_.shards[to]->load(), cluster::load_by_mail(letters_for(to)));
}

void Shard::send_outgoing() {
  for (chat::ShardIndex to = 0; to < outgoing_.size(); ++to) {
    if (!outgoing_[to].empty()) parts_.shards[to]->deliver(outgoing_[to]);
  }
}

void Shard::on(chat::Command& command) {
  try {
    rules_.handle(std::move(command), services_.wall_ms);
  } catch (const boost::system::system_error& e) {
    // The disk couldn't be read. Rules read before they change anything, so nothing was done.
    spdlog::error("storage: {}", e.what());
    std::visit([this](const auto& c) { say_unavailable(c); }, command);
  }
}

template <class Command>
void Shard::say_unavailable(const Command& command) {
  if constexpr (requires { command.from; }) {
    chat::Answer answer{.to = command.from, .json = {}, .error = protocol::Error::kUnavailable};
    if constexpr (requires { command.line; }) answer.line = command.line;
    std::string_view cmid;
    if constexpr (requires { command.cmid; }) cmid = command.cmid;
    std::string_view ref;
    if constexpr (requires { command.ref; }) ref = command.ref;
    protocol::encode(answer.json, protocol::Failure{.code = protocol::Error::kUnavailable,
                                                    .detail = protocol::error_text(*answer.error),
                                                    .chat = chat::chat_of(command),
                                                    .cmid = cmid,
                                                    .ref = ref});
    send(command.from.shard, chat::Effect(std::move(answer)));
  }
}

void Shard::on(chat::Effect& effect) {
  const auto* const answer = std::get_if<chat::Answer>(&effect);
  if (answer && answer->to.kind == chat::ClientRef::Kind::kExchange) {
    auto* exchange = services_.exchanges.find(answer->to.slot, answer->to.generation);
    if (exchange) exchange->on_answer(std::get<chat::Answer>(std::move(effect)));
  } else {
    std::visit([this](auto& e) { gateway::carry_out(services_, e); }, effect);
  }
}

void Shard::on(cluster::Committed& mail) {
  gateway::settle(services_, std::move(mail.batch), !mail.error);
}

void Shard::on(cluster::Newcomer& mail) {
  const std::optional<cluster::Lane> lane = mail.lane;
  gateway::Session* session = services_.sessions.insert([&](auto key) {
    const chat::ClientRef self{.kind = chat::ClientRef::Kind::kSession,
                               .shard = index_,
                               .slot = key.slot,
                               .generation = key.generation};
    return make_session(self, std::move(mail));
  });
  try {
    session->start();
  } catch (const boost::system::system_error& e) {
    // Its connection breaks, or tells it, so the client comes again.
    spdlog::error("storage: {}", e.what());
    services_.sessions.extract(session->ref().slot);
    if (lane) send(lane->shard, cluster::LaneEnded{.lane = *lane, .failed = true});
    return;
  }
  if (leaving_) session->close(protocol::Error::kGoingAway);
}

std::unique_ptr<gateway::Session> Shard::make_session(const chat::ClientRef& self,
                                                      cluster::Newcomer&& mail) {
  if (mail.lane) {
    return std::make_unique<gateway::LaneSession>(services_, self, std::move(mail));
  }
  gateway::Socket socket(mail.descriptor, std::move(mail.channel));
  return std::make_unique<gateway::SocketSession>(services_, self, std::move(socket),
                                                  std::move(mail));
}

// ---- Sessions that share a connection ----

void Shard::on(cluster::LaneOpened& mail) {
  auto* shared = services_.shared.find(mail.lane.connection, mail.lane.generation);
  if (shared) return shared->on_opened(mail);
  send(mail.session.shard, cluster::LaneCut{.session = mail.session});
}

void Shard::on(cluster::LaneOutput& mail) {
  auto* shared = services_.shared.find(mail.lane.connection, mail.lane.generation);
  if (shared) shared->on_output(mail);
}

void Shard::on(cluster::LaneEnded& mail) {
  auto* shared = services_.shared.find(mail.lane.connection, mail.lane.generation);
  if (shared) shared->on_ended(mail);
}

void Shard::on(cluster::LaneTaken& mail) {
  auto* shared = services_.shared.find(mail.lane.connection, mail.lane.generation);
  if (shared) shared->on_taken(mail);
}

void Shard::on(cluster::LaneInput& mail) {
  if (auto* session = lane_session(mail.session)) session->on_input(mail.events);
  send(mail.lane.shard, cluster::LaneTaken{.lane = mail.lane, .bytes = mail.events.size()});
}

void Shard::on(cluster::LaneDrained& mail) {
  if (auto* session = lane_session(mail.session)) session->on_drained();
}

void Shard::on(cluster::LaneCut& mail) {
  if (auto* session = lane_session(mail.session)) session->on_cut();
}

gateway::LaneSession* Shard::lane_session(const chat::ClientRef& ref) {
  return static_cast<gateway::LaneSession*>(services_.sessions.find(ref.slot, ref.generation));
}

void Shard::on(cluster::AskPresence& mail) {
  chat::Answer answer{.to = mail.from, .json = {}, .error = std::nullopt, .line = 0};
  try {
    gateway::answer_presence(services_, mail, answer);
  } catch (const boost::system::system_error& e) {
    spdlog::error("storage: {}", e.what());
    answer.error = protocol::Error::kUnavailable;
    if (!answer.json.empty()) answer.json.push_back('\n');
    protocol::encode(answer.json, protocol::Failure{.code = *answer.error,
                                                    .detail = protocol::error_text(*answer.error),
                                                    .chat = {},
                                                    .cmid = {},
                                                    .ref = {}});
  }
  send(mail.from.shard, chat::Effect(std::move(answer)));
}

void Shard::on(cluster::Unwatch& mail) { gateway::unwatch(services_, mail); }

void Shard::on(cluster::PresenceChanged& mail) { gateway::tell_presence(services_, mail); }

void Shard::on(cluster::AskAway& mail) {
  std::vector<chat::UserId> away;
  for (const chat::UserId user : mail.users) {
    if (!presence_.is_online(user)) away.push_back(user);
  }
  mail.answer(std::move(mail.users), std::move(away));
}

void Shard::on(cluster::Leave&) {
  leaving_ = true;
  services_.stopping = true;
  services_.sessions.for_each([](gateway::Session& s) { s.close(protocol::Error::kGoingAway); });
  services_.shared.for_each([](gateway::SharedConnection& shared) { shared.leave(); });
}

// ---- Each second ----

void Shard::tell_presence() {
  std::vector<cluster::PresenceChanged> by_shard(parts_.shards.size());
  try {
    presence_.tell_changes([&](const chat::ClientRef& to, const protocol::PresenceState& state) {
      by_shard[to.shard].changes.push_back({to, state});
    });
  } catch (const boost::system::system_error& e) {
    spdlog::error("storage: {}", e.what());
  }
  for (chat::ShardIndex shard = 0; shard < by_shard.size(); ++shard) {
    if (!by_shard[shard].changes.empty()) send(shard, std::move(by_shard[shard]));
  }
}

void Shard::sweep_each_second() {
  tell_presence();
  std::size_t outbound = 0;
  services_.sessions.for_each([&](gateway::Session& session) {
    session.sweep();
    outbound += session.waiting_bytes();
  });
  metrics_.set(Metric::kOutboundBytes, outbound);
  services_.users.sweep(services_.now);
  services_.logins.sweep(services_.now);
  rules_.tick(services_.wall_ms);
  services_.shared.for_each([](gateway::SharedConnection& shared) { shared.sweep(); });
  assess_load();
  publish_figures();
  log_load();
  if (leaving_ && metrics_.get(Metric::kSessions) == 0 && services_.shared.size() == 0 &&
      services_.exchanges.size() == 0 && services_.awaited_elsewhere == 0 &&
      rules_.pending() == 0) {
    empty_.store(true, std::memory_order_release);
  }
  second_.expires_after(leaving_ ? std::chrono::milliseconds(20) : kPublishInterval);
  second_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    begin();
    sweep_each_second();
  });
}

metrics::ShardFigures Shard::figures() const {
  const auto published = published_at_.load(std::memory_order_relaxed);
  const auto since = std::chrono::steady_clock::now().time_since_epoch() - published;
  // One that publishes takes its time for it, too.
  const bool is_late = published.count() > 0 && since > 2 * kPublishInterval;
  return {.counted = &metrics_,
          .mailbox_depth = mailbox_.size(),
          .standing_still = is_late ? since - kPublishInterval : std::chrono::nanoseconds(0)};
}

void Shard::publish_figures() {
  const chat::RuleCounts& counts = rules_.counts();
  metrics_.set(Metric::kMessages, counts.messages);
  metrics_.set(Metric::kBodyBytes, counts.body_bytes);
  metrics_.set(Metric::kMessageRepeats, counts.repeats);
  metrics_.set(Metric::kCursorMoves, counts.cursor_moves);
  metrics_.set(Metric::kCatchUpPages, counts.catch_up_pages);
  metrics_.set(Metric::kCatchUpMessages, counts.catch_up_messages);
  metrics_.set(Metric::kHistoryMessages, counts.history_messages);
  metrics_.set(Metric::kFailedCommits, counts.failed);
  metrics_.set(Metric::kCommitPending, rules_.pending());
  metrics_.set(Metric::kChatsInMemory, rules_.chats_in_memory());
  metrics_.set(Metric::kLoad, static_cast<std::uint64_t>(load()));
  metrics_.set(Metric::kLoopLag, static_cast<std::uint64_t>(longest_turn_.count()));
  metrics_.set(Metric::kCpu, static_cast<std::uint64_t>(thread_cpu_time().count()));
  longest_turn_ = {};
  published_at_.store(services_.now.time_since_epoch(), std::memory_order_relaxed);
}

void Shard::log_load() {
  if (load() == logged_load_) return;
  logged_load_ = load();
  spdlog::warn("shard {}: load is {}", index_, name_of(logged_load_));
}

}  // namespace throng::node
