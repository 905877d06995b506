#include "loadgen/search/controller.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace throng::search {
namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();
constexpr double kWarmUpShare = 0.25;  // of the measured time
constexpr std::size_t kRecent = 3;     // probes that say what one takes beside its time

constexpr double kUpFactor = 2;
constexpr std::size_t kTriesAtLightest = 3;  // before it is said to be too much
constexpr std::size_t kTries = 2;            // of a load where the generator was the limit
constexpr double kNearCeiling = 1.1;         // times the heaviest: not worth a probe

constexpr double kHalfIdle = 0.5;  // the share of idle time up to which the shortest probe does
constexpr double kLeastIdle = 1e-3;
constexpr double kLongestShare = 1.0 / 25;  // of the budget, for a probe that narrows
/// Excess that probes beside a knee aim at, either way: enough for a slope, near enough for a line.
constexpr double kAimFactor = 2.5;
constexpr double kNearestAim = 0.004;  // of log load
constexpr double kFarthestAim = 0.05;
constexpr double kSpread = 0.75;          // of the middle half: a standard deviation
constexpr std::size_t kFewestBeside = 8;  // probes beside a knee before its interval is believed

constexpr double kConfirmShare = 1.0 / 10;  // of the budget
constexpr std::size_t kMostConfirmations = 2;
constexpr double kOverload = 1.25;             // times the end of the lowest knee's interval
constexpr double kDownFactors[] = {0.9, 0.5};  // of the safe load
constexpr double kDownLength = 2;              // times the shortest probe

class Controller {
 public:
  Controller(const Plan& plan, std::span<const Outcome> outcomes) : plan_(plan), all_(outcomes) {
    for (const Outcome& each : outcomes) spent_s_ += each.cost_s;
    for (std::size_t i = 0; i < plan.conditions; ++i) {
      knees_.push_back(find_knee(plan, outcomes, i));
    }
  }

  std::optional<Probe> next() {
    if (all_.empty()) return up(plan_.from);
    if (const auto probe = try_again()) return probe;
    if (count(Stage::kConfirm) + count(Stage::kOverload) == 0) {
      if (const auto probe = go_up()) return probe;
      if (!anything_found()) return std::nullopt;
      if (const auto probe = narrow()) return probe;
    }
    if (const auto probe = confirm()) return probe;
    return go_down();
  }

 private:
  // What there is.

  std::size_t count(Stage stage) const {
    return count_if([&](const Outcome& each) { return each.probe.stage == stage; });
  }

  /// Valid or invalid ones at a load.
  std::size_t count(double load, bool valid) const {
    return count_if(
        [&](const Outcome& each) { return each.probe.load == load && each.valid == valid; });
  }

  template <class Predicate>
  std::size_t count_if(Predicate predicate) const {
    return static_cast<std::size_t>(std::count_if(all_.begin(), all_.end(), predicate));
  }

  bool anything_found() const {
    return std::any_of(knees_.begin(), knees_.end(), [](const Knee& each) { return each.found(); });
  }

  double heaviest() const {
    double heaviest = 0;
    for (const Outcome& each : all_) {
      if (each.valid) heaviest = std::max(heaviest, each.probe.load);
    }
    return heaviest;
  }

  /// The lightest load that the generator couldn't offer; kNone: it could offer all.
  double ceiling() const {
    double ceiling = kNone;
    for (const Outcome& each : all_) {
      if (count(each.probe.load, false) < kTries) continue;
      if (!each.valid) ceiling = std::min(ceiling, each.probe.load);
    }
    return ceiling;
  }

  // Probes, and what they take.

  Probe make(Stage stage, double load, double measured_s) const {
    load = std::clamp(load, plan_.from, plan_.to);
    if (plan_.step > 0) load = std::max(std::floor(load / plan_.step + 0.5), 1.0) * plan_.step;
    const bool settles = stage != Stage::kDown && !all_.empty();
    return {stage, load, measured_s * kWarmUpShare, measured_s, settles ? plan_.settle_s : 0};
  }

  /// Beside warming up and measuring, as the worst of the last few took.
  double overhead_s() const {
    double overhead_s = plan_.settle_s;
    for (const Outcome& each : all_.last(std::min(all_.size(), kRecent))) {
      overhead_s = std::max(overhead_s, each.cost_s - each.probe.warm_up_s - each.probe.measured_s);
    }
    return overhead_s;
  }

  double cost_s(double measured_s) const { return measured_s * (1 + kWarmUpShare) + overhead_s(); }
  double left_s() const { return plan_.budget_s - spent_s_; }
  double confirm_s() const { return std::max(plan_.budget_s * kConfirmShare, plan_.shortest_s); }
  double down_s() const { return plan_.shortest_s * kDownLength; }
  double way_down_s() const {
    return cost_s(plan_.shortest_s) + std::size(kDownFactors) * cost_s(down_s());
  }

  std::optional<Probe> affordable(const Probe& probe, double reserve_s = 0) const {
    if (cost_s(probe.measured_s) + reserve_s > left_s()) return std::nullopt;
    return probe;
  }

  double length_s(double load, double saturation) const {
    const double longest_s = std::max(plan_.budget_s * kLongestShare, plan_.shortest_s);
    const double idle = std::max(1 - load / saturation, kLeastIdle);
    return std::clamp(plan_.shortest_s * kHalfIdle * kHalfIdle / (idle * idle), plan_.shortest_s,
                      longest_s);
  }

  // The stages.

