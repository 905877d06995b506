#include "server/cluster/load.hpp"

#include <algorithm>
#include <array>

#include "server/cluster/load_bounds.hpp"

namespace throng::cluster {
namespace {

using std::chrono::milliseconds;

/// What it takes at least to get to a level.
struct Threshold {
  Load load;
  LoadSigns signs;
};

/// By its turns alone a shard is never full: the work that is under way makes them long, and people
/// who were refused would come back to it.
constexpr std::array kThresholds{
    Threshold{Load::kHigh, {5'000, 20'000, milliseconds(250)}},
    Threshold{Load::kVeryHigh, {10'000, 40'000, milliseconds(500)}},
    Threshold{Load::kExtreme, {25'000, 80'000, milliseconds(1000)}},
    Threshold{Load::kFull, {50'000, 95'000, std::chrono::nanoseconds::max()}},
};

bool reaches(const LoadSigns& signs, const LoadSigns& threshold, int part) {
  return signs.mail > threshold.mail / part || signs.uncommitted > threshold.uncommitted / part ||
         signs.turn > threshold.turn / part;
}

}  // namespace

Load assess(const LoadSigns& signs, Load before) {
  Load load = Load::kNormal;
  for (const Threshold& threshold : kThresholds) {
    const int part = threshold.load <= before ? 2 : 1;
    if (!reaches(signs, threshold.signs, part)) break;
    load = threshold.load;
  }
  return load;
}

Load load_by_mail(std::size_t letters) { return assess({.mail = letters}, Load::kNormal); }

LoadSigns signs_of_full() { return kThresholds.back().signs; }

bool sheds(Load load, Work work) {
  switch (work) {
    case Work::kPresence:
    case Work::kTyping:
      return load >= Load::kHigh;
    case Work::kHistory:
      return load >= Load::kExtreme;
    case Work::kReceipt:
    case Work::kMessage:
      return load >= Load::kFull;
  }
  return false;
}

}  // namespace throng::cluster
