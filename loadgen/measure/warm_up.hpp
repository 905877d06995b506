#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace throng::measure {

/// The measured time is cut into so many steps of equal length; the warm-up, of which no total
/// tells, is a number of whole ones and at most the first half.
inline constexpr std::size_t kSteps = 20;
inline constexpr std::size_t kMostWarmUpSteps = kSteps / 2;
inline constexpr std::size_t kBinsPerStep = 50;
inline constexpr std::size_t kBins = kSteps * kBinsPerStep;

/// How an operation's latency went over the measured time: bins of equal length, by due time.
struct CourseBin {
  double sum_ns = 0;
  std::uint64_t count = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(sum_ns, count);
  }
};
using Course = std::vector<CourseBin>;  ///< kBins of them, or none when there was nothing

/// What is to be left out at the beginning.
struct WarmUp {
  std::size_t steps = 0;
  /// True also where there is too little to judge by. False when the latency of the whole first
  /// half is unlike that of the second, or still moves there: the run was too short to settle, or
  /// its load wasn't meant to be steady. Nothing is left out then.
  bool steady = true;
};

/// Finds the warm-up as MSER-5 does (K. P. White, "An effective truncation heuristic for bias
/// reduction in simulation output", Simulation 69(6), 1997): of all cuts in the first half, the one
/// that leaves the smallest standard error of the mean, on means of five bins, or of more where
/// five have nothing in them.
///
/// MSER-5 alone would cut off everything up to a stall in the middle of a run, and with it the
/// truth. So the cut ends where the means first come as close to those of the second half as these
/// are to each other: a run that begins as it goes on has no warm-up.
WarmUp find_warm_up(std::span<const CourseBin> course);

/// How many of the first values the heuristic would cut: at most half. Requires: not empty.
std::size_t mser_cut(std::span<const double> values);

}  // namespace throng::measure
