#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace throng::gateway {

/// Lets so many in at once. Any thread.
class Gate {
 public:
  explicit Gate(std::size_t most) : most_(most) {}

  /// The right to be in, for as long as it lives.
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&& other) noexcept {
      std::swap(gate_, other.gate_);
      return *this;
    }
    ~Pass() {
      if (gate_) --gate_->inside_;
    }
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    friend class Gate;
    explicit Pass(Gate& gate) : gate_(&gate) {}

    Gate* gate_ = nullptr;
  };

  /// An empty one when all places are taken. Requires: the gate outlives it.
  Pass enter() {
    if (inside_.fetch_add(1) < most_) return Pass(*this);
    --inside_;
    return {};
  }

 private:
  const std::size_t most_;
  std::atomic<std::size_t> inside_ = 0;
};

}  // namespace throng::gateway
