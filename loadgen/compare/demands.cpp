#include "loadgen/compare/demands.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace throng::compare {
namespace {

bool meets(const Sample& sample, const std::string& threshold) {
  const auto found = sample.thresholds.find(threshold);
  return found != sample.thresholds.end() && found->second;
}

template <class Misses>
Demand demand(std::string name, std::span<const Sample> candidate, Misses misses) {
  Demand made{std::move(name), {}};
  for (const Sample& each : candidate) {
    if (misses(each)) made.missed.push_back(each.path);
  }
  return made;
}

}  // namespace

std::vector<Demand> demands_of(std::span<const Sample> base, std::span<const Sample> candidate) {
  const auto all_of_base = [&](auto holds) { return std::all_of(base.begin(), base.end(), holds); };
  std::vector<Demand> demands;
  for (const auto& [threshold, met] : base.front().thresholds) {
    const std::string& name = threshold;
    if (!all_of_base([&](const Sample& each) { return meets(each, name); })) continue;
    demands.push_back(demand(name, candidate, [&](const Sample& each) {
      return each.thresholds.contains(name) && !meets(each, name);
    }));
  }
  if (all_of_base([](const Sample& each) { return each.failed_sends == 0U; })) {
    demands.push_back(demand("no send fails", candidate,
                             [](const Sample& each) { return each.failed_sends.value_or(0) > 0; }));
  }
  Demand measurable{"it can be measured", {}};
  for (const Sample& each : candidate) {
    if (each.target_spoiled) measurable.missed.push_back(each.path + ": " + each.problem);
  }
  demands.push_back(std::move(measurable));
  return demands;
}

std::string missed_text(const Demand& demand) {
  return fmt::format("misses \"{}\" in {} {}, e.g. {}", demand.name, demand.missed.size(),
                     demand.missed.size() == 1 ? "run" : "runs", demand.missed.front());
}

}  // namespace throng::compare
