#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "loadgen/view/history.hpp"
#include "loadgen/view/status.hpp"

namespace throng::view {

/// A run as its live page shows it. The coordinator tells it each second that is over and how the
/// run stands; those who watch are told what is new to them. One lock between. Any thread.
class LivePage {
 public:
  /// How far somebody who watches has been told.
  struct Reader {
    std::uint64_t version = 0;  ///< 0: nothing yet
    std::uint32_t seconds_per_row = 0;
    std::uint32_t last_second = 0;
  };

  /// `plan` is what is known before it begins, `history` what has been so far.
  explicit LivePage(report::RunResult plan, History history = {})
      : plan_(std::move(plan)), history_(std::move(history)) {}

  void add(Row second);
  void set(Status status);

  /// An event of a stream of server-sent events, with all that is new to the reader, however much
  /// it missed; empty if there is nothing. At most History::kMostRows rows.
  std::string news(Reader& reader) const;
  /// The reader knows how the run ended.
  bool has_all(const Reader& reader) const;

 private:
  // Constant after construction
  const report::RunResult plan_;

  mutable std::mutex mutex_;
  // Guarded by mutex_
  std::uint64_t version_ = 0;
  History history_;
  Status status_;
};

}  // namespace throng::view
