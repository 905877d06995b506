#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/measure/histogram.hpp"
#include "loadgen/measure/series.hpp"
#include "loadgen/measure/warm_up.hpp"
#include "loadgen/pacing/clock.hpp"

namespace cereal {
class access;
}

namespace throng::measure {

/// The operations that every run measures; a script adds its own by name.
enum class Operation : std::uint8_t {
  kConnect,           ///< TCP and the WebSocket upgrade; its errors include lost connections
  kLogin,             ///< due time to welcome
  kSend,              ///< due time to the sender's first tick
  kDeliver,           ///< the sender's due time to a member's device
  kFanOut,            ///< the sender's due time to the second tick of a group's last member
  kReceiptDelivered,  ///< the sender's due time to the second tick, per member
  kReceiptRead,       ///< the sender's due time to the third tick, per member: people take time
  kCatchUp,           ///< the login's due time to all that was missed
  kFetch,
  kPresence,
  kUpload,      ///< due time to the answer that the asset is stored
  kDownload,    ///< due time to the last byte of the asset
  kChatChange,  ///< due time to the answer that members or the name are changed
};
inline constexpr std::size_t kOperations = 13;
/// The name in run.json, e.g. "receipt_delivered".
std::string_view operation_name(Operation operation);

/// What came of one operation.
struct OperationTally {
  std::string name;
  std::uint64_t count = 0;  ///< finished without an error
  std::map<std::string, std::uint64_t, std::less<>> errors;
  std::uint64_t dropped = 0;     ///< due but never started
  std::uint64_t unresolved = 0;  ///< started but never finished
  /// From the due time; the unresolved are in it with the time they had waited (censored).
  Histogram latency;
  /// From the actual start; empty for what is only received.
  Histogram service;

  void merge(const OperationTally& other);

  template <class Archive>
  void serialize(Archive& archive) {
    archive(name, count, errors, dropped, unresolved, latency, service);
  }
};

/// What came of all operations in a stretch of time.
struct Tallies {
  std::array<OperationTally, kOperations> built_in;
  std::map<std::string, OperationTally, std::less<>> named;  ///< the script's own

  void merge(const Tallies& other);

  const OperationTally& of(Operation operation) const {
    return built_in[static_cast<std::size_t>(operation)];
  }
  /// The built-in ones in the order of the enum, then the script's own by name.
  std::vector<const OperationTally*> all() const;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(built_in, named);
  }
};

/// The stretch of the run that the figures are about. What is due outside it goes into the series
/// only, but for people's arrival: it happens during the ramp, so its figures count from there.
struct MeasuredTime {
  pacing::TimePoint from = pacing::TimePoint::min();
  pacing::TimePoint until = pacing::TimePoint::max();

  bool covers(pacing::TimePoint due) const { return from <= due && due < until; }
  friend bool operator==(const MeasuredTime&, const MeasuredTime&) = default;
};

/// Connect, login and catch_up: figures that count from the start of the ramp.
bool is_arrival(Operation operation);
/// The same by name; a script's own operations are none.
bool is_arrival(std::string_view name);

/// One worker's figures by operation. Thread-confined; merge() combines workers exactly.
class Recorder {
 public:
  static constexpr std::size_t kMaxNamed = 64;
  static constexpr std::size_t kMaxErrorKinds = 64;

  /// `series` may be null. `run_start` is where its second 0 begins.
  Recorder(pacing::TimePoint run_start, SecondRecorder* series);

  /// Requires: nothing was recorded yet.
  void set_measured(MeasuredTime measured);
  /// The scripts were stopped `now`, and the measured time with them if it wasn't over: who arrives
  /// later was made to. What was recorded stays.
  void end_measured(pacing::TimePoint now);
  const MeasuredTime& measured() const { return measured_; }

  /// Something was begun. For the series only.
  void started(Operation operation, pacing::TimePoint now);
  /// It finished well. `service`: since it was really begun, where that is known.
  void completed(Operation operation, pacing::TimePoint due, pacing::TimePoint now,
                 std::optional<pacing::Duration> service = std::nullopt);
  /// It finished with an error; `kind` is one of run.json's, e.g. "timeout".
  void failed(Operation operation, std::string_view kind, pacing::TimePoint due,
              pacing::TimePoint now);
  /// It was due but never begun.
  void dropped(Operation operation, pacing::TimePoint due);
  /// The run ends before it did.
  void unresolved(Operation operation, pacing::TimePoint due, pacing::TimePoint now);
  /// The same for those of which only the number is known.
  void unresolved_unmeasured(Operation operation, pacing::TimePoint due, std::uint64_t count = 1);

  /// An operation of the script's own: `elapsed` up to `now`. Returns false, and counts it as
  /// refused, if it would be the name after kMaxNamed or is the name of a built-in one.
  bool record(std::string_view name, pacing::Duration elapsed, pacing::TimePoint now);
  std::uint64_t refused() const { return refused_; }

  /// Adds all that `other` measured. The order of merges makes no difference.
  void merge(const Recorder& other);

  /// What a run's totals are made of: all that is due after the first `warm_up_steps` of kSteps.
  Tallies totals(std::size_t warm_up_steps = 0) const;
  /// Of the operation that has most to say of how the target settled.
  WarmUp warm_up() const;

 private:
  friend class cereal::access;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(early_, rest_, courses_, refused_);
  }

  /// Requires: due >= measured_.from.
  std::size_t bin(pacing::TimePoint due) const;
  /// Where what was due then is counted.
  Tallies& stretch(pacing::TimePoint due);
  OperationTally& tally(Operation operation, pacing::TimePoint due);
  void add_latency(Operation operation, OperationTally& tally, pacing::TimePoint due,
                   pacing::TimePoint now);
  bool counts(Operation operation, pacing::TimePoint due) const;
  SinceStart since_start(pacing::TimePoint now) const { return now - run_start_; }
  static void count_error(OperationTally& tally, std::string_view kind);

  /// Its number in the series; nullptr if there can't be an operation of that name.
  const SecondRecorder::OperationId* named(std::string_view name);

  // Constant after construction
  const pacing::TimePoint run_start_;
  SecondRecorder* const series_;
  std::array<SecondRecorder::OperationId, kOperations> series_ids_{};

  // Owned by the worker's thread
  MeasuredTime measured_;
  pacing::TimePoint arrivals_until_ = pacing::TimePoint::max();
  double bins_per_ns_ = 0;      ///< 0 when the measured time has no bounds
  std::vector<Tallies> early_;  ///< of the steps that may turn out to be warm-up; without arrivals
  Tallies rest_;
  std::array<Course, kOperations> courses_;
  std::map<std::string, SecondRecorder::OperationId, std::less<>> named_;
  std::uint64_t refused_ = 0;
};

}  // namespace throng::measure
