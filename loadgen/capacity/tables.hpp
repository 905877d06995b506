#pragma once

#include <string>
#include <vector>

#include "loadgen/capacity/assessment.hpp"

namespace throng::capacity {

/// A part of a report, in words.
struct Table {
  std::string title;
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;  ///< as many cells as the head has
  std::string when_empty;                      ///< a sentence in place of no rows
};

inline constexpr const char* kTornadoTitle = "What matters most";

/// What Markdown and HTML say: claims, what to order, what matters most, what follows, inputs,
/// evidence.
std::vector<Table> tables_of(const Assessment& assessment);

}  // namespace throng::capacity
