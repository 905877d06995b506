#include "loadgen/play/coordinator.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "loadgen/play/figures.hpp"
#include "loadgen/play/forked_crew.hpp"
#include "loadgen/play/live_view.hpp"
#include "loadgen/play/local_crew.hpp"
#include "loadgen/play/metrics_page.hpp"
#include "loadgen/play/metrics_server.hpp"
#include "loadgen/play/remote_crew.hpp"
#include "loadgen/play/result.hpp"

namespace throng::play {
namespace {

LiveView::Part part_of_run(pacing::TimePoint begins, pacing::TimePoint measured_from,
                           pacing::TimePoint measured_until) {
  if (begins >= measured_until) return LiveView::Part::kDrain;
  return begins >= measured_from ? LiveView::Part::kMeasured : LiveView::Part::kLeadIn;
}

/// Workers get so long to arm their users before the first is due.
constexpr std::chrono::milliseconds kStartDelay{100};
constexpr std::chrono::milliseconds kDrainInterval{50};
/// When all deliveries are in, receipts may still be on their way, and so may what should never
/// come: a second copy.
constexpr std::chrono::milliseconds kSettleTime{250};
constexpr std::chrono::hours kTokenLife{24};
/// In seconds: shares of less time say little.
constexpr double kLeastForShares = 1;

/// From the start to the measured time.
pacing::Duration lead_in(const RunOptions& options, const scenario::Plan& plan) {
  return plan.ramp + options.warm_up.value_or(pacing::Duration::zero());
}

/// Since 1970.
double wall_time(pacing::TimePoint now) {
  return pacing::to_seconds(now.time_since_epoch() + pacing::read_clock_offsets().wall);
}

std::int64_t token_expiry(const RunOptions& options, const scenario::Plan& plan) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             (options.started + kTokenLife).time_since_epoch() + lead_in(options, plan) +
             plan.duration)
      .count();
}

}  // namespace

Coordinator::Coordinator(const RunOptions& options, const Prepared& prepared,
                         boost::asio::io_context& io, const Interrupted& interrupted,
                         const std::function<void()>& stop)
    : options_(options),
      prepared_(prepared),
      io_(io),
      made_(clock_.now()),
      board_(1, prepared.plan.users),
      context_(make_context()),
      series_(prepared.threads, series_columns(),
              [this](const measure::SecondSnapshot& second) { on_second(second); }),
      phase_timer_(io),
      second_timer_(io) {
  if (!options.out_dir.empty()) files_.emplace(options.out_dir);
  make_crews(interrupted);  // before there is another thread
  if (!options.prometheus.empty()) open_metrics_page();
  if (!options.live.address.empty()) open_live_view(stop);
}

Coordinator::~Coordinator() = default;

RunContext Coordinator::make_context() {
  RunContext context{
      .source = options_.source,
      .graph = *prepared_.graph,
      .board = board_,
      .settings = {},
      .stamp_key = measure::StampKey(prepared_.identity.seed),
      .mint_token = token_mint(options_.secret, token_expiry(options_, prepared_.plan)),
      .mint_admin_token = token_mint(options_.secret, token_expiry(options_, prepared_.plan), true),
      .ramp = prepared_.plan.ramp,
      .warm_up = options_.warm_up.value_or(pacing::Duration::zero()),
      .duration = prepared_.plan.duration,
      .live_tallies = !options_.prometheus.empty()};
  context.settings.seed = options_.seed;
  context.settings.reading = prepared_.plan.reading;
  return context;
}

void Coordinator::open_metrics_page() {
  page_ = std::make_unique<MetricsPage>(
      RunLabels{options_.source.name + "-" + iso_time(options_.started), options_.source.name,
                options_.target.url, options_.version, options_.seed},
      prepared_.plan.users);
  metrics_server_ = std::make_unique<MetricsServer>(*page_, options_.prometheus);
}

