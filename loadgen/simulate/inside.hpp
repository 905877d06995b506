#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "loadgen/pacing/random.hpp"
#include "loadgen/simulate/agenda.hpp"
#include "loadgen/simulate/fleet_model.hpp"
#include "loadgen/simulate/letter.hpp"

namespace throng::simulate {

/// The network between nodes. What one node sends another arrives in order, as over one connection,
/// and only in the life of the receiver that it was sent to. Between nodes that are parted it is
/// held and arrives afterwards: connections outlast that. What is on its way isn't bounded here,
/// but counted: shards refuse new work for a node to which too much is.
///
/// Owned by the simulation's thread.
class Inside {
 public:
  struct Freight {
    chat::ShardIndex to = 0;
    Letter letter;
  };

  /// Requires: model and agenda outlive it.
  Inside(const FleetModel& model, std::uint64_t seed, Agenda& agenda);

  /// Has Happening::kMailAtNode planned. `life`: of the receiver, as the sender knows it.
  void send(NodeIndex from, NodeIndex to, std::uint32_t life, Freight freight);
  /// What came.
  Freight take(std::uint32_t index);
  /// How many letters are on their way.
  std::size_t under_way(NodeIndex from, NodeIndex to) const { return pair(from, to).under_way; }
  /// Parts the node from all others until then.
  void part(NodeIndex node, pacing::TimePoint until);

 private:
  struct Pair {
    pacing::TimePoint last{};  ///< when the last letter comes
    pacing::TimePoint parted_until{};
    std::size_t under_way = 0;
  };
  struct UnderWay {
    std::size_t pair;
    Freight freight;
  };

  std::size_t index_of(NodeIndex from, NodeIndex to) const {
    return std::size_t{from} * model_.nodes + to;
  }
  std::uint32_t store(UnderWay letter);
  const Pair& pair(NodeIndex from, NodeIndex to) const { return pairs_[index_of(from, to)]; }

  // Constant after construction
  const FleetModel& model_;
  Agenda& agenda_;

  pacing::Random random_;
  std::vector<Pair> pairs_;                 ///< by sender and receiver
  std::vector<pacing::TimePoint> free_at_;  ///< when a node's end has let out all that it sent
  std::deque<UnderWay> under_way_;          ///< or free
  std::vector<std::uint32_t> free_;
};

}  // namespace throng::simulate
