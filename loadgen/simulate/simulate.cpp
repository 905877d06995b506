#include "loadgen/simulate/simulate.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "loadgen/play/crew_orders.hpp"
#include "loadgen/play/figures.hpp"
#include "loadgen/play/interruption.hpp"
#include "loadgen/play/live_figures.hpp"
#include "loadgen/play/machine.hpp"
#include "loadgen/play/prepare.hpp"
#include "loadgen/play/result.hpp"
#include "loadgen/play/run_files.hpp"
#include "loadgen/play/validity.hpp"
#include "loadgen/simulate/felt.hpp"
#include "loadgen/simulate/simulated_info.hpp"

namespace throng::simulate {
namespace {

using pacing::Duration;
using pacing::TimePoint;
using play::Phase;

constexpr const char* kSecret = "both ends are in this process";
/// So that tokens, which the server checks as always, never run out: 2100-01-01.
constexpr std::int64_t kTokensExpireMs = 4'102'444'800'000;
/// The same people in every simulation with the same seed.
constexpr protocol::UserId kFirstUser{1};

/// How often the real clock and the wish to end are looked at.
constexpr Duration kStep = std::chrono::milliseconds(50);
constexpr Duration kProgressInterval = std::chrono::seconds(1);
/// When all deliveries are in, receipts may still be on their way, and so may what should never
/// come. It costs virtual time only.
constexpr Duration kSettleTime = std::chrono::seconds(2);
constexpr Duration kDrainLimit = std::chrono::seconds(120);

/// One call of simulate(): what its phases share.
class Run {
 public:
  explicit Run(const SimulateOptions& options)
      : options_(options.run),
        world_(options.world),
        tokens_(kSecret),
        prepared_(prepare()),
        board_(1, prepared_.plan.users),
        context_(make_context()),
        series_(1, play::series_columns(),
                [this](const measure::SecondSnapshot& second) { on_second(second); }),
        faults_(place_faults(world_, lead_in() + prepared_.plan.duration, options_.seed)),
        felt_(faults_) {
    if (options_.handle_signals) interruption_.emplace();
    simulation_.emplace(world_, context_, tokens_, options.make_store, faults_,
                        [this](play::WorkerSecond second) { on_worker_second(std::move(second)); });
    simulation_->found_chats();
    if (options.watch) watch(options.watch);
  }

  play::RunOutcome play() {
    began_ = clock_.now();
    run_start_ = simulation_->now();
    if (files_) files_->begin(options_.started);
    simulation_->start();
    play_phase(Phase::kRamp, run_start_ + lead_in());
    measured_from_ = simulation_->now();
    const Busy before = Busy::of(*simulation_);
    play_phase(Phase::kMeasured, measured_from_ + prepared_.plan.duration);
    measured_until_ = simulation_->now();
    busy_measured_ = Busy::of(*simulation_) - before;
    drain();
    return conclude();
  }

 private:
  play::Prepared prepare() {
    play::Prepared prepared;
    prepared.plan = play::plan_of(options_);
    prepared.thresholds = play::thresholds_of(prepared.plan, options_);
    prepared.identity = {.seed = options_.seed, .tag = {}, .first_user = kFirstUser};
    prepared.server_version = fmt::format("throng-server {}", options_.version);
    prepared.graph = std::make_unique<users::SocialGraph>(
        prepared.plan.friends, prepared.plan.groups, prepared.plan.users, options_.seed);
    prepared.graph->bind(kFirstUser, chat_ids(prepared.graph->chats()));
    if (options_.out_dir.empty()) return prepared;
    play::clear_results(options_.out_dir);
    files_.emplace(options_.out_dir);
    return prepared;
  }

  play::RunContext make_context() {
    play::RunContext context{.source = options_.source,
                             .graph = *prepared_.graph,
                             .board = board_,
                             .settings = {},
                             .stamp_key = measure::StampKey(prepared_.identity.seed),
                             .mint_token = play::token_mint(kSecret, kTokensExpireMs),
                             .ramp = prepared_.plan.ramp,
                             .warm_up = options_.warm_up.value_or(Duration::zero()),
                             .duration = prepared_.plan.duration};
    context.settings.seed = options_.seed;
    context.settings.reading = prepared_.plan.reading;
    context.settings.backoff_first = world_.clients.backoff;
    context.settings.backoff_cap = world_.clients.backoff_cap;
    return context;
  }

  void watch(const SimulateOptions::Watch& watch) {
    simulation_->watch([this, &watch](transport::LinkId link, bool says, std::string_view text) {
      watch(simulation_->now() - run_start_, link + 1, says, text);
    });
  }

  Duration lead_in() const {
    return prepared_.plan.ramp + options_.warm_up.value_or(Duration::zero());
  }

  bool is_interrupted() {
    interrupted_ = interrupted_ || (interruption_ && interruption_->requested()) ||
                   (options_.interrupted && options_.interrupted());
    return interrupted_;
  }

  void play_phase(Phase phase, TimePoint until) {
    tell(phase);
    while (simulation_->now() < until && !is_interrupted()) {
      simulation_->play_until(std::min(until, simulation_->now() + kStep),
                              [this] { return is_interrupted(); });
      if (clock_.now() - told_ >= kProgressInterval) tell(phase);
    }
  }