  /// Whatever disturbed the generator may be over.
  std::optional<Probe> try_again() const {
    const auto& [probe, valid, readings, cost] = all_.back();
    if (valid || probe.stage == Stage::kOverload || count(probe.load, false) >= kTries) {
      return std::nullopt;
    }
    return affordable(probe);
  }

  std::optional<Probe> up(double load) const {
    return affordable(make(Stage::kUp, load, plan_.shortest_s));
  }

  /// Until every condition has a knee, or has held at twice the load that broke another.
  std::optional<Probe> go_up() const {
    const auto lowest = std::min_element(
        knees_.begin(), knees_.end(),
        [](const Knee& a, const Knee& b) { return a.interval.at < b.interval.at; });
    if (lowest->where == Knee::Where::kBelow) {
      return count(plan_.from, true) < kTriesAtLightest ? up(plan_.from) : std::nullopt;
    }
    const double load = heaviest();
    if (load == 0 && ceiling() <= plan_.from) return std::nullopt;  // the generator is the limit
    const bool some_hold = std::any_of(knees_.begin(), knees_.end(), [](const Knee& knee) {
      return knee.where == Knee::Where::kAbove;
    });
    if (!some_hold || load >= plan_.to || load > lowest->interval.at * kUpFactor) {
      return std::nullopt;
    }
    if (load * kUpFactor < ceiling()) return up(load * kUpFactor);
    const double between = std::sqrt(load * ceiling());
    return between > load * kNearCeiling ? up(between) : std::nullopt;
  }

  bool is_narrow(const Knee& knee) const {
    const Interval& interval = knee.interval;
    const bool narrow =
        interval.half_width() <= plan_.precision || interval.high - interval.low <= plan_.step;
    return narrow && knee.near >= kFewestBeside;
  }

  /// nullptr: all are narrow.
  const Knee* widest() const {
    const Knee* widest = nullptr;
    for (const Knee& each : knees_) {
      if (!each.found() || is_narrow(each)) continue;
      if (widest == nullptr || each.interval.half_width() > widest->interval.half_width()) {
        widest = &each;
      }
    }
    return widest;
  }

  /// On the side of the knee that has fewer probes.
  double beside(const Knee& knee) const {
    const double aim = std::clamp(std::log(kAimFactor) / knee.slope, kNearestAim, kFarthestAim);
    const double away = knee.graded ? std::max(knee.middle_half * kSpread, aim) : kNearestAim;
    std::ptrdiff_t above = 0;
    for (const Outcome& each : all_) {
      const double at = std::log(each.probe.load / knee.interval.at);
      if (each.valid && std::abs(at) <= 2 * away) above += at > 0 ? 1 : -1;
    }
    return knee.interval.at * std::exp(above > 0 ? -away : away);
  }

  std::optional<Probe> narrow() const {
    const Knee* knee = widest();
    if (knee == nullptr) return std::nullopt;
    double load = beside(*knee);
    if (load >= ceiling()) load = std::sqrt(knee->interval.low * ceiling());
    return affordable(make(Stage::kNarrow, load, length_s(load, knee->interval.high)),
                      cost_s(confirm_s()) + way_down_s());
  }

  std::optional<Probe> confirm() const {
    if (count(Stage::kOverload) > 0 || count(Stage::kConfirm) >= kMostConfirmations) {
      return std::nullopt;
    }
    const auto last = std::find_if(all_.rbegin(), all_.rend(), [](const Outcome& each) {
      return each.probe.stage == Stage::kConfirm;
    });
    if (last != all_.rend() && (!last->valid || holds(*last))) return std::nullopt;
    const double room_s = (left_s() - way_down_s() - overhead_s()) / (1 + kWarmUpShare);
    if (room_s < plan_.shortest_s) return std::nullopt;
    return make(Stage::kConfirm, safe_load(plan_, knees_), std::min(confirm_s(), room_s));
  }

  std::optional<Probe> go_down() const {
    if (!anything_found()) return std::nullopt;
    if (count(Stage::kOverload) == 0) {
      double load = ceiling() < kNone ? heaviest() : kNone;
      for (const Knee& each : knees_) {
        if (each.found()) load = std::min(load, each.interval.high * kOverload);
      }
      return affordable(make(Stage::kOverload, load, plan_.shortest_s), cost_s(down_s()));
    }
    const std::size_t done = count(Stage::kDown);
    if (done == std::size(kDownFactors) || (done > 0 && holds(all_.back()))) return std::nullopt;
    return affordable(make(Stage::kDown, safe_load(plan_, knees_) * kDownFactors[done], down_s()));
  }

  const Plan& plan_;
  const std::span<const Outcome> all_;
  std::vector<Knee> knees_;
  double spent_s_ = 0;
};

}  // namespace

std::optional<Probe> next_probe(const Plan& plan, std::span<const Outcome> outcomes) {
  return Controller(plan, outcomes).next();
}

bool holds(const Outcome& outcome) {
  return std::all_of(outcome.readings.begin(), outcome.readings.end(),
                     [](const auto& each) { return !each || each->held; });
}

double safe_load(const Plan& plan, std::span<const Knee> knees) {
  double lowest = kNone;
  for (const Knee& each : knees) {
    if (each.found()) lowest = std::min(lowest, each.interval.low);
  }
  if (plan.step > 0) lowest = std::floor(lowest / plan.step) * plan.step;
  return std::max(lowest, plan.from);
}

}  // namespace throng::search
