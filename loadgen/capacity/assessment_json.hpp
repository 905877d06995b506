#pragma once

#include <string>

#include "loadgen/capacity/assessment.hpp"

namespace throng::capacity {

inline constexpr std::string_view kCapacitySchema = "throng.capacity/1";

/// The assessment as JSON; docs/capacity.md has its shape.
std::string assessment_json(const Assessment& assessment);

}  // namespace throng::capacity
