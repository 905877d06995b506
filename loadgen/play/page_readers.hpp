#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>

namespace throng::play {

/// Who reads the metrics page, so that a run's end can wait until they have its last figures. Any
/// thread.
class PageReaders {
 public:
  /// More aren't waited for.
  static constexpr std::size_t kMost = 64;

  /// The page has its last figures: whoever read it before is awaited.
  void await_all();
  /// What is collected from here on are the last figures.
  bool awaits_all() const;
  /// `reader` was given the page, e.g. "127.0.0.1"; `last`: awaits_all() when it was collected.
  void note(const std::string& reader, bool last);
  /// Somebody who read it before hasn't got the last figures.
  bool awaits_some() const;

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_
  std::set<std::string> readers_;  ///< without the last figures
  bool awaits_all_ = false;
};

}  // namespace throng::play
