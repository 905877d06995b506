#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "loadgen/search/knee.hpp"
#include "loadgen/search/probe.hpp"

namespace throng::search {

/// What to play next, from the plan and what came of the probes so far and from nothing else: a
/// search that was interrupted goes on as if it hadn't been. nullopt: it is over.
///
/// It doubles the load until a condition breaks, then narrows the knees' intervals, the widest
/// first, by probes that are the longer the nearer they are to saturation: ∝ 1/(1−ρ)² (Whitt,
/// "Planning queueing simulations", Management Science 35, 1989), ρ being the share of the upper
/// end of the knee's interval. When all are narrow or the time is nearly up, a long probe confirms
/// the safe load, and a short one overloads the target, which must then hold again what it held.
/// Requires: each outcome has plan.conditions readings.
std::optional<Probe> next_probe(const Plan& plan, std::span<const Outcome> outcomes);

/// No condition broke.
bool holds(const Outcome& outcome);

/// The lower end of the lowest interval: what can be named as safe. Requires: some knee is found.
double safe_load(const Plan& plan, std::span<const Knee> knees);

}  // namespace throng::search
