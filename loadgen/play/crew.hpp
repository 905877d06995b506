#pragma once

#include <sys/types.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "loadgen/machine/watch.hpp"
#include "loadgen/measure/ledger.hpp"
#include "loadgen/measure/recorder.hpp"
#include "loadgen/pacing/clock.hpp"
#include "loadgen/play/board_mirror.hpp"
#include "loadgen/play/worker.hpp"
#include "loadgen/transport/websocket_transport.hpp"

namespace throng::play {

/// Who is to be played, and how. What it refers to outlives the crew.
struct CrewPlan {
  const RunContext& context;
  const pacing::Clock& clock;
  std::span<const Slice> slices;  ///< a worker each
  transport::WebSocketOptions web;
  std::uint32_t sessions_per_connection = 1;
};

/// How far workers are from having all that they wait for.
struct Standing {
  measure::LedgerShard::Outstanding outstanding;
  std::uint64_t unsettled = 0;  ///< see Worker::unsettled()

  void add(const Standing& other);
  /// Deliveries on their way.
  std::uint64_t awaited() const {
    return outstanding.due > outstanding.seen ? outstanding.due - outstanding.seen : 0;
  }
  bool all_is_in() const { return unsettled == 0 && outstanding.pending == 0 && awaited() == 0; }

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
  /// Requires: finish() was called.
  static WorkerCounts of(const Worker& worker);

  template <class Archive>
  void serialize(Archive& archive) {
    archive(unreleased, wanted_online, came_online, in_flight_seconds);
  }
};

/// What a crew on another machine has to tell beside what it recorded.
struct CrewAway {
  std::string name;
  std::uint64_t users = 0;
  unsigned threads = 0;
  unsigned cores = 0;  ///< of its machine
  double cpu_s = 0;
  double measured_cpu_s = 0;  ///< of these, in the measured time
  std::uint64_t rss_bytes = 0;
  std::optional<machine::Facts> machine;  ///< in the measured time
  pacing::Duration clock_offset{};        ///< by which the coordinator's clock is ahead
  pacing::Duration clock_error{};         ///< the most by which its reading of that was off
};

/// All that a crew has to tell when its time is over.
struct Harvest {
  explicit Harvest(pacing::TimePoint run_start) : recorded(run_start, nullptr) {}
  void merge(const Harvest& other);

  measure::Recorder recorded;  ///< of all workers
  WorkerCounts counts;
  std::vector<const measure::LedgerShard*> ledgers;  ///< they live as long as the crew
  std::vector<CrewAway> away;                        ///< none: it is of this machine
};

/// The workers of one process, as the coordinator knows them: this process (LocalCrew), another
/// (ForkedCrew) or one on another machine (RemoteCrew). Owned by the coordinator's thread.
class Crew {
 public:
  /// Called on the coordinator's thread.
  struct Mail {
    std::function<void(unsigned worker, WorkerSecond)> on_second;
    /// The crew can't go on, and is of no use any more.
    std::function<void(std::exception_ptr)> on_failed;
    /// Of a crew that doesn't share the coordinator's board.
    std::function<void(const Crew& crew, const BoardChanges&)> on_board = nullptr;
  };

  virtual ~Crew() = default;

  /// Blocks until every worker is ready to start. `interrupted` is asked again and again meanwhile.
  /// Errors: what a worker threw, e.g. ScriptError; Refusal kInterrupted.
  virtual void await_ready(const std::function<bool()>& interrupted) = 0;
  virtual void start(pacing::TimePoint run_start) = 0;
  /// The measured time begins.
  virtual void measure() {}
  /// What other crews' users changed on the board. For those that don't share it.
  virtual void show(const BoardChanges&) {}
  /// Ends the scripts, brings all users back and keeps standing() up to date.
  virtual void drain() = 0;
  virtual void finish() = 0;
  /// What the workers measured. Blocks until they have ended; all seconds have been mailed then.
  /// Requires: finish() was called. Errors: what a worker threw.
  virtual Harvest harvest() = 0;
  /// Its share is in the report, and it may go. Requires: harvest() was called.
  virtual void dismiss() {}

  virtual Standing standing() const = 0;
  /// Where the workers run; nullopt: on another machine.
  virtual std::optional<pid_t> process() const = 0;
};

}  // namespace throng::play
