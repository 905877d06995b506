#pragma once

#include <span>
#include <vector>

#include "loadgen/report/aggregate_info.hpp"
#include "loadgen/simulate/aggregate/account.hpp"
#include "loadgen/simulate/aggregate/peak.hpp"

namespace throng::simulate {

/// What a report says of people who were added up, but for whether the fleet was given.
/// Requires: a peak for each region.
report::AggregateInfo aggregate_info(const Sampler& sampler, const Account& account,
                                     std::span<const Peak> peaks);

/// Of all regions, over the whole time.
struct People {
  double online_peak = 0;
  double logins = 0;
};
People people_of(const Traffic& traffic);

/// A sentence for each region whose cores or disks have more to do at the peak than they can.
/// Queues grow as long as that lasts, which no stretch of time is long enough to show.
std::vector<std::string> overloads(const Sampler& sampler, std::span<const Peak> peaks);

}  // namespace throng::simulate