  TimePoint last_fault_ends() const {
    TimePoint last = simulation_->now();
    for (const Fault& fault : faults_) last = std::max(last, run_start_ + fault.at + fault.lasts);
    return last;
  }

  void drain() {
    tell(Phase::kDrain);
    simulation_->worker().stop_scripts();
    simulation_->worker().bring_back(prepared_.plan.users);
    const TimePoint until = last_fault_ends() + kDrainLimit;
    TimePoint all_in_since = TimePoint::max();
    while (simulation_->now() < until && simulation_->now() - kSettleTime < all_in_since) {
      simulation_->play_until(simulation_->now() + kStep);
      simulation_->worker().count_unsettled();
      const bool all_in = standing().all_is_in();
      all_in_since = all_in ? std::min(all_in_since, simulation_->now()) : TimePoint::max();
    }
  }

  play::Standing standing() {
    return {simulation_->worker().ledger().outstanding(), simulation_->worker().unsettled()};
  }

  // ---- The end ----

  play::RunOutcome conclude() {
    tell(Phase::kFinish);
    play::Played played;
    played.deliveries_awaited = standing().awaited();
    played.users_unsettled = standing().unsettled;
    const TimePoint ended = simulation_->now();
    play::Worker& worker = simulation_->worker();
    worker.finish();
    series_.finish();
    play::Harvest harvest(run_start_);
    harvest.recorded.merge(worker.recorder());
    harvest.counts = play::WorkerCounts::of(worker);
    harvest.ledgers.push_back(&worker.ledger());
    fill(played, std::move(harvest));
    play::RunOutcome outcome;
    outcome.result = make_result(played, ended);
    outcome.code = static_cast<play::ExitCode>(outcome.result->exit_code);
    const measure::Tallies totals =
        played.recorded->totals(play::warm_up_of(options_, played).steps);
    if (files_) outcome.error = files_->finish(series_, totals, *outcome.result).value_or("");
    return outcome;
  }

  void fill(play::Played& played, play::Harvest harvest) {
    played.ledger = measure::reconcile(harvest.ledgers);
    played.generation =
        play::facts_of(harvest, pacing::to_seconds(measured_until_ - measured_from_));
    played.generation.late_release = late_release_;
    played.recorded.emplace(std::move(harvest.recorded));
    played.lead_in_s = pacing::to_seconds(measured_from_ - run_start_);
    played.connected_peak = live_.connected_peak();
    played.logins = live_.logins();
    played.rss_bytes = play::process_usage(getpid()).rss_bytes;
    played.interrupted = interrupted_;
  }

  report::RunResult make_result(const play::Played& played, TimePoint ended) {
    report::RunResult result = play::make_result(options_, prepared_, played);
    result.clock = report::Clock::kVirtual;
    result.simulation = simulation_info(ended - run_start_);
    return result;
  }

  report::SimulationInfo simulation_info(Duration time) const {
    report::SimulationInfo info =
        info_of(*simulation_, world_, felt_, busy_measured_, measured_until_ - measured_from_);
    info.virtual_s = pacing::to_seconds(time);
    info.real_s = pacing::to_seconds(clock_.now() - began_);
    if (info.real_s > 0) info.virtual_per_real = info.virtual_s / info.real_s;
    return info;
  }

  // ---- What is told ----

  void on_worker_second(play::WorkerSecond second) {
    late_release_.merge(second.late_release);
    series_.add(std::move(second.figures));
  }

  void on_second(const measure::SecondSnapshot& second) {
    const bool is_playing = measured_until_ == TimePoint();
    live_.add(second, is_playing);
    if (is_playing) felt_.add(second, measured_from_ != TimePoint());
    if (files_) files_->add_second(second);
  }

  void tell(Phase phase) {
    told_ = clock_.now();
    if (!options_.on_progress) return;
    play::Progress progress;
    progress.phase = phase;
    progress.users_planned = prepared_.plan.users;
    progress.figures = live_.progress();
    progress.figures.elapsed_s = pacing::to_seconds(simulation_->now() - run_start_);
    progress.figures.total_s = pacing::to_seconds(lead_in() + prepared_.plan.duration);
    const double real_s = pacing::to_seconds(told_ - began_);
    if (real_s > 0) progress.figures.speed = progress.figures.elapsed_s / real_s;
    progress.figures.outstanding = standing().awaited();
    options_.on_progress(progress);
  }

  const play::RunOptions& options_;
  const World& world_;
  const protocol::TokenKey tokens_;
  const pacing::SteadyClock clock_;  ///< how long it takes
  std::optional<play::RunFiles> files_;
  const play::Prepared prepared_;
  users::OnlineBoard board_;
  const play::RunContext context_;
  play::LiveFigures live_;
  measure::Series series_;
  const std::vector<Fault> faults_;
  Felt felt_;
  std::optional<play::Interruption> interruption_;
  std::optional<Simulation> simulation_;
  measure::Histogram late_release_;
  TimePoint began_{};  ///< in real time
  TimePoint told_{};   ///< the same
  TimePoint run_start_{};
  TimePoint measured_from_{};
  TimePoint measured_until_{};
  Busy busy_measured_;  ///< in that time
  bool interrupted_ = false;
};

}  // namespace

play::RunOutcome simulate(const SimulateOptions& options) {
  try {
    return Run(options).play();
  } catch (const std::exception& error) {
    return {play::code_of(error), error.what(), std::nullopt};
  }
}

}  // namespace throng::simulate
