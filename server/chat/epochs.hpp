#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace throng::chat {

/// The times that a store was opened, as far as it remembers, each a random number from 1 to
/// protocol::kMaxId. A client names the one in which it was last told what it has; a store that
/// doesn't know that one is an older copy, or another one, and may lack what the client has.
struct Epochs {
  std::vector<std::uint64_t> all;  ///< oldest first; never empty

  std::uint64_t current() const { return all.back(); }
  /// Most ask for one of the newest.
  bool knows(std::uint64_t epoch) const {
    return std::find(all.rbegin(), all.rend(), epoch) != all.rend();
  }
};

}  // namespace throng::chat
