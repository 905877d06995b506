#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "loadgen/measure/series.hpp"
#include "loadgen/simulate/world.hpp"

namespace throng::simulate {

/// What people felt during each fault, beside what they felt when nothing was wrong, second by
/// second. A second counts for each fault that touches it, or that ended less than kAftermath
/// before: people come back then, and what was lost is sent again after 10 s.
class Felt {
 public:
  static constexpr std::chrono::seconds kAftermath{20};

  explicit Felt(const std::vector<Fault>& faults);

  /// A second of the ramp, of warm-up or of what is measured. Requires: once each, in order.
  void add(const measure::SecondSnapshot& second, bool is_measured);

  /// Of the fault, by its place among all. E.g. "15 s with its aftermath: send p99 10.2 s (else 130
  /// ms), deliver p99 11.4 s (else 140 ms), 512 errors, 1,302 connected at least"; empty when no
  /// second of it was added.
  std::string sentence(std::size_t fault) const;

 private:
  struct Period {
    std::uint32_t from = 0;   ///< the first second
    std::uint32_t until = 0;  ///< the one behind the last
    std::uint32_t seconds = 0;
    std::uint64_t connected_least = UINT64_MAX;
    std::uint64_t errors = 0;
    measure::Histogram send;
    measure::Histogram deliver;

    void add(const measure::SecondSnapshot& second);
  };

  Period calm_;  ///< what is measured, without all faults
  std::vector<Period> periods_;
};

}  // namespace throng::simulate
