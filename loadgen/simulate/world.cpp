#include "loadgen/simulate/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "loadgen/pacing/random.hpp"

namespace throng::simulate {
namespace {

/// A stream that no user has.
constexpr std::uint64_t kFaultStream = ~std::uint64_t{0};

ZoneIndex zone_of(const FaultPlan& plan, const FleetModel& fleet, pacing::Random& random) {
  if (plan.kind != FaultKind::kZoneLost) return 0;
  return plan.zone ? *plan.zone : static_cast<ZoneIndex>(random.below(fleet.zones));
}

std::optional<NodeIndex> node_of(const FaultPlan& plan, const FleetModel& fleet,
                                 pacing::Random& random) {
  if (!is_of_node(plan.kind) || fleet.nodes == 1) return std::nullopt;
  if (plan.node) return plan.node;
  return static_cast<NodeIndex>(random.below(fleet.nodes));
}

/// E.g. " 2" of the second; nothing when there is but one.
std::string name_of(const std::optional<NodeIndex>& node) {
  return node ? fmt::format(" {}", *node + 1) : "";
}

/// E.g. " of node 2".
std::string of_node(const std::optional<NodeIndex>& node) {
  return node ? " of node" + name_of(node) : "";
}

}  // namespace

bool is_of_node(FaultKind kind) {
  return kind != FaultKind::kPartition && kind != FaultKind::kZoneLost;
}

std::vector<Fault> place_faults(const World& world, pacing::Duration time, std::uint64_t seed) {
  pacing::Random random(seed, kFaultStream);
  std::vector<Fault> faults;
  for (const FaultPlan& plan : world.faults) {
    for (std::uint32_t i = 0; i < plan.times; ++i) {
      const pacing::Duration anywhere =
          pacing::from_seconds(random.uniform01() * pacing::to_seconds(time));
      faults.push_back({.kind = plan.kind,
                        .at = plan.at.value_or(anywhere),
                        .lasts = pacing::from_seconds(std::max(plan.lasts.sample(random), 0.0)),
                        .node = node_of(plan, world.fleet, random),
                        .zone = zone_of(plan, world.fleet, random),
                        .by = plan.by,
                        .share = plan.share});
    }
  }
  std::ranges::stable_sort(faults, {}, &Fault::at);
  if (faults.empty() || faults.back().at <= time) return faults;
  throw std::invalid_argument(
      fmt::format("the world {}: {}, but the run ends at {:.3f} s (ramp, warm-up and duration)",
                  world.name, describe(faults.back()), pacing::to_seconds(time)));
}

std::string describe(const Fault& fault) {
  const double at_s = pacing::to_seconds(fault.at);
  const double lasts_s = pacing::to_seconds(fault.lasts);
  switch (fault.kind) {
    case FaultKind::kNodeDies:
      return fmt::format("node{} dies at {:.3f} s for {:.3f} s", name_of(fault.node), at_s,
                         lasts_s);
    case FaultKind::kDiskSlows:
      return fmt::format("disk{} {:g} times slower at {:.3f} s for {:.3f} s", of_node(fault.node),
                         fault.by, at_s, lasts_s);
    case FaultKind::kPartition:
      return fmt::format("{:.0f} % of people cut off at {:.3f} s for {:.3f} s", 100 * fault.share,
                         at_s, lasts_s);
    case FaultKind::kZoneLost:
      return fmt::format("zone {} lost at {:.3f} s for {:.3f} s", fault.zone + 1, at_s, lasts_s);
    case FaultKind::kNodesParted:
      return fmt::format("node{} parted from the others at {:.3f} s for {:.3f} s",
                         name_of(fault.node), at_s, lasts_s);
    case FaultKind::kClockOff:
      return fmt::format("clock{} {:+g} s off at {:.3f} s for {:.3f} s", of_node(fault.node),
                         fault.by, at_s, lasts_s);
  }
  return {};
}

}  // namespace throng::simulate
