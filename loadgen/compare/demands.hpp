#pragma once

#include <span>
#include <string>
#include <vector>

#include "loadgen/compare/sample.hpp"

namespace throng::compare {

/// What all of the base's runs do, and the candidate's must do, too.
struct Demand {
  std::string name;                 ///< "send.p99 < 5ms", "no send fails"
  std::vector<std::string> missed;  ///< by which runs of the candidate
};

/// The thresholds that the base meets, that no send fails where none of the base's does, and that
/// the candidate's runs aren't spoiled by the candidate. Requires: neither is empty.
std::vector<Demand> demands_of(std::span<const Sample> base, std::span<const Sample> candidate);

/// "misses send.p99 < 5ms in 3 runs, e.g. out/pair-01/candidate". Requires: it is missed.
std::string missed_text(const Demand& demand);

}  // namespace throng::compare
