#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "loadgen/machine/watch.hpp"
#include "loadgen/measure/histogram.hpp"
#include "loadgen/measure/recorder.hpp"
#include "loadgen/play/crew.hpp"
#include "loadgen/play/loop_pauses.hpp"
#include "loadgen/report/run_result.hpp"

namespace throng::play {

/// Past these a run's own figures aren't to be believed.
struct ValidityBounds {
  std::int64_t late_release_p99_ns = 100'000'000;
  double generator_cpu_ratio = 0.95;
  double achieved_rate_ratio = 0.99;
  double connected_ratio = 0.99;
  double little_residual = 0.2;
  /// What is missed must also be this long for each send: less is what a loop's turn takes between
  /// a send and its write, and doesn't change a figure.
  double little_send_s = 0.005;
  /// Little's law is about a steady state: it is judged only with so many sends, and when their
  /// mean time is no more than this share of the measured time.
  std::uint64_t little_sends = 1'000;
  double little_time_share = 0.05;
  std::int64_t loop_turn_p99_ns = 100'000'000;
  std::int64_t loop_turn_max_ns = 1'000'000'000;
  std::int64_t gc_pause_max_ns = 100'000'000;
  double gc_ratio = 0.1;
  double core_wait_ratio = 0.4;
  double steal_ratio = 0.3;
  double clock_step_s = 0.1;
  double suspended_s = 0.1;
  /// Of a latency between two machines: past both, for figures of less than a millisecond are of
  /// no concern to people, and two runs that differ by more than a tenth are told apart.
  std::int64_t clock_uncertainty_ns = 1'000'000;
  double clock_uncertainty_ratio = 0.1;  ///< of the median delivery
  /// Of what was sent or asked for; judged from so many on, since one of three says nothing.
  double network_loss_ratio = 0.01;
  std::uint64_t network_losses = 100;
};

/// What a run knows of how well it generated its load.
struct GenerationFacts {
  /// How long after its due time scheduled work was begun; of what never was, until the end.
  measure::Histogram late_release;
  std::uint64_t unreleased = 0;  ///< scheduled in the measured time, not started by its end
  /// CPU seconds over seconds of the cores that the generator may use; nullopt in virtual time.
  std::optional<double> cpu_ratio;
  std::uint64_t wanted_online = 0;  ///< users who ever meant to be online
  std::uint64_t came_online = 0;    ///< and those of them who ever were connected
  /// Sends without an answer: their mean number over the measured time, as it was counted.
  double mean_in_flight = 0;
  std::uint64_t sends = 0;  ///< that ended in the measured time
  double mean_send_s = 0;
  double measured_s = 0;
  unsigned workers = 1;
  LoopPauses pauses;  ///< of all workers
  /// What the machine did meanwhile; nullopt in virtual time.
  std::optional<machine::Facts> machine;
  std::uint64_t out_of_resources = 0;  ///< connections for which there was no port or descriptor
  /// By how much a latency from one crew's machine to another's may be wrong; 0 on one machine.
  std::int64_t clock_uncertainty_ns = 0;
  std::int64_t deliver_p50_ns = 0;
};

/// What workers tell of it, beside their seconds and what their machine did.
GenerationFacts facts_of(const Harvest& harvest, double measured_s);

/// Puts in what crews on other machines tell: the worst of each figure, theirs or ours.
/// Requires: the measured time is known.
void add_crews(std::span<const CrewAway> crews, GenerationFacts& facts,
               const ValidityBounds& bounds = {});

/// Of the failed connects, those for which this process or machine had nothing left.
std::uint64_t out_of_resources(const measure::OperationTally& connect);

/// How far Little's law (L = λW) is missed, from 0 on; nullopt where it says nothing.
std::optional<double> little_residual(const GenerationFacts& facts, const ValidityBounds& bounds);

/// The figures, and a reason with its remedy for each bound that was passed.
report::ValidityFigures judge_validity(const GenerationFacts& facts,
                                       const ValidityBounds& bounds = {});

/// How much of a bound was used.
struct BoundUse {
  std::string_view bound;  ///< e.g. "late_release"
  double ratio = 0;        ///< above 1 it is passed
};

/// Of those bounds that can be told while a run goes on; of what couldn't be measured, nothing.
std::vector<BoundUse> bounds_used(const report::ValidityFigures& figures,
                                  const ValidityBounds& bounds = {});

}  // namespace throng::play
