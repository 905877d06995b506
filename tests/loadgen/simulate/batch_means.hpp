#pragma once

#include <array>
#include <cstddef>

namespace throng::simulate {

/// The mean of a series whose neighbours depend on each other, and how well it is known: the
/// series is cut into batches, long enough that their means are as good as independent (Law,
/// "Simulation Modeling and Analysis", section 9.5.3). Whenever all batches are full, two become
/// one, so they get longer with the series and the memory stays.
class BatchMeans {
 public:
  struct Interval {
    double mean = 0;
    double half_width = 0;  ///< the true mean lies within, 95 times of 100

    bool covers(double value) const {
      return value >= mean - half_width && value <= mean + half_width;
    }
  };

  void add(double value);

  std::size_t count() const { return full_ * batch_size_ + in_batch_; }
  /// Of the full batches. Requires: kLeast values were added.
  Interval interval() const;

  static constexpr std::size_t kLeast = 20;

 private:
  static constexpr std::size_t kBatches = 2 * kLeast;

  void pair_up();

  std::array<double, kBatches> sums_{};
  std::size_t full_ = 0;  ///< batches
  std::size_t batch_size_ = 1;
  std::size_t in_batch_ = 0;  ///< values of the batch that isn't full
  double sum_ = 0;            ///< of these
};

}  // namespace throng::simulate