void Coordinator::open_live_view(const std::function<void()>& stop) {
  live_view_ = std::make_unique<LiveView>(options_, prepared_, stop);
  if (!options_.on_progress) return;
  Progress progress;
  progress.phase = Phase::kFloor;  // the last before the ramp
  progress.live_at = live_view_->url().value_or("");
  progress.live_note = live_view_->note();
  options_.on_progress(progress);
}

void Coordinator::make_crews(const Interrupted& interrupted) {
  transport::WebSocketOptions web;
  web.target = options_.target;
  web.endpoint = prepared_.endpoint;
  web.sources = prepared_.sources;
  const auto slices = slice_users(prepared_.plan.users, prepared_.threads);
  std::span<const Slice> rest = slices;
  for (const unsigned workers : workers_of(prepared_)) {
    const CrewPlan plan{context_, clock_, rest.first(workers), web,
                        options_.sessions_per_connection};
    rest = rest.subspan(workers);
    crews_.push_back(make_crew(plan));
  }
  for (const auto& crew : crews_) crew->await_ready(interrupted);
}

std::unique_ptr<Crew> Coordinator::make_crew(const CrewPlan& plan) {
  const Crew::Mail mail{
      [this](unsigned worker, WorkerSecond second) { on_worker_second(worker, std::move(second)); },
      [this](std::exception_ptr failure) {
        failure_ = std::move(failure);
        over_ = true;
      },
      [this](const Crew& from, const BoardChanges& changes) { relay(from, changes); }};
  if (!prepared_.crews.empty()) {
    return std::make_unique<RemoteCrew>(io_, plan, prepared_.crews[crews_.size()],
                                        orders_for(plan.slices), mail);
  }
  if (prepared_.processes == 1) return std::make_unique<LocalCrew>(io_, plan, mail);
  return std::make_unique<ForkedCrew>(io_, plan, mail);
}

CrewOrders Coordinator::orders_for(std::span<const Slice> slices) const {
  const users::SocialGraph& graph = *prepared_.graph;
  CrewOrders orders;
  orders.source = options_.source;
  orders.target = options_.target;
  orders.secret = options_.secret;
  orders.token_expires = token_expiry(options_, prepared_.plan);
  orders.seed = options_.seed;
  orders.stamp_seed = prepared_.identity.seed;
  orders.users = prepared_.plan.users;
  orders.ramp = context_.ramp;
  orders.warm_up = context_.warm_up;
  orders.duration = context_.duration;
  orders.live_tallies = context_.live_tallies;
  orders.sessions_per_connection = options_.sessions_per_connection;
  orders.first_user = prepared_.identity.first_user.value;
  for (ChatIndex chat = 0; chat < graph.chats(); ++chat) {
    orders.chat_ids.push_back(graph.chat_id(chat).value);
  }
  orders.graph_sum = sum_of(graph.roster());
  orders.slices.assign(slices.begin(), slices.end());
  return orders;
}

void Coordinator::relay(const Crew& from, const BoardChanges& changes) {
  for (const auto& crew : crews_) {
    if (crew.get() != &from) crew->show(changes);
  }
}

Played Coordinator::play() {
  begin();
  while (!over_) io_.run_one();
  if (failure_) std::rethrow_exception(failure_);
  return join();
}

void Coordinator::begin() {
  run_start_ = clock_.now() + kStartDelay;
  measured_from_ = run_start_ + lead_in(options_, prepared_.plan);
  measured_until_ = measured_from_ + prepared_.plan.duration;
  if (files_) {
    files_->begin(options_.started +
                  std::chrono::duration_cast<std::chrono::milliseconds>(run_start_ - made_));
  }
  for (const auto& crew : crews_) crew->start(run_start_);
  enter(Phase::kRamp);
  tell_each_second();
  phase_timer_.expires_after(measured_from_ - clock_.now());
  phase_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) begin_measuring();
  });
}

void Coordinator::enter(Phase phase) {
  phase_ = phase;
  if (page_) page_->begin(phase_name(phase), wall_time(clock_.now()));
  tell();
}

