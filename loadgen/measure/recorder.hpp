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
  kReceiptDelivered,  ///< the sender's due time to the second tick, per member
  kReceiptRead,       ///< the sender's due time to the third tick, per member: people take time
  kCatchUp,           ///< the login's due time to all that was missed
  kFetch,
  kPresence,
};
inline constexpr std::size_t kOperations = 9;
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

/// The stretch of the run that the figures are about. What is due outside it goes into the series
/// only, but for people's arrival: it happens during the ramp, so its figures count from there.
struct MeasuredTime {
  pacing::TimePoint from = pacing::TimePoint::min();
  pacing::TimePoint until = pacing::TimePoint::max();

  bool covers(pacing::TimePoint due) const { return from <= due && due < until; }
};

/// Connect, login and catch_up: figures that count from the start of the ramp.
bool is_arrival(Operation operation);

/// One worker's figures by operation. Thread-confined; merge() combines workers exactly.
class Recorder {
 public:
  static constexpr std::size_t kMaxNamed = 64;
  static constexpr std::size_t kMaxErrorKinds = 64;

  /// `series` may be null. `run_start` is where its second 0 begins.
  Recorder(pacing::TimePoint run_start, SecondRecorder* series);

  void set_measured(MeasuredTime measured) { measured_ = measured; }
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

  const OperationTally& tally(Operation operation) const {
    return tallies_[static_cast<std::size_t>(operation)];
  }
  /// The built-in ones in the order of the enum, then the script's own by name.
  std::vector<const OperationTally*> tallies() const;

 private:
  friend class cereal::access;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(tallies_, named_, refused_);
  }

  OperationTally& mutable_tally(Operation operation) {
    return tallies_[static_cast<std::size_t>(operation)];
  }
  bool counts(Operation operation, pacing::TimePoint due) const;
  SinceStart since_start(pacing::TimePoint now) const { return now - run_start_; }
  static void count_error(OperationTally& tally, std::string_view kind);

  struct Named {
    OperationTally tally;
    SecondRecorder::OperationId series_id = 0;

    template <class Archive>
    void serialize(Archive& archive) {
      archive(tally);
    }
  };
  Named* named(std::string_view name);

  // Constant after construction
  const pacing::TimePoint run_start_;
  SecondRecorder* const series_;
  std::array<SecondRecorder::OperationId, kOperations> series_ids_{};

  // Owned by the worker's thread
  MeasuredTime measured_;
  std::array<OperationTally, kOperations> tallies_;
  std::map<std::string, Named, std::less<>> named_;
  std::uint64_t refused_ = 0;
};

}  // namespace throng::measure
