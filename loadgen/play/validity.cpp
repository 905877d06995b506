#include "loadgen/play/validity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "loadgen/transport/transport.hpp"

namespace throng::play {
namespace {

constexpr double kNsPerMs = 1e6;
constexpr double kNsPerSecond = 1e9;

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
}

double ms(std::int64_t ns) { return static_cast<double>(ns) / kNsPerMs; }

double percent(double share) { return share * 100; }

void judge_lateness(report::ValidityFigures& figures, const ValidityBounds& bounds) {
  if (figures.late_release_ns.p99 <= bounds.late_release_p99_ns) return;
  figures.reasons.push_back(fmt::format(
      "the generator was late: 1 % of the scheduled work began more than {:.0f} ms after its time "
      "(the bound is {:.0f} ms); give it more --threads or a machine of its own, or lower the rate",
      ms(figures.late_release_ns.p99), ms(bounds.late_release_p99_ns)));
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

void judge_loop(report::ValidityFigures& figures, const ValidityBounds& bounds) {
  const auto& [p99, max] = figures.loop_turn_ns;
  if (p99 <= bounds.loop_turn_p99_ns && max <= bounds.loop_turn_max_ns) return;
  figures.reasons.push_back(fmt::format(
      "the generator stood still: what came to a worker waited for {:.0f} ms and more at 1 of 100 "
      "moments, and for {:.0f} ms at worst (the bounds are {:.0f} ms and {:.0f} ms); give "
      "it more --threads or a machine of its own, or do less in one step of the script",
      ms(p99), ms(max), ms(bounds.loop_turn_p99_ns), ms(bounds.loop_turn_max_ns)));
}

void judge_garbage(report::ValidityFigures& figures, const ValidityBounds& bounds) {
  if (figures.gc_pause_ns.max <= bounds.gc_pause_max_ns && figures.gc_ratio <= bounds.gc_ratio) {
    return;
  }
  figures.reasons.push_back(fmt::format(
      "collecting the scripts' garbage took {:.0f} ms at worst and {:.1f} % of the workers' time "
      "(the bounds are {:.0f} ms and {:.0f} %); give it more --threads, so that each has fewer "
      "users, or let the script make fewer texts, lists and functions",
      ms(figures.gc_pause_ns.max), percent(figures.gc_ratio), ms(bounds.gc_pause_max_ns),
      percent(bounds.gc_ratio)));
}

void judge_cores(report::ValidityFigures& figures, const ValidityBounds& bounds) {
  if (figures.core_wait_ratio && *figures.core_wait_ratio > bounds.core_wait_ratio) {
    figures.reasons.push_back(fmt::format(
        "the generator waited for a core: a thread of it was ready to run and had none in {:.0f} % "
        "of the measured time (the bound is {:.0f} %), so somebody else used the cores; stop what "
        "runs beside it, give it fewer --threads than there are cores, or a machine of its own",
        percent(*figures.core_wait_ratio), percent(bounds.core_wait_ratio)));
  }
  if (figures.steal_ratio && *figures.steal_ratio > bounds.steal_ratio) {
    figures.reasons.push_back(fmt::format(
        "the hypervisor gave {:.0f} % of the cores' time to other machines (the bound is {:.0f} "
        "%); use a machine whose cores aren't shared",
        percent(*figures.steal_ratio), percent(bounds.steal_ratio)));
  }
}

void judge_clocks(report::ValidityFigures& figures, const ValidityBounds& bounds) {
  if (figures.clock_step_s && *figures.clock_step_s > bounds.clock_step_s) {
    figures.reasons.push_back(fmt::format(
        "the wall clock was set by {:.3g} s during the run (the bound is {:.3g} s): the machine "
        "was paused or its clock was wrong; let the clock be slewed instead of stepped, and don't "
        "move or snapshot a virtual machine while it measures",
        *figures.clock_step_s, bounds.clock_step_s));
  }
  if (figures.suspended_s && *figures.suspended_s > bounds.suspended_s) {
    figures.reasons.push_back(fmt::format(
        "the machine was suspended for {:.3g} s during the run (the bound is {:.3g} s); keep it "
        "awake",
        *figures.suspended_s, bounds.suspended_s));
  }
}

void judge_uncertainty(report::ValidityFigures& figures, const GenerationFacts& facts,
                       const ValidityBounds& bounds) {
  const double share = bounds.clock_uncertainty_ratio * static_cast<double>(facts.deliver_p50_ns);
  const auto bound = std::max(bounds.clock_uncertainty_ns, static_cast<std::int64_t>(share));
  if (figures.clock_uncertainty_ns <= bound) return;
  figures.reasons.push_back(fmt::format(
      "the clocks of two crews are known to {:.3g} ms together (the bound is {:.3g} ms: {:.0f} % "
      "of "
      "the median delivery, but 1 ms at least), and by so much a delivery between them may be "
      "wrong; let the coordinator be nearer to the crews, on a line with less traffic and on "
      "machines with cores to spare",
      ms(figures.clock_uncertainty_ns), ms(bound), percent(bounds.clock_uncertainty_ratio)));
}

/// 0 for losses that are too few to be judged.
double loss_ratio(std::uint64_t lost, std::uint64_t of, const ValidityBounds& bounds) {
  return lost < bounds.network_losses ? 0 : ratio(lost, of);
}

bool lost_much(std::uint64_t lost, std::uint64_t of, const ValidityBounds& bounds) {
  return loss_ratio(lost, of, bounds) > bounds.network_loss_ratio;
}

void judge_network(report::ValidityFigures& figures, const machine::NetworkCounters& network,
                   const ValidityBounds& bounds) {
  if (lost_much(network.lost(), network.sent, bounds) ||
      lost_much(network.queue_drops, network.sent, bounds)) {
    figures.reasons.push_back(fmt::format(
        "{} of {} TCP segments were sent again and {} found a full queue (the bound is {:.0f} %), "
        "which costs 200 ms or more each: the network or this machine was overloaded; lower the "
        "rate, use a faster link, or raise net.ipv4.tcp_mem and net.core.rmem_max",
        network.lost(), network.sent, network.queue_drops, percent(bounds.network_loss_ratio)));
  }
  if (lost_much(network.listen_drops, network.connects, bounds)) {
    figures.reasons.push_back(fmt::format(
        "listeners of this machine turned {} connections away because their queue was full (the "
        "bound is {:.0f} % of {}), which costs a second or more each; raise net.core.somaxconn and "
        "net.ipv4.tcp_max_syn_backlog, or let people arrive more slowly",
        network.listen_drops, percent(bounds.network_loss_ratio), network.connects));
  }
}

void judge_resources(report::ValidityFigures& figures) {
  if (figures.out_of_resources == 0) return;
  figures.reasons.push_back(fmt::format(
      "{} connections found no file descriptor, local port or kernel memory left here (the bound "
      "is 0); see `throng doctor` for what to raise",
      figures.out_of_resources));
}

/// If there is a reason by now and nothing else was the limit before.
void limit_by(report::Limit limit, report::ValidityFigures& figures) {
  if (!figures.reasons.empty() && !figures.limited_by) figures.limited_by = limit;
}

report::ValidityFigures::Pause pause_of(const measure::Histogram& pauses) {
  return {pauses.value_at_percentile(99), pauses.max()};
}

/// As it is judged; between networks of which nothing is, by all that they lost.
std::pair<double, std::uint64_t> badness(const machine::NetworkCounters& network,
                                         const ValidityBounds& bounds) {
  return {std::max({loss_ratio(network.lost(), network.sent, bounds),
                    loss_ratio(network.queue_drops, network.sent, bounds),
                    loss_ratio(network.listen_drops, network.connects, bounds)}),
          network.lost() + network.listen_drops + network.queue_drops};
}

machine::Facts worst_of(const machine::Facts& one, const machine::Facts& other,
                        const ValidityBounds& bounds) {
  machine::Facts worst;
  worst.core_wait = std::max(one.core_wait, other.core_wait);
  worst.stolen_ratio = std::max(one.stolen_ratio, other.stolen_ratio);
  worst.clock_step = std::max(one.clock_step, other.clock_step);
  worst.suspended = std::max(one.suspended, other.suspended);
  const bool is_one = badness(one.network, bounds) > badness(other.network, bounds);
  worst.network = is_one ? one.network : other.network;
  return worst;
}

void take_machine_facts(report::ValidityFigures& figures, const GenerationFacts& facts) {
  const machine::Facts& machine = *facts.machine;
  const auto& network = machine.network;
  if (facts.measured_s > 0) {
    figures.core_wait_ratio = pacing::to_seconds(machine.core_wait) / facts.measured_s;
  }
  figures.steal_ratio = machine.stolen_ratio;
  figures.clock_step_s = pacing::to_seconds(machine.clock_step);
  figures.suspended_s = pacing::to_seconds(machine.suspended);
  figures.network = {network.sent, network.lost(), network.listen_drops, network.queue_drops};
}

}  // namespace

GenerationFacts facts_of(const Harvest& harvest, double measured_s) {
  const measure::Tallies all = harvest.recorded.totals();
  const measure::Histogram& sends = all.of(measure::Operation::kSend).latency;
  GenerationFacts facts;
  facts.unreleased = harvest.counts.unreleased;
  facts.wanted_online = harvest.counts.wanted_online;
  facts.came_online = harvest.counts.came_online;
  facts.out_of_resources = out_of_resources(all.of(measure::Operation::kConnect));
  facts.sends = sends.count();
  facts.mean_send_s = sends.mean() / kNsPerSecond;
  facts.measured_s = measured_s;
  if (measured_s > 0) facts.mean_in_flight = harvest.counts.in_flight_seconds / measured_s;
  facts.deliver_p50_ns = all.of(measure::Operation::kDeliver).latency.value_at_percentile(50);
  return facts;
}

void add_crews(std::span<const CrewAway> crews, GenerationFacts& facts,
               const ValidityBounds& bounds) {
  std::int64_t worst = 0;
  for (const CrewAway& crew : crews) {
    if (crew.machine)
      facts.machine = worst_of(facts.machine.value_or(machine::Facts()), *crew.machine, bounds);
    if (facts.measured_s > 0) {
      const double ratio = crew.measured_cpu_s / (facts.measured_s * crew.threads);
      facts.cpu_ratio = std::max(facts.cpu_ratio.value_or(0), ratio);
    }
    // The two worst are the worst two between whom there can be a delivery.
    const std::int64_t error = crew.clock_error.count();
    if (crews.size() > 1)
      facts.clock_uncertainty_ns = std::max(facts.clock_uncertainty_ns, worst + error);
    worst = std::max(worst, error);
  }
}

std::uint64_t out_of_resources(const measure::OperationTally& connect) {
  std::uint64_t all = 0;
  for (const auto reason :
       {transport::CloseReason::kNoDescriptor, transport::CloseReason::kNoPort}) {
    const auto found = connect.errors.find(transport::close_reason_name(reason));
    if (found != connect.errors.end()) all += found->second;
  }
  return all;
}

std::optional<double> little_residual(const GenerationFacts& facts, const ValidityBounds& bounds) {
  if (facts.sends < bounds.little_sends || facts.mean_in_flight <= 0) return std::nullopt;
  if (facts.mean_send_s > facts.measured_s * bounds.little_time_share) return std::nullopt;
  const double rate = static_cast<double>(facts.sends) / facts.measured_s;
  return std::abs(facts.mean_in_flight - rate * facts.mean_send_s) / facts.mean_in_flight;
}

std::vector<BoundUse> bounds_used(const report::ValidityFigures& figures,
                                  const ValidityBounds& bounds) {
  const auto part = [](auto value, auto of) {
    return static_cast<double>(value) / static_cast<double>(of);
  };
  std::vector<BoundUse> used = {
      {"late_release", part(figures.late_release_ns.p99, bounds.late_release_p99_ns)},
      {"loop_turn", std::max(part(figures.loop_turn_ns.p99, bounds.loop_turn_p99_ns),
                             part(figures.loop_turn_ns.max, bounds.loop_turn_max_ns))},
      {"gc_pause", part(figures.gc_pause_ns.max, bounds.gc_pause_max_ns)},
      {"gc", part(figures.gc_ratio, bounds.gc_ratio)}};
  const auto add = [&](std::string_view bound, const std::optional<double>& value, double of) {
    if (value) used.push_back({bound, part(*value, of)});
  };
  add("cpu", figures.generator_cpu_ratio, bounds.generator_cpu_ratio);
  add("core_wait", figures.core_wait_ratio, bounds.core_wait_ratio);
  add("steal", figures.steal_ratio, bounds.steal_ratio);
  return used;
}

report::ValidityFigures judge_validity(const GenerationFacts& facts, const ValidityBounds& bounds) {
  report::ValidityFigures figures;
  figures.late_release_ns = pause_of(facts.late_release);
  figures.generator_cpu_ratio = facts.cpu_ratio;
  const std::uint64_t due = facts.late_release.count();
  if (due > 0) figures.achieved_rate_ratio = ratio(due - facts.unreleased, due);
  figures.little_residual = little_residual(facts, bounds);
  figures.loop_turn_ns = pause_of(facts.pauses.turns);
  figures.gc_pause_ns = pause_of(facts.pauses.collections);
  if (facts.measured_s > 0) {
    figures.gc_ratio = static_cast<double>(facts.pauses.collections.sum()) / kNsPerSecond /
                       (facts.measured_s * facts.workers);
  }
  if (facts.machine) take_machine_facts(figures, facts);
  figures.out_of_resources = facts.out_of_resources;
  figures.clock_uncertainty_ns = facts.clock_uncertainty_ns;

  // Last, since only these can be the target's doing: work begins late and not at all, too, where
  // people wait for answers.
  judge_cpu(figures, bounds);
  judge_loop(figures, bounds);
  judge_garbage(figures, bounds);
  judge_cores(figures, bounds);
  judge_clocks(figures, bounds);
  judge_uncertainty(figures, facts, bounds);
  if (facts.machine) judge_network(figures, facts.machine->network, bounds);
  judge_resources(figures);
  limit_by(report::Limit::kGenerator, figures);
  judge_lateness(figures, bounds);
  judge_rate(figures, bounds);
  judge_connections(figures, facts, bounds);
  limit_by(report::Limit::kTarget, figures);
  judge_little(figures, facts, bounds);
  limit_by(report::Limit::kUnsteadyLoad, figures);
  figures.valid = figures.reasons.empty();
  return figures;
}

}  // namespace throng::play
