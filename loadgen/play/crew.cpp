#include "loadgen/play/crew.hpp"

namespace throng::play {

void Standing::add(const Standing& other) {
  outstanding.pending += other.outstanding.pending;
  outstanding.due += other.outstanding.due;
  outstanding.seen += other.outstanding.seen;
  unsettled += other.unsettled;
}

WorkerCounts WorkerCounts::of(const Worker& worker) {
  return {.unreleased = worker.unreleased(),
          .wanted_online = worker.wanted_online(),
          .came_online = worker.came_online(),
          .in_flight_seconds = worker.in_flight_seconds()};
}

void WorkerCounts::add(const WorkerCounts& other) {
  unreleased += other.unreleased;
  wanted_online += other.wanted_online;
  came_online += other.came_online;
  in_flight_seconds += other.in_flight_seconds;
}

void Harvest::merge(const Harvest& other) {
  recorded.merge(other.recorded);
  counts.add(other.counts);
  ledgers.insert(ledgers.end(), other.ledgers.begin(), other.ledgers.end());
  away.insert(away.end(), other.away.begin(), other.away.end());
}

}  // namespace throng::play
