#include "loadgen/simulate/simulated_info.hpp"

#include <fmt/format.h>

#include <string>

namespace throng::simulate {
namespace {

double per(double part, double whole) { return whole > 0 ? part / whole : 0; }

}  // namespace

report::SimulationInfo info_of(const Simulation& simulation, const World& world, const Felt& felt,
                               const Busy& busy, pacing::Duration measured) {
  const Node::Figures nodes = simulation.fleet().figures();
  const Disk::Figures disks = simulation.fleet().disk_figures();
  const double measured_s = pacing::to_seconds(measured);
  report::SimulationInfo info;
  info.fidelity = "exact";
  info.world = world.name;
  info.costs = world.costs.source;
  info.nodes = world.fleet.nodes;
  info.cores = world.cores * world.fleet.nodes;
  for (const Fault& fault : simulation.faults_begun()) {
    const std::string sentence = felt.sentence(info.faults.size());
    info.faults.push_back(describe(fault) + (sentence.empty() ? "" : "; " + sentence + "."));
  }
  info.events = simulation.agenda().taken();
  info.trace_hash = fmt::format("{:016x}", simulation.agenda().trace_hash());
  info.core_busy_ratio = per(pacing::to_seconds(busy.cores), measured_s * info.cores);
  info.core_wait_mean_ns =
      per(static_cast<double>(nodes.waited.count()), static_cast<double>(nodes.letters));
  info.core_queue_max = nodes.most_letters_waiting;
  info.disk_busy_ratio = per(pacing::to_seconds(busy.disks), measured_s * info.nodes);
  info.records_per_commit =
      per(static_cast<double>(disks.records), static_cast<double>(disks.groups));
  return info;
}

}  // namespace throng::simulate
