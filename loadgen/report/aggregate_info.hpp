#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace throng::report {

/// What a sample says of the whole: the true value lies from `low` to `high` in 95 of 100 samples.
/// The error of the sample only, not of the model.
struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;
};

/// Of one operation's latencies, in nanoseconds.
struct LatencyEstimates {
  Estimate mean;
  Estimate p50;
  Estimate p99;
  Estimate p999;
};

/// By operation; those of which nothing was seen are left out.
using EstimatesByOperation = std::vector<std::pair<std::string, LatencyEstimates>>;

/// How much of one thing there is.
struct TrafficRate {
  double mean_per_s = 0;
  double peak_per_s = 0;  ///< of all regions together, in the busiest minute or so
};

/// People of some time zones and the nodes that serve them.
struct RegionFigures {
  std::string name;
  double people = 0;
  double online_peak = 0;
  std::uint64_t nodes = 0;
  double messages_mean_per_s = 0;
  double messages_peak_per_s = 0;
  double peak_at_s = 0;  ///< when its cores have most to do, since midnight UTC
  Estimate core_busy;    ///< share of the cores' time, over the whole time
  Estimate core_busy_peak;
  Estimate disk_busy_peak;
};

/// What was looked at of the whole.
struct SampleFigures {
  std::uint64_t replications = 0;  ///< independent samples, from which the intervals are
  std::uint64_t windows = 0;       ///< stretches of time in each, of one node in each region
  double window_s = 0;
  double share = 0;     ///< of the time of all nodes, all replications together
  std::string thinned;  ///< a sentence that says it
};

/// Of a simulation of superposed arrivals, where nobody is played one by one.
struct AggregateInfo {
  std::uint64_t nodes = 0;   ///< of all regions
  bool nodes_found = false;  ///< the fewest that hold the thresholds at each region's peak
  std::vector<RegionFigures> regions;
  /// messages, deliveries, receipts, heartbeats and logins.
  std::vector<std::pair<std::string, TrafficRate>> traffic;
  double stored_bytes_per_day = 0;
  double received_bytes_per_day = 0;  ///< by all nodes; events as JSON, without frames and TCP
  double sent_bytes_per_day = 0;
  SampleFigures sample;
  EstimatesByOperation day;          ///< the whole time
  EstimatesByOperation peak;         ///< of the region in which each is worst, at its busiest time
  std::vector<std::string> unknown;  ///< what such a simulation can't tell, and why
};

}  // namespace throng::report
