#include "loadgen/search/finding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "loadgen/search/controller.hpp"

namespace throng::search {
namespace {

/// Half of an interval over its knee, times the precision that was asked for: past it nobody should
/// rely on the number.
constexpr double kUseful = 3;

constexpr std::string_view kNames[] = {"found",  "unsure",  "holds",
                                       "breaks", "limited", "unfinished"};

/// All that broke, in one: the lowest knee, or with `mean` their geometric mean. Knees that come
/// from the same probes err together, so the ends are averaged as they are.
std::optional<Interval> together(const std::vector<Knee>& knees, bool mean) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  Interval lowest{kNone, kNone, kNone};
  Interval logs;
  double count = 0;
  for (const Knee& each : knees) {
    if (!each.found()) continue;
    const auto& [at, low, high] = each.interval;
    lowest = {std::min(lowest.at, at), std::min(lowest.low, low), std::min(lowest.high, high)};
    logs = {logs.at + std::log(at), logs.low + std::log(low), logs.high + std::log(high)};
    ++count;
  }
  if (count == 0) return std::nullopt;
  if (!mean) return lowest;
  return Interval{std::exp(logs.at / count), std::exp(logs.low / count),
                  std::exp(logs.high / count)};
}

class Conclusion {
 public:
  Conclusion(const Plan& plan, std::span<const Outcome> outcomes) : plan_(plan), all_(outcomes) {
    for (std::size_t i = 0; i < plan.conditions; ++i) {
      finding_.knees.push_back(find_knee(plan, outcomes, i));
    }
    finding_.maximum = together(finding_.knees, false);
    finding_.critical = together(finding_.knees, true);
  }

  Finding draw() && {
    for (const Outcome& each : all_) take_in(each);
    finding_.verdict = finding_.maximum ? judge_knee() : judge_without();
    return std::move(finding_);
  }

 private:
  void take_in(const Outcome& outcome) {
    const auto& [stage, load, warm_up_s, measured_s, settle_s] = outcome.probe;
    if (stage == Stage::kOverload) finding_.overload = load;
    if (!outcome.valid) {
      const double limited = finding_.lightest_limited;
      finding_.lightest_limited = limited > 0 ? std::min(limited, load) : load;
      return;
    }
    const bool held = holds(outcome);
    if (held) finding_.heaviest_held = std::max(finding_.heaviest_held, load);
    if (stage == Stage::kConfirm) finding_.confirmed.reset();
    if (stage == Stage::kConfirm && held) finding_.confirmed = outcome.probe;
    if (stage == Stage::kDown && held && !finding_.recovered) finding_.recovered = load;
    if (stage == Stage::kDown && !held && !finding_.recovered) stuck_at_.push_back(load);
  }

  void doubt(std::string reason) { finding_.reasons.push_back(std::move(reason)); }

  Verdict judge_knee() {
    if (finding_.maximum->half_width() > plan_.precision * kUseful) {
      doubt(
          fmt::format("the interval is ±{:.1f} %, more than ±{:.1f} %: give the search more time "
                      "(--budget), or a target that does the same twice",
                      finding_.maximum->half_width() * 100, plan_.precision * kUseful * 100));
    }
    for (std::size_t i = 0; i < finding_.knees.size(); ++i) doubt_drift(i);
    if (!finding_.confirmed) {
      doubt(
          "no long probe confirmed the lower end of the interval: there was no time left, or it "
          "didn't hold");
    }
    if (!stuck_at_.empty()) {
      doubt(fmt::format(
          "hysteresis: after an overload of {:.6g} not even {:.6g} held{}",
          finding_.overload.value_or(0), stuck_at_.back(),
          finding_.recovered ? fmt::format("; {:.6g} did again", *finding_.recovered) : ""));
    }
    return finding_.reasons.empty() ? Verdict::kFound : Verdict::kUnsure;
  }

  void doubt_drift(std::size_t condition) {
    if (!finding_.knees[condition].found()) return;
    const auto times = find_drift(plan_, all_, condition);
    if (!times) return;
    doubt(
        fmt::format("the target changed while it was searched: at the end its knee was at {:.0f} "
                    "% of where it began",
                    *times * 100));
  }

  Verdict judge_without() {
    const bool breaks =
        std::any_of(finding_.knees.begin(), finding_.knees.end(),
                    [](const Knee& each) { return each.where == Knee::Where::kBelow; });
    if (breaks && !all_.empty()) {
      doubt(
          fmt::format("the lightest load, {:.6g}, is too much: begin lower (--from)", plan_.from));
      return Verdict::kBreaks;
    }
    if (finding_.lightest_limited > 0) {
      doubt(
          fmt::format("at {:.6g} the generator was the limit, not the target: nothing broke up to "
                      "{:.6g}; the probes' reports name the remedy",
                      finding_.lightest_limited, finding_.heaviest_held));
      return Verdict::kLimited;
    }
    if (finding_.heaviest_held >= plan_.to) {
      doubt(fmt::format("the heaviest load, {:.6g}, holds: go on higher (--to)", plan_.to));
      return Verdict::kHolds;
    }
    doubt("the search ended before any condition broke: give it more time (--budget)");
    return Verdict::kUnfinished;
  }

  const Plan& plan_;
  const std::span<const Outcome> all_;
  std::vector<double> stuck_at_;
  Finding finding_;
};

}  // namespace

std::string_view verdict_name(Verdict verdict) { return kNames[static_cast<std::size_t>(verdict)]; }

Finding conclude(const Plan& plan, std::span<const Outcome> outcomes) {
  return Conclusion(plan, outcomes).draw();
}

}  // namespace throng::search
