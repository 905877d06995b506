#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/wait_traits.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "loadgen/machine/watch.hpp"
#include "loadgen/measure/ledger.hpp"
#include "loadgen/measure/recorder.hpp"
#include "loadgen/measure/series.hpp"
#include "loadgen/pacing/clock.hpp"
#include "loadgen/play/crew.hpp"
#include "loadgen/play/crew_orders.hpp"
#include "loadgen/play/live_figures.hpp"
#include "loadgen/play/machine.hpp"
#include "loadgen/play/prepare.hpp"
#include "loadgen/play/run.hpp"
#include "loadgen/play/run_files.hpp"
#include "loadgen/play/validity.hpp"
#include "loadgen/users/online_board.hpp"

namespace throng::play {

class LiveView;
class MetricsPage;
class MetricsServer;

/// What came of a run's ramp, measured time and drain.
struct Played {
  std::optional<measure::Recorder> recorded;  ///< of all workers; never empty
  measure::LedgerReport ledger;
  GenerationFacts generation;
  /// Ramp and given warm-up: as planned, or until the run was ended by hand.
  double lead_in_s = 0;
  std::uint64_t connected_peak = 0;
  std::uint64_t logins = 0;
  std::uint64_t rss_bytes = 0;
  std::vector<CrewAway> away;  ///< none: all was played on this machine
  bool interrupted = false;
  /// Deliveries that were on their way at the end of the drain, and users who weren't caught up.
  std::uint64_t deliveries_awaited = 0;
  std::uint64_t users_unsettled = 0;
};

/// Takes a prepared run through its time: makes the crews, tells them when to drain and to finish,
/// gathers what they mail each second, and joins what they measured. It runs on the thread that
/// called play(), in an io_context that it shares with the watch for signals.
class Coordinator {
 public:
  /// Blocks until all crews are ready; `interrupted` is asked again and again meanwhile. `stop` is
  /// called by another thread when the live page's button is pressed.
  /// Requires: all but these outlive it; this process has no other thread when there are to be
  /// several processes. Errors: ScriptError; Refusal; std::system_error; std::runtime_error when
  /// the address of a page or a file can't be had.
  Coordinator(const RunOptions& options, const Prepared& prepared, boost::asio::io_context& io,
              const std::function<bool()>& interrupted, const std::function<void()>& stop);
  ~Coordinator();

  /// Blocks until the run is over. Called once. Errors: what a worker threw.
  Played play();
  /// Ends the run early: to the drain with its shorter limit, or out of the drain.
  void interrupt();

  /// Writes what is to be written beside the page; see RunFiles::finish().
  std::optional<std::string> write_files(const measure::Tallies& totals,
                                         const report::RunResult& result);
  /// The live page shows what became of the run. Requires: play() has returned.
  void show_result(const report::RunResult& result);
  /// The metrics page does. Requires: play() has returned.
  void publish(const report::RunResult& result);
  /// Somebody who read the metrics page before hasn't read it since.
  bool awaits_readers() const;
  /// The report is there, and the crews may go. Requires: play() has returned.
  void dismiss_crews();

 private:
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>,
                                        boost::asio::io_context::executor_type>;

  RunContext make_context();
  void make_crews(const std::function<bool()>& interrupted);
  std::unique_ptr<Crew> make_crew(const CrewPlan& plan);
  CrewOrders orders_for(std::span<const Slice> slices) const;
  void relay(const Crew& from, const BoardChanges& changes);
  void open_metrics_page();
  void open_live_view(const std::function<void()>& stop);
  void begin();
  void enter(Phase phase);
  void begin_measuring();
  void begin_drain(pacing::Duration limit);
  void watch_drain();
  void tell_each_second();
  void tell();
  void update_page();
  void update_live_view();
  Played join();
  GenerationFacts generation_facts(const Harvest& harvest) const;
  /// What is known of them while the run goes on.
  GenerationFacts facts_so_far() const;

  void on_worker_second(unsigned worker, WorkerSecond second);
  void on_second(const measure::SecondSnapshot& second);

  double elapsed_s() const;
  double total_s() const;  ///< as planned
  Standing standing() const;
  /// This one and those of the crews on this machine.
  std::vector<pid_t> processes() const;
  ProcessUsage usage() const;  ///< of all processes

  // Constant after construction
  const RunOptions& options_;
  const Prepared& prepared_;
  boost::asio::io_context& io_;
  const pacing::SteadyClock clock_;
  const pacing::TimePoint made_;

  // Owned by the coordinator's thread
  users::OnlineBoard board_;
  const RunContext context_;
  LiveFigures live_;
  std::optional<RunFiles> files_;
  std::unique_ptr<MetricsPage> page_;
  std::unique_ptr<MetricsServer> metrics_server_;
  std::unique_ptr<LiveView> live_view_;
  measure::Series series_;
  Timer phase_timer_;
  Timer second_timer_;
  std::vector<std::unique_ptr<Crew>> crews_;

  Phase phase_ = Phase::kRamp;
  pacing::TimePoint run_start_{};
  pacing::TimePoint measured_from_{};
  pacing::TimePoint measured_until_{};
  pacing::TimePoint drain_until_{};
  pacing::Duration lead_in_{};                 ///< ramp and given warm-up, as long as they were
  std::optional<pacing::TimePoint> in_since_;  ///< when all was in for the first time
  double cpu_before_s_ = 0;
  double cpu_measured_s_ = 0;
  std::uint64_t rss_bytes_ = 0;
  measure::Histogram late_release_;
  LoopPauses pauses_;
  std::optional<machine::Watch> watch_;  ///< from the measured time on
  std::optional<machine::Facts> machine_;
  bool interrupted_ = false;
  bool over_ = false;
  std::exception_ptr failure_;  ///< of a crew, which ends the run
};

}  // namespace throng::play
