#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace throng::transport {

/// Strings with room in them, lent to connections while they have bytes to hold: an idle connection
/// holds no memory, and a busy one allocates none. Owned by the worker's thread.
class BufferPool {
 public:
  /// Empty, with whatever capacity the last holder left.
  std::string take() {
    if (free_.empty()) return {};
    std::string buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
  }

  /// Takes `buffer` back and leaves nothing in its place. Large ones, and more than are of use,
  /// go to the heap.
  void give(std::string& buffer) {
    std::string returned;
    returned.swap(buffer);
    if (returned.capacity() < kMinBytes || returned.capacity() > kMaxBytes) return;
    if (free_.size() == kMaxFree) return;
    returned.clear();
    free_.push_back(std::move(returned));
  }

 private:
  /// What is no larger than this may stand in the string itself.
  static constexpr std::size_t kMinBytes = 32;
  static constexpr std::size_t kMaxBytes = 16 * 1024;
  static constexpr std::size_t kMaxFree = 512;

  std::vector<std::string> free_;
};

}  // namespace throng::transport
