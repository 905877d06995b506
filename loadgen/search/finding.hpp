#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/search/knee.hpp"
#include "loadgen/search/probe.hpp"

namespace throng::search {

/// kFound: the knee is known and was confirmed. kUnsure: it isn't known well, not confirmed, or it
/// moves; the reasons say which. kHolds: even the heaviest load holds. kBreaks: even the lightest
/// one doesn't. kLimited: the generator was the limit before any condition broke. kUnfinished: the
/// search ended too early to say anything.
enum class Verdict : std::uint8_t { kFound, kUnsure, kHolds, kBreaks, kLimited, kUnfinished };
/// "found", "unsure", "holds", "breaks", "limited", "unfinished".
std::string_view verdict_name(Verdict verdict);

/// What a search came to.
struct Finding {
  Verdict verdict = Verdict::kUnfinished;
  std::vector<std::string> reasons;  ///< why not found; empty if it is
  std::vector<Knee> knees;           ///< of each condition
  /// Where the first condition breaks: all hold below.
  std::optional<Interval> maximum;
  /// The geometric mean of the knees of those conditions that broke.
  std::optional<Interval> critical;
  std::optional<Probe> confirmed;   ///< the long probe that held
  std::optional<double> overload;   ///< what the target was overloaded with
  std::optional<double> recovered;  ///< the load that held behind that
  double heaviest_held = 0;         ///< of all conditions together; 0: none
  double lightest_limited = 0;      ///< where the generator was the limit; 0: nowhere
};

/// Requires: each outcome has plan.conditions readings.
Finding conclude(const Plan& plan, std::span<const Outcome> outcomes);

}  // namespace throng::search
