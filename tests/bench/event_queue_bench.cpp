// What an event of the simulated world costs: the earliest is taken, and one is pushed an
// exponential time ahead, so that as many stay pending. Beside it the standard library's heap, and
// as a floor the same events through a ring that knows no order. The argument is what is pending.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <queue>
#include <vector>

#include "loadgen/pacing/random.hpp"
#include "loadgen/simulate/event_queue.hpp"

namespace {

using throng::pacing::Duration;
using throng::pacing::Random;
using throng::pacing::TimePoint;
using throng::simulate::Event;
using throng::simulate::EventQueue;

constexpr std::size_t kGaps = 1 << 16;

/// Drawn beforehand: drawing isn't the queue's.
std::vector<Duration> gaps() {
  Random random(1, 1);
  std::vector<Duration> list(kGaps);
  for (Duration& gap : list) gap = throng::pacing::from_seconds(random.exponential());
  return list;
}

struct IsLater {
  bool operator()(const Event& a, const Event& b) const { return a.due > b.due; }
};

struct Heap {
  std::priority_queue<Event, std::vector<Event>, IsLater> events;
  void push(const Event& event) { events.push(event); }
  Event pop() {
    const Event event = events.top();
    events.pop();
    return event;
  }
};

struct Ring {
  std::vector<Event> events;
  std::size_t at = 0;
  void push(const Event& event) {
    if (at == 0) return events.push_back(event);
    events[at - 1] = event;
  }
  Event pop() {
    if (at == events.size()) at = 0;
    return events[at++];
  }
};

template <class Queue>
void hold(benchmark::State& state) {
  const std::vector<Duration> ahead = gaps();
  Queue queue;
  std::size_t n = 0;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    queue.push({TimePoint(ahead[n++ % kGaps]), static_cast<std::uint64_t>(i)});
  }
  for (auto _ : state) {
    Event event = queue.pop();
    event.due += ahead[n++ % kGaps];
    queue.push(event);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void floor_ring(benchmark::State& state) { hold<Ring>(state); }
void event_queue(benchmark::State& state) { hold<EventQueue>(state); }
void heap(benchmark::State& state) { hold<Heap>(state); }

BENCHMARK(floor_ring)->Arg(1'000)->Arg(1'000'000);
BENCHMARK(event_queue)->Arg(1'000)->Arg(1'000'000);
BENCHMARK(heap)->Arg(1'000)->Arg(1'000'000);

}  // namespace
