#include "tests/loadgen/simulate/batch_means.hpp"

#include <cmath>
#include <utility>

namespace throng::simulate {
namespace {

/// The 97.5th percentile of Student's t, by its expansion around the normal's (Abramowitz and
/// Stegun 26.7.5): right to four digits from 19 degrees of freedom on.
double student_t(double degrees) {
  constexpr double kZ = 1.959963985;
  constexpr double kZ3 = kZ * kZ * kZ;
  constexpr double kZ5 = kZ3 * kZ * kZ;
  return kZ + (kZ3 + kZ) / (4 * degrees) + (5 * kZ5 + 16 * kZ3 + 3 * kZ) / (96 * degrees * degrees);
}

}  // namespace

void BatchMeans::add(double value) {
  sum_ += value;
  if (++in_batch_ < batch_size_) return;
  if (full_ == kBatches) pair_up();
  if (in_batch_ < batch_size_) return;
  sums_[full_++] = std::exchange(sum_, 0);
  in_batch_ = 0;
}

// The batch that has just become full is half of one then.
void BatchMeans::pair_up() {
  for (std::size_t i = 0; i < kBatches / 2; ++i) sums_[i] = sums_[2 * i] + sums_[2 * i + 1];
  full_ = kBatches / 2;
  batch_size_ *= 2;
}

BatchMeans::Interval BatchMeans::interval() const {
  const auto batches = static_cast<double>(full_);
  double mean = 0;
  for (std::size_t i = 0; i < full_; ++i) mean += sums_[i] / static_cast<double>(batch_size_);
  mean /= batches;
  double squares = 0;
  for (std::size_t i = 0; i < full_; ++i) {
    const double deviation = sums_[i] / static_cast<double>(batch_size_) - mean;
    squares += deviation * deviation;
  }
  return {mean, student_t(batches - 1) * std::sqrt(squares / (batches - 1) / batches)};
}

}  // namespace throng::simulate
