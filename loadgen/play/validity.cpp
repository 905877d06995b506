#include "loadgen/play/validity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace throng::play {
namespace {

constexpr double kNsPerMs = 1e6;

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
}

double percent(double share) { return share * 100; }

void judge_lateness(report::ValidityFigures& figures, const ValidityBounds& bounds) {
  if (figures.late_release_ns.p99 <= bounds.late_release_p99_ns) return;
  figures.reasons.push_back(fmt::format(
      "the generator was late: 1 % of the scheduled work began more than {:.0f} ms after its time "
      "(the bound is {:.0f} ms); give it more --threads or a machine of its own, or lower the rate",
      static_cast<double>(figures.late_release_ns.p99) / kNsPerMs,
      static_cast<double>(bounds.late_release_p99_ns) / kNsPerMs));
}

void judge_cpu(report::ValidityFigures& figures, const ValidityBounds& bounds) {
  if (!figures.generator_cpu_ratio || *figures.generator_cpu_ratio <= bounds.generator_cpu_ratio) {
    return;
  }
  figures.reasons.push_back(fmt::format(
      "the generator used {:.0f} % of its cores (the bound is {:.0f} %), so part of the latency is "
      "its own; give it more --threads, or lower the rate",
      percent(*figures.generator_cpu_ratio), percent(bounds.generator_cpu_ratio)));
}

void judge_rate(report::ValidityFigures& figures, const ValidityBounds& bounds) {
  if (!figures.achieved_rate_ratio || *figures.achieved_rate_ratio >= bounds.achieved_rate_ratio) {
    return;
  }
  figures.reasons.push_back(fmt::format(
      "only {:.1f} % of the scheduled work was begun (the bound is {:.0f} %): the load was lower "
      "than planned; give the generator more --threads, or lower the rate",
      percent(*figures.achieved_rate_ratio), percent(bounds.achieved_rate_ratio)));
}

void judge_connections(report::ValidityFigures& figures, const GenerationFacts& facts,
                       const ValidityBounds& bounds) {
  const double connected = ratio(facts.came_online, facts.wanted_online);
  if (connected >= bounds.connected_ratio) return;
  figures.reasons.push_back(fmt::format(
      "{} of the {} users who wanted to be online ever were connected ({:.1f} %, the bound is "
      "{:.0f} %); see the errors of connect, and whether the ramp is long enough",
      facts.came_online, facts.wanted_online, percent(connected), percent(bounds.connected_ratio)));
}

void judge_little(report::ValidityFigures& figures, const GenerationFacts& facts,
                  const ValidityBounds& bounds) {
  if (!figures.little_residual || *figures.little_residual <= bounds.little_residual) return;
  const double rate = static_cast<double>(facts.sends) / facts.measured_s;
  if (*figures.little_residual * facts.mean_in_flight / rate <= bounds.little_send_s) return;
  figures.reasons.push_back(fmt::format(
      "Little's law is missed by {:.0f} % (the bound is {:.0f} %): the sends in flight don't fit "
      "their rate and latency, so the load wasn't steady; measure for longer, or after a longer "
      "ramp",
      percent(*figures.little_residual), percent(bounds.little_residual)));
}

}  // namespace

std::optional<double> little_residual(const GenerationFacts& facts, const ValidityBounds& bounds) {
  if (facts.sends < bounds.little_sends || facts.mean_in_flight <= 0) return std::nullopt;
  if (facts.mean_send_s > facts.measured_s * bounds.little_time_share) return std::nullopt;
  const double rate = static_cast<double>(facts.sends) / facts.measured_s;
  return std::abs(facts.mean_in_flight - rate * facts.mean_send_s) / facts.mean_in_flight;
}

report::ValidityFigures judge_validity(const GenerationFacts& facts, const ValidityBounds& bounds) {
  report::ValidityFigures figures;
  figures.late_release_ns = {facts.late_release.value_at_percentile(99), facts.late_release.max()};
  figures.generator_cpu_ratio = facts.cpu_ratio;
  const std::uint64_t due = facts.late_release.count();
  if (due > 0) figures.achieved_rate_ratio = ratio(due - facts.unreleased, due);
  figures.little_residual = little_residual(facts, bounds);

  judge_lateness(figures, bounds);
  judge_cpu(figures, bounds);
  judge_rate(figures, bounds);
  judge_connections(figures, facts, bounds);
  judge_little(figures, facts, bounds);
  figures.valid = figures.reasons.empty();
  return figures;
}

}  // namespace throng::play
