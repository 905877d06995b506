#pragma once

#include "loadgen/pacing/clock.hpp"
#include "loadgen/report/run_result.hpp"
#include "loadgen/simulate/felt.hpp"
#include "loadgen/simulate/simulation.hpp"

namespace throng::simulate {

/// How long cores and disks have worked, each added up.
struct Busy {
  pacing::Duration cores{};
  pacing::Duration disks{};

  static Busy of(const Simulation& simulation) {
    return {simulation.fleet().figures().busy, simulation.fleet().disk_figures().busy};
  }
  friend Busy operator-(const Busy& a, const Busy& b) {
    return {a.cores - b.cores, a.disks - b.disks};
  }
};

/// What a report says of a simulation, but for the times that it took. `busy`: in the measured
/// time.
report::SimulationInfo info_of(const Simulation& simulation, const World& world, const Felt& felt,
                               const Busy& busy, pacing::Duration measured);

}  // namespace throng::simulate
