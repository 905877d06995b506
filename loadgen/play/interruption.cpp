#include "loadgen/play/interruption.hpp"

#include <atomic>
#include <csignal>

namespace throng::play {
namespace {

/// A signal's handler reaches nothing but what is global.
std::atomic<bool> signalled = false;
static_assert(std::atomic<bool>::is_always_lock_free);

constexpr int kSignals[] = {SIGINT, SIGTERM};

void handle(void (*handler)(int)) {
  for (const int number : kSignals) std::signal(number, handler);
}

void on_signal(int) {
  signalled = true;
  handle(SIG_DFL);
}

}  // namespace

Interruption::Interruption() {
  signalled = false;
  handle(on_signal);
}

Interruption::~Interruption() { handle(SIG_DFL); }

void Interruption::request() { on_signal(0); }

bool Interruption::requested() const { return signalled; }

}  // namespace throng::play
