#include "loadgen/search/probe.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace throng::search {
namespace {

constexpr std::pair<Stage, std::string_view> kNames[] = {{Stage::kUp, "up"},
                                                         {Stage::kNarrow, "narrow"},
                                                         {Stage::kConfirm, "confirm"},
                                                         {Stage::kOverload, "overload"},
                                                         {Stage::kDown, "down"}};

}  // namespace

std::string_view stage_name(Stage stage) { return kNames[static_cast<std::size_t>(stage)].second; }

std::optional<Stage> stage_of(std::string_view name) {
  const auto found = std::find_if(std::begin(kNames), std::end(kNames),
                                  [&](const auto& each) { return each.second == name; });
  if (found == std::end(kNames)) return std::nullopt;
  return found->first;
}

}  // namespace throng::search