// An interruption can come together with the time.
void Coordinator::begin_measuring() {
  if (phase_ != Phase::kRamp) return;
  cpu_before_s_ = usage().cpu_s;
  watch_.emplace(processes());
  for (const auto& crew : crews_) crew->measure();
  enter(Phase::kMeasured);
  phase_timer_.expires_after(measured_until_ - clock_.now());
  phase_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && phase_ == Phase::kMeasured) begin_drain(options_.drain);
  });
}

void Coordinator::begin_drain(pacing::Duration limit) {
  const pacing::TimePoint now = clock_.now();
  const ProcessUsage used = usage();
  cpu_measured_s_ = used.cpu_s - cpu_before_s_;
  rss_bytes_ = used.rss_bytes;
  if (watch_) machine_ = watch_->facts();
  measured_until_ = std::clamp(now, measured_from_, measured_until_);
  lead_in_ = std::clamp(now, run_start_, measured_from_) - run_start_;
  drain_until_ = now + limit;
  for (const auto& crew : crews_) crew->drain();
  enter(Phase::kDrain);
  watch_drain();
}

void Coordinator::watch_drain() {
  const pacing::TimePoint now = clock_.now();
  if (!standing().all_is_in()) {
    in_since_.reset();
  } else if (!in_since_) {
    in_since_ = now;
  }
  over_ = over_ || now >= drain_until_ || (in_since_ && now >= *in_since_ + kSettleTime);
  if (over_) return;
  phase_timer_.expires_after(kDrainInterval);
  phase_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) watch_drain();
  });
}

void Coordinator::interrupt() {
  if (phase_ == Phase::kFinish) return;
  interrupted_ = true;
  if (phase_ == Phase::kDrain) {
    over_ = true;
  } else {
    phase_timer_.cancel();
    begin_drain(options_.interrupted_drain);
  }
}

void Coordinator::tell_each_second() {
  second_timer_.expires_after(std::chrono::seconds(1));
  second_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    tell();
    tell_each_second();
  });
}

void Coordinator::update_page() {
  const auto outstanding = standing().outstanding;
  page_->set_ledger({outstanding.pending, outstanding.due, outstanding.seen});
  page_->set_usage(usage());
  page_->set_validity(judge_validity(facts_so_far()));
}

void Coordinator::update_live_view() {
  const GenerationFacts facts = facts_so_far();
  LiveMoment moment;
  moment.phase = phase_;
  moment.elapsed_s = elapsed_s();
  moment.total_s = total_s();
  moment.lead_in_s = pacing::to_seconds(lead_in(options_, prepared_.plan));
  moment.measured_s = facts.measured_s;
  moment.connected_peak = live_.connected_peak();
  moment.logins = live_.logins();
  moment.standing = standing();
  moment.validity = judge_validity(facts);
  live_view_->show(moment);
}

void Coordinator::show_result(const report::RunResult& result) {
  if (live_view_) live_view_->finish(result);
}

void Coordinator::publish(const report::RunResult& result) {
  if (!page_) return;
  page_->set_result(result);
  metrics_server_->await_readers();
  if (!options_.on_progress || !awaits_readers()) return;
  Progress progress;
  progress.phase = Phase::kHandOver;
  options_.on_progress(progress);
}

bool Coordinator::awaits_readers() const { return page_ && metrics_server_->awaits_readers(); }

void Coordinator::tell() {
  if (page_) update_page();
  if (live_view_) update_live_view();
  if (!options_.on_progress) return;
  Progress progress;
  progress.phase = phase_;
  progress.users_planned = prepared_.plan.users;
  progress.figures = live_.progress();
  progress.figures.elapsed_s = elapsed_s();
  progress.figures.total_s = total_s();
  progress.figures.outstanding = standing().awaited();
  options_.on_progress(progress);
}

