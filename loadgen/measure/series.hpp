#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loadgen/measure/histogram.hpp"

namespace throng::measure {

// Time since the run began. A series knows no clock: every call that needs the time is told it.
using SinceStart = std::chrono::nanoseconds;

// What one operation did in one second. An operation counts as started in the second it was due
// to start, and as completed or failed in the second it ended, so the three need not add up.
struct OperationSecond {
  std::string name;
  std::uint64_t started = 0;
  std::uint64_t errors = 0;
  Histogram latency;  // of the completed ones; its count is how many there were

  void merge(const OperationSecond& other);

  template <class Archive>
  void serialize(Archive& archive) {
    archive(name, started, errors, latency);
  }
};

// A figure that is not an operation: "users_connected". The values of several workers add up.
struct Gauge {
  std::string name;
  double value = 0;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(name, value);
  }
};

// Everything one worker, or after merging all of them, measured in one second.
struct SecondSnapshot {
  std::uint32_t second = 0;
  std::vector<OperationSecond> operations;
  std::vector<Gauge> gauges;

  // Adds another worker's figures, matched by name. Requires: the same second.
  void merge(const SecondSnapshot& other);

  template <class Archive>
  void serialize(Archive& archive) {
    archive(second, operations, gauges);
  }
};

// One worker's figures for the current second. When time enters the next one, the finished second
// is moved into the callback, on the worker's thread; from there it is usually mailed to the thread
// that owns the Series. Every second from 0 on is handed over, once and in order, the ones in which
// nothing happened too. The worker's thread owns it.
//
// Time never moves back: an event that is told an earlier time counts in the current second.
class SecondRecorder {
 public:
  using OnSecond = std::function<void(SecondSnapshot)>;
  using OperationId = std::size_t;
  using GaugeId = std::size_t;

  explicit SecondRecorder(OnSecond on_second) : on_second_(std::move(on_second)) {}

  // The number of an operation or gauge, to be looked up once: the calls below are hot.
  OperationId operation(std::string_view name);
  GaugeId gauge(std::string_view name);

  void started(OperationId operation, SinceStart now);
  void completed(OperationId operation, SinceStart now, std::chrono::nanoseconds latency);
  void failed(OperationId operation, SinceStart now);
  // Holds from now on, through later seconds too, until it is set again. A second's figure is the
  // last value set in it.
  void set_gauge(GaugeId gauge, SinceStart now, double value);

  // Hands over the seconds that are over at `now`.
  void advance(SinceStart now);
  // Hands over the current second too, though it may not be over; not if it is only just beginning
  // and empty, so that a run of 10 s has 10 rows. The recorder is of no use after.
  void finish(SinceStart now);

 private:
  void hand_over();

  // Constant after construction
  OnSecond on_second_;
  // Owned by the worker's thread
  SecondSnapshot current_;
  SinceStart current_ends_ = std::chrono::seconds(1);
};

// One operation's figures in one row. The percentiles mean nothing where count is 0.
struct OperationRow {
  std::uint64_t started = 0;
  std::uint64_t count = 0;
  std::uint64_t errors = 0;
  std::int64_t p50_ns = 0;
  std::int64_t p90_ns = 0;
  std::int64_t p99_ns = 0;
  std::int64_t max_ns = 0;
};

// One second of the run: an entry for each of the series' columns, in their order. A gauge that
// nobody had set yet has no value.
struct SeriesRow {
  std::uint32_t second = 0;
  std::vector<OperationRow> operations;
  std::vector<std::optional<double>> gauges;
};

// The per-second figures of a whole run, merged over all workers. A second's histograms are kept
// only until all workers have handed it over; what stays is a compact row. One thread, the
// coordinator's, owns it.
class Series {
 public:
  using OnClosed = std::function<void(const SecondSnapshot&)>;

  // The names of what a row holds.
  struct Columns {
    std::vector<std::string> operations;
    std::vector<std::string> gauges;
  };

  // `columns` are there even if nothing is measured for them, so that two runs of a scenario have
  // the same header. Names that are met later get columns after those, by the second in which they
  // came up, then alphabetically. `recorders` is how many will add() each second. `on_closed` gets
  // each second once it is whole and merged, in order: this is where the interval histograms of the
  // log and the run's totals come from. Requires: recorders >= 1.
  Series(std::size_t recorders, Columns columns, OnClosed on_closed = nullptr);

  // Requires: each recorder adds each second at most once and in order.
  void add(SecondSnapshot snapshot);
  // Closes the seconds that some recorder did not hand over. Nothing may be added after.
  void finish();

  const Columns& columns() const { return columns_; }
  // The closed seconds, in order.
  const std::vector<SeriesRow>& rows() const { return rows_; }

  // RFC 4180, a row a second. A percentile of nothing, or a gauge that was not set, is left empty:
  //
  //   second,users_connected,send_started,send_count,send_errors,send_p50_ns,...,send_max_ns
  //   0,250,12,11,1,1203455,1534975,2101247,2154810
  //   1,250,0,0,0,,,,
  void write_csv(std::ostream& out) const;

 private:
  struct OpenSecond {
    SecondSnapshot merged;
    std::size_t recorders = 0;
  };

  void close(const SecondSnapshot& merged);
  // Gives every row, old and new, a place for each name that `merged` has and columns_ lacks.
  void add_columns(const SecondSnapshot& merged);

  // Constant after construction
  std::size_t recorders_;
  OnClosed on_closed_;
  // Owned by the coordinator's thread
  Columns columns_;
  std::map<std::uint32_t, OpenSecond> open_;
  std::vector<SeriesRow> rows_;
};

}  // namespace throng::measure
