#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loadgen/capacity/scalability.hpp"

namespace throng::capacity {

/// What `throng scale` says of points: both laws, the back-test of each, and what they predict
/// where they may.
class ScalingReport {
 public:
  /// `of`: what the throughput counts, "send/s". Errors: as of ScalingFit.
  ScalingReport(std::string of, std::vector<ScalePoint> points, std::optional<double> noise,
                std::vector<double> wanted);

  /// Something that was asked for can't be told.
  bool refuses() const;
  std::string text() const;
  std::string json() const;

 private:
  /// Why nothing is told of so many; empty if something is.
  std::string why_refused(double count) const;
  std::string law_line(const ScalingFit& fit) const;
  std::string points_table() const;
  std::string back_test_text() const;

  std::string of_;
  std::vector<ScalePoint> points_;
  std::optional<double> noise_;
  std::vector<double> wanted_;
  ScalingFit usl_;
  ScalingFit amdahl_;
};

}  // namespace throng::capacity
