// What recording a latency costs, beside a floor: incrementing a slot of a plain array whose index
// is already known. Both touch the same slots in the same order.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "loadgen/measure/histogram.hpp"

namespace {

using throng::measure::Histogram;

constexpr std::size_t kValues = 1 << 14;

// Lognormal latencies with a median of 2 ms. The argument of a benchmark is the standard deviation
// of their logarithm, in tenths: 0 is one constant value, 10 a usual tail, 30 an extreme one.
std::vector<std::int64_t> latencies(const benchmark::State& state) {
  std::mt19937_64 random(42);
  std::normal_distribution<> normal;
  const double spread = static_cast<double>(state.range(0)) / 10;
  std::vector<std::int64_t> values(kValues);
  for (auto& value : values) {
    value = static_cast<std::int64_t>(2e6 * std::exp(spread * normal(random)));
  }
  return values;
}

// Shows the time of one value as `per_value`.
void report_per_value(benchmark::State& state) {
  using benchmark::Counter;
  state.counters["per_value"] =
      Counter(kValues, Counter::kIsIterationInvariantRate | Counter::kInvert);
}

void floor_increment(benchmark::State& state) {
  std::vector<std::size_t> indexes;
  for (const auto value : latencies(state)) {
    indexes.push_back(Histogram::slot_of(static_cast<std::uint64_t>(value)));
  }
  std::vector<std::uint64_t> slots(Histogram::slot_of(Histogram::kHighestTrackable) + 1);
  for (auto _ : state) {
    for (const auto index : indexes) ++slots[index];
    benchmark::ClobberMemory();
  }
  report_per_value(state);
}
BENCHMARK(floor_increment)->Arg(0)->Arg(3)->Arg(10)->Arg(30);

void histogram_record(benchmark::State& state) {
  const auto values = latencies(state);
  Histogram histogram;
  for (auto _ : state) {
    for (const auto value : values) histogram.record(value);
    benchmark::ClobberMemory();
  }
  report_per_value(state);
  state.counters["memory_bytes"] = static_cast<double>(histogram.memory_bytes());
}
BENCHMARK(histogram_record)->Arg(0)->Arg(3)->Arg(10)->Arg(30);

Histogram filled(const benchmark::State& state) {
  Histogram histogram;
  for (const auto value : latencies(state)) histogram.record(value);
  return histogram;
}

void histogram_merge(benchmark::State& state) {
  const Histogram other = filled(state);
  Histogram total;
  for (auto _ : state) {
    total.merge(other);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(histogram_merge)->Arg(10);

void histogram_percentile(benchmark::State& state) {
  const Histogram histogram = filled(state);
  for (auto _ : state) benchmark::DoNotOptimize(histogram.value_at_percentile(99.9));
}
BENCHMARK(histogram_percentile)->Arg(10);

}  // namespace
