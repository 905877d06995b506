#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "loadgen/measure/series.hpp"
#include "loadgen/play/crew.hpp"
#include "loadgen/play/live_totals.hpp"
#include "loadgen/play/prepare.hpp"
#include "loadgen/play/run.hpp"
#include "loadgen/report/run_result.hpp"
#include "loadgen/view/live_page.hpp"
#include "loadgen/view/live_server.hpp"
#include "loadgen/view/status.hpp"

namespace throng::play {

/// How a run stands at a moment.
struct LiveMoment {
  Phase phase = Phase::kRamp;
  double elapsed_s = 0;
  double total_s = 0;
  double lead_in_s = 0;   ///< of that, ramp and given warm-up
  double measured_s = 0;  ///< so far
  std::uint64_t connected_peak = 0;
  std::uint64_t logins = 0;
  Standing standing;
  report::ValidityFigures validity;
};

/// As the page has them.
std::vector<view::Bound> bounds_of(const report::ValidityFigures& validity);

/// Shows a run on a page of its own while it goes on. Owned by the coordinator's thread.
class LiveView {
 public:
  /// Where in the run a second lies.
  enum class Part : std::uint8_t { kLeadIn, kMeasured, kDrain };

  /// `on_stop` is called by another thread. Errors: std::runtime_error that names the address when
  /// it can't be had and may not be another.
  LiveView(const RunOptions& options, const Prepared& prepared, std::function<void()> on_stop);

  /// nullopt: nobody can watch.
  std::optional<std::string> url() const;
  /// Why the page isn't where it was asked for; empty if it is.
  const std::string& note() const { return note_; }

  void add_second(const measure::SecondSnapshot& second, Part part);
  void show(const LiveMoment& moment);
  /// The run is over. Who watches gets a moment to learn it.
  void finish(const report::RunResult& result);

 private:
  void open(const LiveOptions& options, const std::function<void()>& on_stop);
  void publish(view::Status status);

  // Constant after construction
  const std::string folder_;
  const std::vector<report::Threshold>& thresholds_;

  // Owned by the coordinator's thread
  report::RunResult so_far_;
  LiveTotals totals_;
  view::LivePage page_;
  std::unique_ptr<view::LiveServer> server_;
  std::string note_;
};

}  // namespace throng::play
