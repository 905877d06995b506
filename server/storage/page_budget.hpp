#pragma once

#include <algorithm>

#include "server/chat/message_log.hpp"

namespace throng::storage {

/// Counts one read against its limit: `messages` at most, and no message that would take the
/// bodies over `bytes`, except the first.
class PageBudget {
 public:
  explicit PageBudget(chat::PageLimit limit) : left_(limit) {}

  /// Whether a message with a body of this size still goes on the page; counts it if so.
  bool take(std::size_t body_bytes) {
    if (left_.messages == 0 || (taken_ > 0 && body_bytes > left_.bytes)) return false;
    --left_.messages;
    left_.bytes -= std::min(left_.bytes, body_bytes);
    ++taken_;
    return true;
  }

  std::size_t taken() const { return taken_; }

 private:
  chat::PageLimit left_;
  std::size_t taken_ = 0;
};

}  // namespace throng::storage
