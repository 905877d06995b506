#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "server/notify/push.hpp"

namespace throng::notify {

/// The pushes that a channel can send now: a queue a priority, each in the order of arrival. It
/// holds no more than there are pushes, whose number is bounded.
class ReadyQueue {
 public:
  void add(Priority priority, std::uint64_t push) { queues_[index_of(priority)].push_back(push); }

  /// Of the highest priority that waits, what came first.
  std::optional<std::uint64_t> take() {
    for (auto& queue : queues_) {
      if (queue.empty()) continue;
      const std::uint64_t first = queue.front();
      queue.pop_front();
      return first;
    }
    return std::nullopt;
  }

 private:
  std::array<std::deque<std::uint64_t>, kPriorities> queues_;
};

}  // namespace throng::notify
