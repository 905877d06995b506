#include "loadgen/report/scenario_title.hpp"

#include <string_view>

namespace throng::report {

std::string scenario_title(const ScenarioInfo& scenario) {
  const std::string_view text = scenario.text;
  const std::string_view first = text.substr(0, text.find_first_of("\r\n"));
  const std::size_t begin = first.find_first_not_of("- \t");
  if (!first.starts_with("--") || begin == first.npos) return scenario.name;
  return std::string(first.substr(begin, first.find_last_not_of(" \t") + 1 - begin));
}

}  // namespace throng::report
