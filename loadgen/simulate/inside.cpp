#include "loadgen/simulate/inside.hpp"

#include <algorithm>
#include <utility>

namespace throng::simulate {

using pacing::TimePoint;

namespace {

/// A stream that neither users nor shards have.
constexpr std::uint64_t kInsideStream = std::uint64_t{1} << 61;

}  // namespace

Inside::Inside(const FleetModel& model, std::uint64_t seed, Agenda& agenda)
    : model_(model),
      agenda_(agenda),
      random_(seed, kInsideStream),
      pairs_(std::size_t{model.nodes} * model.nodes),
      free_at_(model.nodes) {}

void Inside::send(NodeIndex from, NodeIndex to, std::uint32_t life, Freight freight) {
  Pair& pair = pairs_[index_of(from, to)];
  TimePoint& free = free_at_[from];
  free = std::max(agenda_.now(), free) + model_.inside.time_of(bytes_of(freight.letter));
  const pacing::Duration way = model_.way(model_.region_of(from), model_.region_of(to), random_);
  const TimePoint comes = std::max(free, pair.parted_until) + way + model_.inside.delay(random_);
  pair.last = std::max(pair.last, comes);
  ++pair.under_way;
  agenda_.plan(pair.last, Happening::kMailAtNode,
               store({.pair = index_of(from, to), .freight = std::move(freight)}), life);
}

std::uint32_t Inside::store(UnderWay letter) {
  if (free_.empty()) {
    under_way_.push_back(std::move(letter));
    return static_cast<std::uint32_t>(under_way_.size() - 1);
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  under_way_[index] = std::move(letter);
  return index;
}

Inside::Freight Inside::take(std::uint32_t index) {
  free_.push_back(index);
  --pairs_[under_way_[index].pair].under_way;
  return std::exchange(under_way_[index].freight, Freight{});
}

void Inside::part(NodeIndex node, TimePoint until) {
  for (NodeIndex other = 0; other < model_.nodes; ++other) {
    for (Pair* const each : {&pairs_[index_of(node, other)], &pairs_[index_of(other, node)]}) {
      each->parted_until = std::max(each->parted_until, until);
    }
  }
}

}  // namespace throng::simulate
