#pragma once

#include <sys/types.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <span>
#include <vector>

#include "loadgen/measure/ledger.hpp"
#include "loadgen/measure/recorder.hpp"
#include "loadgen/pacing/clock.hpp"
#include "loadgen/play/worker.hpp"
#include "loadgen/transport/websocket_transport.hpp"

namespace throng::play {

/// Who is to be played, and how. What it refers to outlives the crew.
struct CrewPlan {
  const RunContext& context;
  const pacing::Clock& clock;
  std::span<const Slice> slices;  ///< a worker each
  transport::WebSocketOptions web;
};

/// How far workers are from having all that they wait for.
struct Standing {
  measure::LedgerShard::Outstanding outstanding;
  std::uint64_t unsettled = 0;  ///< see Worker::unsettled()

  void add(const Standing& other);

  template <class Archive>
  void serialize(Archive& archive) {
    archive(outstanding.pending, outstanding.due, outstanding.seen, unsettled);
  }
};

/// What workers counted beside what they recorded; see Worker.
struct WorkerCounts {
  std::uint64_t unreleased = 0;
  std::uint64_t wanted_online = 0;
  std::uint64_t came_online = 0;
  double in_flight_seconds = 0;

  void add(const WorkerCounts& other);

  template <class Archive>
  void serialize(Archive& archive) {
    archive(unreleased, wanted_online, came_online, in_flight_seconds);
  }
};

/// All that a crew has to tell when its time is over.
struct Harvest {
  explicit Harvest(pacing::TimePoint run_start) : recorded(run_start, nullptr) {}
  void merge(const Harvest& other);

  measure::Recorder recorded;  ///< of all workers
  WorkerCounts counts;
  std::vector<const measure::LedgerShard*> ledgers;  ///< they live as long as the crew
};

/// The workers of one process, as the coordinator knows them: this process (LocalCrew) or another
/// (ForkedCrew). Owned by the coordinator's thread.
class Crew {
 public:
  /// Called on the coordinator's thread.
  struct Mail {
    std::function<void(unsigned worker, WorkerSecond)> on_second;
    /// The crew can't go on, and is of no use any more.
    std::function<void(std::exception_ptr)> on_failed;
  };

  virtual ~Crew() = default;

  /// Blocks until every worker is ready to start. Errors: what a worker threw, e.g. ScriptError.
  virtual void await_ready() = 0;
  virtual void start(pacing::TimePoint run_start) = 0;
  /// Ends the scripts, brings all users back and keeps standing() up to date.
  virtual void drain() = 0;
  virtual void finish() = 0;
  /// What the workers measured. Blocks until they have ended; all seconds have been mailed then.
  /// Requires: finish() was called. Errors: what a worker threw.
  virtual Harvest harvest() = 0;

  virtual Standing standing() const = 0;
  /// Where the workers run.
  virtual pid_t process() const = 0;
};

}  // namespace throng::play
