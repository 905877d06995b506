#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/simulate/simulate.hpp"

namespace throng::simulate {

/// Seeds to be tried, both ends included.
struct SeedRange {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
};

/// A seed under which a promise was broken.
struct BrokenPromise {
  std::uint64_t seed = 0;
  report::RunResult result;
  std::vector<std::string> faults;  ///< that began
  /// The chat that the first example is about, as the scenario numbers it; nothing: it names none.
  std::optional<std::uint64_t> chat;
  /// What its members said and got, in time: "  12.345678 s  user 3 says {…}".
  std::vector<std::string> trace;
};

struct SearchOutcome {
  std::uint64_t seeds = 0;     ///< that were played
  std::uint64_t messages = 0;  ///< that these sent, all in all
  std::uint64_t events = 0;
  std::optional<BrokenPromise> broken;
  std::string error;  ///< why the search couldn't go on; empty: it could
  play::ExitCode code = play::ExitCode::kPass;
};

/// Plays the scenario under one seed after the other, each with the world's faults where that seed
/// puts them, until the ledger of one is violated, a run doesn't come to rest, or `interrupted`.
/// The seed that fails is played once more for its trace: it goes the same way.
SearchOutcome search_faults(const SimulateOptions& options, const SeedRange& seeds,
                            const std::function<void(std::uint64_t seed)>& on_seed);

}  // namespace throng::simulate
