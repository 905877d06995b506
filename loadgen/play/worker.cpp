#include "loadgen/play/worker.hpp"

#include <algorithm>
#include <utility>

namespace throng::play {
namespace {

using pacing::Duration;
using pacing::TimePoint;

constexpr std::chrono::seconds kSecond{1};

/// How much of [from, to) lies in the measured time.
Duration overlap(const measure::MeasuredTime& measured, TimePoint from, TimePoint to) {
  const Duration common = std::min(to, measured.until) - std::max(from, measured.from);
  return std::max(common, Duration::zero());
}

}  // namespace

std::vector<Slice> slice_users(std::uint64_t users, unsigned workers) {
  std::vector<Slice> slices;
  for (unsigned worker = 0; worker < workers; ++worker) {
    const std::uint64_t first = users * worker / workers;
    const std::uint64_t end = users * (worker + 1) / workers;
    slices.push_back({worker, workers, static_cast<UserNumber>(first + 1),
                      static_cast<std::uint32_t>(end - first)});
  }
  return slices;
}

Worker::Worker(const RunContext& context, const Slice& slice, const pacing::Clock& clock,
               const MakeTransport& make_transport, OnSecond on_second,
               const MakeHttpCaller& make_http_caller)
    : context_(context),
      slice_(slice),
      clock_(clock),
      on_second_(std::move(on_second)),
      settings_(context.settings),
      ledger_(context.graph.roster(), slice.first_user, slice.users),
      script_(context.source, *this, slice.users),
      timers_(std::make_unique<ScriptTimer[]>(slice.users)),
      script_wheel_(clock.now()),
      user_wheel_(clock.now()),
      transport_(make_transport(*this)),
      http_(make_http_caller()),
      seconds_([this](measure::SecondSnapshot second) { hand_over(std::move(second)); }),
      connected_gauge_(seconds_.gauge(kConnectedGauge)),
      tracked_(slice.users) {
  settings_.wants_messages = script_.wants_messages();
  // In virtual time nobody does, whatever the script says: it goes over HTTP.
  settings_.members_move = script_.moves_members() && context.mint_admin_token;
  randoms_.reserve(slice.users);
  for (LocalUser user = 0; user < slice.users; ++user) {
    const UserNumber number = slice.first_user + user;
    users_.emplace_back(number, user, context.graph);
    randoms_.emplace_back(settings_.seed, number);
  }
}

Worker::~Worker() = default;

void Worker::start(TimePoint run_start) {
  run_start_ = run_start;
  next_second_ = run_start + kSecond;
  in_flight_since_ = run_start;
  const TimePoint measured_from = run_start + context_.ramp + context_.warm_up;
  measured_ = {measured_from, measured_from + context_.duration};
  recorder_.emplace(run_start, &seconds_);
  recorder_->set_measured(measured_);
  world_.emplace(users::UserWorld{.graph = context_.graph,
                                  .settings = settings_,
                                  .stamp_key = context_.stamp_key,
                                  .mint_token = context_.mint_token,
                                  .board = context_.board,
                                  .transport = *transport_,
                                  .recorder = *recorder_,
                                  .ledger = ledger_,
                                  .wheel = user_wheel_,
                                  .listener = *this});
  const double step =
      pacing::to_seconds(context_.ramp) / (static_cast<double>(slice_.users) * slice_.workers);
  for (LocalUser user = 0; user < slice_.users; ++user) {
    const auto place = static_cast<double>(user) * slice_.workers + slice_.worker;
    script_wheel_.arm(timers_[user], run_start + pacing::from_seconds(step * place));
  }
}

void Worker::advance() {
  if (finished_) return;
  const TimePoint time = clock_.now();
  if (time >= next_second_) {
    seconds_.advance(time - run_start_);
    next_second_ += (time - next_second_) / kSecond * kSecond + kSecond;
  }
  resume_ready();
  script_wheel_.advance(
      time, [this](pacing::TimerNode& node) { release(static_cast<ScriptTimer&>(node)); });
  user_wheel_.advance(time, [this](pacing::TimerNode& node) {
    auto& user = static_cast<users::User&>(node);
    const TimePoint fired = clock_.now();
    user.on_timer(*world_, fired);
    track_in_flight(user.local(), fired);
    resume_ready();
  });
}

TimePoint Worker::next_due() const {
  if (!ready_.empty()) return clock_.now();
  TimePoint due = next_second_;
  if (const auto script = script_wheel_.next_due()) due = std::min(due, *script);
  if (const auto user = user_wheel_.next_due()) due = std::min(due, *user);
  return due;
}

void Worker::note_turn(Duration waited, TimePoint began, TimePoint ended) {
  // What stops the scripts runs in a turn, too, but past the measured time.
  const TimePoint until = std::min(ended, measured_.until);
  if (measured_.covers(began)) pauses_.record_turn(until - began, waited);
}

void Worker::stop_scripts() {
  const TimePoint time = clock_.now();
  integrate_in_flight(time);
  recorder_->end_measured(time);
  measured_ = recorder_->measured();
  for (LocalUser user = 0; user < slice_.users; ++user) {
    ScriptTimer& timer = timers_[user];
    if (!timer.armed() || timer.due() <= time) {
      if (timer.armed()) miss(timer.due(), time);
      for (const TimePoint due : script_.missed_turns(user, time)) miss(due, time);
    }
    script_wheel_.cancel(timer);
    script_.stop(user);
    transport_->freeze(user, false);
  }
  ready_.clear();
}

// It is late by now at least.
void Worker::miss(TimePoint due, TimePoint time) {
  if (!measured_.covers(due)) return;
  late_release_.record((time - due).count());
  ++unreleased_;
}

bool Worker::bring_back(std::size_t count) {
  const TimePoint time = clock_.now();
  for (; count > 0 && brought_back_ < slice_.users; ++brought_back_) {
    users::User& user = users_[brought_back_];
    if (user.means_to_be_online()) continue;
    user.login(*world_, time, time);
    track_presence(user.local());
    --count;
  }
  return brought_back_ == slice_.users;
}

void Worker::count_unsettled() {
  const auto settled = [this](const users::User& user) {
    return user.means_to_be_online() && user.settled() &&
           !(world_->somebody_is_out && user.chat_missed(context_.graph));
  };
  const auto count = std::ranges::count_if(users_, std::not_fn(settled));
  unsettled_.store(static_cast<std::uint64_t>(count), std::memory_order_relaxed);
}

void Worker::finish() {
  if (std::exchange(finished_, true)) return;
  const TimePoint time = clock_.now();
  for (users::User& user : users_) user.finish(*world_, time);
  give_up_transfers(time);
  seconds_.finish(time - run_start_);
  for (LocalUser user = 0; user < slice_.users; ++user) transport_->close(user);
}

// ---- What scripts want ----

std::span<const scenario::ChatInfo> Worker::chats(LocalUser user) const {
  return context_.graph.chats_of(users_[user].number());
}

std::uint64_t Worker::unread(LocalUser user, ChatIndex chat) const {
  return users_[user].unread(context_.graph, chat);
}

void Worker::wait_until(LocalUser user, TimePoint due) {
  if (due <= now()) {
    make_ready(user, scenario::TimeReached{});
  } else {
    script_wheel_.arm(timers_[user], due);
  }
}

void Worker::login(LocalUser user, TimePoint due) {
  if (!std::exchange(tracked_[user].wanted_once, true)) ++wanted_online_;
  const TimePoint time = now();
  const std::uint64_t before = in_flight_;
  users_[user].login(*world_, due, time);
  track_presence(user);
  track_in_flight(user, time);
  count_since(due, time, in_flight_ - before);
}

void Worker::logout(LocalUser user) {
  const TimePoint time = now();
  users_[user].logout(*world_, time);
  track_presence(user);
  track_in_flight(user, time);
}

void Worker::drop(LocalUser user) {
  const TimePoint time = now();
  users_[user].drop(*world_, time);
  track_presence(user);
  track_in_flight(user, time);
}

std::string_view Worker::send(LocalUser user, ChatIndex chat, const scenario::Draft& draft,
                              TimePoint due) {
  const TimePoint time = now();
  const std::uint64_t before = in_flight_;
  const std::string_view refused = users_[user].send(*world_, chat, draft, due, time);
  track_in_flight(user, time);
  count_since(due, time, in_flight_ - before);
  return refused;
}

void Worker::await_sends(LocalUser user) { users_[user].await_sends(*world_); }

void Worker::read(LocalUser user, ChatIndex chat) { users_[user].read(*world_, chat, now()); }

void Worker::typing(LocalUser user, ChatIndex chat) { users_[user].typing(*world_, chat, now()); }

void Worker::activity(LocalUser user, protocol::ActivityKind kind, std::optional<ChatIndex> chat) {
  users_[user].activity(*world_, kind, chat, now());
}

void Worker::freeze(LocalUser user, bool frozen) { transport_->freeze(user, frozen); }

void Worker::fetch(LocalUser user, ChatIndex chat, std::string_view pagination_token,
                   std::uint32_t limit, TimePoint due) {
  users_[user].fetch(*world_, chat, pagination_token, limit, due, now());
}

void Worker::presence(LocalUser user, std::span<const std::uint64_t> user_numbers, TimePoint due) {
  users_[user].presence(*world_, user_numbers, due, now());
}

void Worker::record(std::string_view operation, Duration elapsed) {
  recorder_->record(operation, elapsed, now());
}

// ---- What the transport tells ----

void Worker::on_open(transport::LinkId link) {
  if (finished_) return;
  Tracked& tracked = tracked_[link];
  tracked.open = true;
  if (tracked.wanted_once && !std::exchange(tracked.opened_once, true)) ++came_online_;
  connected_.fetch_add(1, std::memory_order_relaxed);
  const TimePoint time = now();
  seconds_.set_gauge(connected_gauge_, time - run_start_, static_cast<double>(connected()));
  users_[link].on_open(*world_, time);
  track_presence(link);
  track_in_flight(link, time);
  resume_ready();
}

void Worker::on_text(transport::LinkId link, std::string_view text) {
  if (finished_) return;
  const TimePoint time = now();
  users_[link].on_text(*world_, text, time);
  track_in_flight(link, time);
  resume_ready();
  collect_garbage();
}

void Worker::on_closed(transport::LinkId link, transport::CloseReason reason,
                       std::uint16_t close_code) {
  if (finished_) return;
  const TimePoint time = now();
  if (std::exchange(tracked_[link].open, false)) {
    connected_.fetch_sub(1, std::memory_order_relaxed);
    seconds_.set_gauge(connected_gauge_, time - run_start_, static_cast<double>(connected()));
  }
  users_[link].on_closed(*world_, reason, close_code, time);
  track_presence(link);
  track_in_flight(link, time);
  resume_ready();
}

// ---- What devices tell ----

void Worker::login_done(LocalUser user, const scenario::LoginDone& outcome) {
  make_ready(user, outcome);
}

void Worker::sends_done(LocalUser user, const scenario::SendsDone& outcome) {
  make_ready(user, outcome);
}

void Worker::fetch_done(LocalUser user, const scenario::FetchDone& outcome) {
  make_ready(user, outcome);
}

void Worker::presence_done(LocalUser user, const scenario::PresenceDone& outcome) {
  make_ready(user, outcome);
}

void Worker::message(LocalUser user, const scenario::Message& message) {
  script_.on_message(user, message);
}

// ---- The loop's work ----

void Worker::release(ScriptTimer& timer) {
  const auto user = static_cast<LocalUser>(&timer - timers_.get());
  const TimePoint due = timer.due();
  if (measured_.covers(due)) late_release_.record((now() - due).count());
  if (std::exchange(timer.started, true)) {
    script_.resume(user, scenario::TimeReached{});
  } else {
    ++begun_;
    script_.start(user, due);
  }
  resume_ready();
  collect_garbage();
}

void Worker::make_ready(LocalUser user, scenario::Outcome outcome) {
  Ready& ready = ready_.emplace_back();
  ready.user = user;
  ready.outcome = std::move(outcome);
}

// What gets ready meanwhile waits for the next call: a script that never waits for anything but
// the past must not keep the others from their turn.
void Worker::resume_ready() {
  if (ready_.empty()) return;
  resuming_.clear();
  resuming_.swap(ready_);
  for (const Ready& ready : resuming_) script_.resume(ready.user, ready.outcome);
}

void Worker::collect_garbage() {
  if (!script_.garbage_due()) return;
  const TimePoint began = now();
  script_.collect_garbage();
  if (measured_.covers(began)) pauses_.collections.record((now() - began).count());
}

void Worker::track_in_flight(LocalUser user, TimePoint time) {
  const users::User& device = users_[user];
  const std::size_t sends = device.means_to_be_online() ? device.unanswered_sends() : 0;
  Tracked& tracked = tracked_[user];
  if (sends == tracked.in_flight) return;
  integrate_in_flight(time);
  in_flight_ = in_flight_ + sends - tracked.in_flight;
  tracked.in_flight = static_cast<std::uint16_t>(sends);
}

void Worker::track_presence(LocalUser user) {
  Tracked& tracked = tracked_[user];
  const bool connecting = users_[user].means_to_be_online() && !tracked.open;
  if (std::exchange(tracked.connecting, connecting) == connecting) return;
  connecting ? ++connecting_ : --connecting_;
}

void Worker::integrate_in_flight(TimePoint time) {
  count_since(in_flight_since_, time, in_flight_);
  in_flight_since_ = time;
}

void Worker::count_since(TimePoint from, TimePoint time, std::uint64_t sends) {
  in_flight_seconds_ +=
      static_cast<double>(sends) * pacing::to_seconds(overlap(measured_, from, time));
}

void Worker::add_presence(measure::SecondSnapshot& second) const {
  // Who is brought back without ever having begun isn't away either.
  const std::uint64_t there = std::min(begun_, connected() + connecting_);
  second.gauges.push_back({std::string(kConnectingGauge), static_cast<double>(connecting_)});
  second.gauges.push_back({std::string(kAwayGauge), static_cast<double>(begun_ - there)});
}

void Worker::hand_over(measure::SecondSnapshot second) {
  add_presence(second);
  WorkerSecond over{std::move(second), std::exchange(late_release_, {}), std::exchange(pauses_, {}),
                    std::nullopt};
  if (context_.live_tallies) over.recorded = recorder_->totals();
  on_second_(std::move(over));
}

}  // namespace throng::play
