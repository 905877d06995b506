#pragma once

#include <span>
#include <string>
#include <string_view>

namespace throng::capacity {

/// "; did you mean "replicas"?", or nothing when no candidate is near: fewer than half of the
/// letters may differ (Levenshtein's distance).
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

}  // namespace throng::capacity
