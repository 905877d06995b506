// When a shard works: its turns and their beat.

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>

#include "server/gateway/shared_connection.hpp"
#include "server/node/shard.hpp"

namespace throng::node {

namespace asio = boost::asio;

namespace {

/// Rounds of mail that a shard sends to itself in one turn, before I/O gets its chance again.
constexpr int kLocalRounds = 16;
/// A shard lengthens its beat rather than work more than one part in so many of its time, and does
/// more at once.
constexpr int kBeatPerWork = 3;
constexpr int kLongestBeat = 16;
/// How often a shard looks at how much it has to do, and after which turn at once.
constexpr unsigned kTurnsPerAssessment = 16;
constexpr auto kLongTurn = std::chrono::milliseconds(10);
/// A shard that works less than one part in so many of its time is quiet, and serves at once.
constexpr int kBusyPart = 16;

chat::TimeMs wall_clock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

// ---- Turns ----

void Shard::begin() {
  if (in_turn_) return;
  in_turn_ = true;
  services_.now = std::chrono::steady_clock::now();
  services_.wall_ms = wall_clock_ms();
  asio::post(io_, [this] { end_turn(); });
}

void Shard::end_turn() {
  read_mail();
  services_.plan_due_flushes();
  services_.flush_sessions();
  flush_shared_connections();
  services_.let_sessions_depart();
  let_shared_connections_depart();
  submit_batch();
  send_outgoing();
  in_turn_ = false;
  const std::chrono::nanoseconds turn = std::chrono::steady_clock::now() - services_.now;
  worked_ += turn;
  count_turn(turn);
  plan_tick();
  if (!local_.empty()) begin();
}

void Shard::count_turn(std::chrono::nanoseconds turn) {
  recent_turn_ = std::max(recent_turn_, turn);
  if (++turns_ >= kTurnsPerAssessment || turn >= kLongTurn) assess_load();
}

void Shard::assess_load() {
  constexpr int kAssessments = 4;
  usual_turn_ += (recent_turn_ - usual_turn_) / kAssessments;
  longest_turn_ = std::max(longest_turn_, recent_turn_);
  turns_ = 0;
  recent_turn_ = {};
  const cluster::LoadSigns signs{.mail = mailbox_.size() + local_.size(),
                                 .uncommitted = rules_.pending(),
                                 .turn = usual_turn_};
  load_.store(cluster::assess(signs, load()), std::memory_order_relaxed);
  services_.receipt_patience = cluster::receipt_patience(load());
}

void Shard::read_mail() {
  mailbox_.take(reading_);
  read_mail(reading_);
  for (int round = 0; round < kLocalRounds && !local_.empty(); ++round) {
    reading_.clear();
    reading_.swap(local_);
    read_mail(reading_);
  }
}

void Shard::read_mail(std::vector<cluster::Mail>& letters) {
  for (cluster::Mail& letter : letters) {
    std::visit([this](auto& content) { on(content); }, letter);
  }
}

void Shard::flush_shared_connections() {
  for (std::size_t i = 0; i < services_.unflushed_shared.size(); ++i) {
    if (auto* shared = services_.shared.find(services_.unflushed_shared[i])) shared->flush();
  }
  services_.unflushed_shared.clear();
}

void Shard::let_shared_connections_depart() {
  for (const std::uint32_t slot : services_.ended_shared) {
    services_.shared.find(slot)->depart();
    services_.shared.extract(slot);
  }
  services_.ended_shared.clear();
}

std::optional<gateway::SteadyTime> Shard::batch_due() const {
  if (!rules_.has_batch()) return std::nullopt;
  const auto due = is_busy() ? submitted_at_ + beat_ : submitted_at_;
  if (leaving_ || !rules_.batch().can_wait()) return due;
  return std::max(due, gathering_since_ + services_.receipt_delay());
}

void Shard::submit_batch() {
  if (rules_.batch().empty()) gathering_since_ = services_.now;
  const auto due = batch_due();
  if (!due || *due > services_.now) return;
  submitted_at_ = gathering_since_ = services_.now;
  auto batch = rules_.take_batch();
  parts_.committer.submit(
      std::move(batch), [this](std::unique_ptr<chat::Batch> done, boost::system::error_code e) {
        std::vector<cluster::Mail> mail;
        mail.emplace_back(cluster::Committed{.batch = std::move(done), .error = e});
        mailbox_.put(mail);
        wake();  // even in the middle of a beat: people wait for this one
      });
}

// ---- Beats ----

void Shard::await_sockets() {
  sockets_.async_wait(asio::posix::descriptor_base::wait_read,
                      [this](boost::system::error_code error) {
                        if (error) return;
                        begin();
                        serve_sockets();
                      });
}

void Shard::serve_sockets() {
  const auto ready = services_.sockets.poll();
  for (const auto& each : ready) serve(each);
  const bool busy = has_much_to_do() && !ready.empty();
  busy_.store(busy, std::memory_order_relaxed);
  services_.busy = busy;
  served_at_ = services_.now;
  worked_ = {};
  if (!busy) await_sockets();
}

void Shard::serve(const gateway::SocketSet::Ready& ready) {
  const auto& [kind, slot, generation] = ready.owner;
  if (kind == gateway::SocketSet::Owner::Kind::kShared) {
    if (auto* shared = services_.shared.find(slot, generation)) shared->on_ready(ready);
  } else if (auto* session = services_.sessions.find(slot, generation)) {
    session->on_ready(ready);
  }
}

bool Shard::has_much_to_do() {
  const std::chrono::nanoseconds pace = parts_.pace;
  beat_ = std::clamp(kBeatPerWork * worked_, pace, kLongestBeat * pace);
  return pace.count() > 0 && services_.now - served_at_ < kBusyPart * worked_;
}

void Shard::plan_tick() {
  if (is_busy()) tick_at(served_at_ + beat_);
  if (const auto due = batch_due()) tick_at(*due);
  if (!services_.later.empty()) tick_at(services_.later.front().due);
}

void Shard::tick_at(gateway::SteadyTime time) {
  if (time >= next_tick_) return;
  next_tick_ = time;
  tick_.expires_at(time);
  tick_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    next_tick_ = gateway::SteadyTime::max();
    begin();
    if (is_busy() && services_.now >= served_at_ + beat_) serve_sockets();
  });
}

}  // namespace throng::node
