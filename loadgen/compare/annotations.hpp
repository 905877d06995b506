#pragma once

#include <string>
#include <string_view>

#include "loadgen/compare/comparison.hpp"

namespace throng::compare {

/// GitHub's workflow commands, a line each: an error for what is worse, a warning for what can't be
/// told, shown at `file`. Ten at most, which is what GitHub shows of a step.
///   ::error file=scenarios/one_to_one.lua,title=REGRESSION%3A send.p99::send.p99 is 7.1%25 worse …
std::string annotations(const Comparison& comparison, std::string_view file);

}  // namespace throng::compare
