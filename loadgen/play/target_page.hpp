#pragma once

#include <optional>
#include <string_view>

#include "loadgen/report/run_result.hpp"

namespace throng::play {

/// What a target's /metrics page said at one moment. nullopt: it doesn't have that.
struct TargetSample {
  std::optional<double> started_s;  ///< when its process began
  std::optional<double> committed;  ///< messages, up to this moment
  std::optional<double> messages;   ///< as old as body_bytes
  std::optional<double> body_bytes;
  std::optional<double> connections;
  std::optional<double> cpu_s;
  std::optional<double> resident_bytes;
  std::optional<double> received_bytes;
  std::optional<double> sent_bytes;
  std::optional<double> table_bytes;
  std::optional<double> log_bytes;
  std::optional<double> table_messages;
  std::optional<double> deliveries;
  std::optional<double> receipts;    ///< from sessions, delivered and read
  std::optional<double> heartbeats;  ///< pings and other signs of life
  std::optional<double> logins;

  /// True for a page of throng-server's, or of anything that uses its names.
  bool says_anything() const { return committed.has_value(); }
};

/// Adds up a metric of a page in the Prometheus text format over its labels, or over those rows
/// that have `label`, e.g. `part="log"`. nullopt when there is no such row.
std::optional<double> metric_sum(std::string_view page, std::string_view name,
                                 std::string_view label = {});

TargetSample read_target_page(std::string_view page);

/// What came of the time between: `before` the ramp, when the measured time began, and at
/// its end. Of a target that was started anew meanwhile, what its process counts has no difference.
report::TargetMeasured measured_between(const TargetSample& before, const TargetSample& begin,
                                        const TargetSample& last);

}  // namespace throng::play
