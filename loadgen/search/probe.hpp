#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// The search for the highest load that holds conditions (SLOs). A load is a number of users, or
/// what an argument of the scenario says; only ratios of loads count here.
namespace throng::search {

/// Why a probe is played. kUp: twice the load each time, until a condition breaks. kNarrow: beside
/// a knee. kConfirm: for long, at the load that is to be named as safe. kOverload and kDown: beyond
/// the knees, and at once below them again, to see whether the target recovers.
enum class Stage : std::uint8_t { kUp, kNarrow, kConfirm, kOverload, kDown };

/// "up", "narrow", "confirm", "overload", "down".
std::string_view stage_name(Stage stage);
/// nullopt: there is none of that name.
std::optional<Stage> stage_of(std::string_view name);

struct Probe {
  Stage stage = Stage::kUp;
  double load = 0;
  double warm_up_s = 0;   ///< played, but in no figure
  double measured_s = 0;  ///< what the figures are about
  double settle_s = 0;    ///< for which the target is left alone before
};

/// What a probe says of one condition.
struct Reading {
  bool held = false;
  /// How many times what the condition allows there was, 1 at the knee: the odds of being beyond a
  /// latency's bound over the odds that may be, or a mean, rate or share over its bound. Averages
  /// of it over probes mean something, which those of percentiles don't. nullopt: the condition
  /// only holds or doesn't, e.g. ledger.lost == 0.
  std::optional<double> excess;
  /// Where excess is of a share of operations: so many of those that there were may be beyond.
  std::optional<double> events;
};

/// What came of a probe.
struct Outcome {
  Probe probe;
  bool valid = true;  ///< false: the generator was the limit, and the rest says nothing
  std::vector<std::optional<Reading>> readings;  ///< of each condition; nullopt: it doesn't say
  double cost_s = 0;  ///< all of its time: settling, arrivals and the end included
};

/// What a search is told.
struct Plan {
  double from = 1;             ///< the lightest load
  double to = 1;               ///< the heaviest
  double step = 0;             ///< loads are multiples of it; 0: any
  std::size_t conditions = 1;  ///< SLOs
  double budget_s = 600;       ///< for all probes together
  double shortest_s = 5;       ///< measured time of a probe far from the knee
  double settle_s = 1;         ///< between two probes
  double precision = 0.02;     ///< an interval is narrow when half of it is this share of its knee
};

}  // namespace throng::search