Played Coordinator::join() {
  phase_timer_.cancel();
  second_timer_.cancel();
  enter(Phase::kFinish);
  Played played;
  played.deliveries_awaited = standing().awaited();
  played.users_unsettled = standing().unsettled;
  for (const auto& crew : crews_) crew->finish();
  Harvest all(run_start_);
  for (const auto& crew : crews_) all.merge(crew->harvest());
  series_.finish();

  played.ledger = measure::reconcile(all.ledgers);
  played.generation = generation_facts(all);
  played.recorded.emplace(std::move(all.recorded));
  played.lead_in_s = pacing::to_seconds(lead_in_);
  played.connected_peak = live_.connected_peak();
  played.logins = live_.logins();
  played.rss_bytes = rss_bytes_;
  for (const CrewAway& away : all.away) played.rss_bytes += away.rss_bytes;
  played.away = std::move(all.away);
  played.interrupted = interrupted_;
  return played;
}

GenerationFacts Coordinator::facts_so_far() const {
  GenerationFacts facts;
  facts.late_release = late_release_;
  facts.pauses = pauses_;
  facts.workers = prepared_.threads;
  const bool measuring = phase_ == Phase::kMeasured;
  const pacing::TimePoint until = measuring ? clock_.now() : measured_until_;
  const double measured_s = pacing::to_seconds(until - measured_from_);
  if (!watch_ || measured_s < kLeastForShares) return facts;
  facts.measured_s = measured_s;
  facts.machine = measuring ? watch_->facts() : machine_;
  const double cpu_s = measuring ? usage().cpu_s - cpu_before_s_ : cpu_measured_s_;
  facts.cpu_ratio = cpu_s / (measured_s * prepared_.threads);
  return facts;
}

GenerationFacts Coordinator::generation_facts(const Harvest& harvest) const {
  const double measured_s = pacing::to_seconds(measured_until_ - measured_from_);
  GenerationFacts facts = facts_of(harvest, measured_s);
  facts.late_release = late_release_;
  facts.pauses = pauses_;
  facts.machine = machine_;
  facts.workers = prepared_.threads;
  if (measured_s > 0) facts.cpu_ratio = cpu_measured_s_ / (measured_s * prepared_.threads);
  add_crews(harvest.away, facts);
  return facts;
}

std::optional<std::string> Coordinator::write_files(const measure::Tallies& totals,
                                                    const report::RunResult& result) {
  if (!files_) return std::nullopt;
  return files_->finish(series_, totals, result);
}

void Coordinator::dismiss_crews() {
  for (const auto& crew : crews_) crew->dismiss();
}

void Coordinator::on_worker_second(unsigned worker, WorkerSecond second) {
  late_release_.merge(second.late_release);
  pauses_.merge(second.pauses);
  if (page_ && second.recorded) {
    page_->add_worker_second(worker, second.late_release, std::move(*second.recorded));
  }
  series_.add(std::move(second.figures));
}

void Coordinator::on_second(const measure::SecondSnapshot& second) {
  const pacing::TimePoint begins = run_start_ + std::chrono::seconds(second.second);
  live_.add(second, begins < measured_until_);
  if (live_view_)
    live_view_->add_second(second, part_of_run(begins, measured_from_, measured_until_));
  if (files_) files_->add_second(second);
  if (page_) page_->add_second(second);
}

double Coordinator::elapsed_s() const {
  return pacing::to_seconds(std::max(clock_.now() - run_start_, pacing::Duration::zero()));
}

double Coordinator::total_s() const {
  return pacing::to_seconds(lead_in(options_, prepared_.plan) + prepared_.plan.duration);
}

Standing Coordinator::standing() const {
  Standing all;
  for (const auto& crew : crews_) all.add(crew->standing());
  return all;
}

std::vector<pid_t> Coordinator::processes() const {
  std::vector<pid_t> all{getpid()};
  for (const auto& crew : crews_) {
    const auto process = crew->process();
    if (process && *process != getpid()) all.push_back(*process);
  }
  return all;
}

ProcessUsage Coordinator::usage() const {
  ProcessUsage all;
  for (const pid_t process : processes()) {
    const ProcessUsage own = process_usage(process);
    all.cpu_s += own.cpu_s;
    all.rss_bytes += own.rss_bytes;
  }
  return all;
}

}  // namespace throng::play
