#include "loadgen/simulate/aggregate/traffic.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "protocol/events.hpp"

namespace throng::simulate {
namespace {

using pacing::Duration;
using scenario::Zone;

constexpr Duration kDay = std::chrono::hours(24);
/// As in users::SocialGraph.
constexpr double kLeastMembers = 3;
constexpr double kMostMembers = 100'000;
constexpr std::size_t kSizesDrawn = 1 << 14;
constexpr std::uint64_t kSizesStream = ~std::uint64_t{2};

std::vector<std::uint32_t> draw_sizes(const scenario::Plan& plan) {
  pacing::Random random(0, kSizesStream);
  const double most = std::min(static_cast<double>(plan.users), kMostMembers);
  std::vector<std::uint32_t> sizes(kSizesDrawn);
  for (std::uint32_t& size : sizes) {
    const double drawn = std::floor(plan.groups.size.sample(random));
    size = static_cast<std::uint32_t>(std::max(std::min(drawn, most), kLeastMembers));
  }
  return sizes;
}

/// As many places in proportion to each size: where every `step`th member of all groups is.
std::vector<std::uint32_t> by_members(const std::vector<std::uint32_t>& sizes) {
  double members = 0;
  for (const std::uint32_t size : sizes) members += size;
  const double step = members / static_cast<double>(sizes.size());
  std::vector<std::uint32_t> groups;
  double next = step / 2;
  double passed = 0;
  for (const std::uint32_t size : sizes) {
    for (passed += size; next < passed && groups.size() < sizes.size(); next += step) {
      groups.push_back(size);
    }
  }
  return groups;
}

double mean_receivers(const std::vector<std::uint32_t>& groups, std::uint32_t most_members) {
  double sum = 0;
  for (const std::uint32_t size : groups) sum += size <= most_members ? size - 1 : 0;
  return groups.empty() ? 0 : sum / static_cast<double>(groups.size());
}

std::vector<Traffic::Region> regions_of(const std::vector<Zone>& zones) {
  std::vector<Traffic::Region> regions;
  for (const Zone& zone : zones) {
    auto region = std::ranges::find(regions, zone.region, &Traffic::Region::name);
    if (region == regions.end())
      region = regions.insert(region, {.name = zone.region, .zones = {}});
    region->share += zone.share;
    region->zones.push_back(zone);
  }
  return regions;
}

/// Since a local midnight before the run, so that curves of a day and longer see no time before it.
Duration local_time(const Zone& zone, Duration at) {
  const Duration ahead = pacing::from_seconds(zone.utc_hours * 3600);
  return at + ahead + (ahead < Duration::zero() ? kDay : Duration::zero());
}

/// As many as come in the time `span` before `local`; as at its start before the curve begins.
double came_within(const pacing::RateCurve& curve, Duration local, Duration span) {
  const Duration from = std::max(local - span, Duration::zero());
  const double before = pacing::to_seconds(span - (local - from)) * curve.rate_at(Duration::zero());
  return curve.arrivals_by(local) - curve.arrivals_by(from) + before;
}

}  // namespace

Intensity Intensity::scaled(double by) const {
  return {messages * by, logins * by, heartbeats * by, online * by, reachable};
}

ChatSizes::ChatSizes(const scenario::Plan& plan, double direct) : direct_(direct) {
  if (direct < 1) groups_ = by_members(draw_sizes(plan));
  const auto mean = [&](std::uint32_t most) {
    return direct_ + (1 - direct_) * simulate::mean_receivers(groups_, most);
  };
  mean_receivers_ = mean(static_cast<std::uint32_t>(kMostMembers));
  mean_told_ = mean(static_cast<std::uint32_t>(protocol::kMaxReceiptMembers));
}

std::uint32_t ChatSizes::sample(pacing::Random& random) const {
  if (random.chance(direct_)) return 2;
  return groups_[random.below(groups_.size())];
}

Traffic::Traffic(const scenario::Plan& plan, scenario::Population population)
    : people_(plan.users),
      duration_(plan.duration),
      population_(std::move(population)),
      reading_(plan.reading),
      sizes_(plan, population_.direct),
      regions_(regions_of(population_.zones)),
      missed_per_login_(find_missed_per_login()) {}

Duration Traffic::moment(std::size_t index) const {
  return pacing::from_seconds(pacing::to_seconds(duration_) * (static_cast<double>(index) + 0.5) /
                              static_cast<double>(kMoments));
}

Intensity Traffic::at(std::size_t region, Duration at) const {
  Intensity all;
  double people_here = 0;
  for (const Zone& zone : regions_[region].zones) {
    const double people = static_cast<double>(people_) * zone.share;
    const Duration local = local_time(zone, at);
    people_here += people;
    all.messages += people * population_.messages.curve().rate_at(local);
    if (!population_.logins) {
      all.online += people;
      continue;
    }
    const pacing::RateCurve& logins = population_.logins->curve();
    all.logins += people * logins.rate_at(local);
    all.online += people * std::min(1.0, came_within(logins, local, population_.stay));
  }
  // A chat's members live anywhere in the region.
  if (people_here > 0) all.reachable = all.online / people_here;
  if (population_.heartbeat > Duration::zero()) {
    all.heartbeats = all.online / pacing::to_seconds(population_.heartbeat);
  }
  return all;
}

double Traffic::find_missed_per_login() const {
  double missed = 0;
  double logins = 0;
  for (std::size_t region = 0; region < regions_.size(); ++region) {
    for (std::size_t i = 0; i < kMoments; ++i) {
      const Intensity here = at(region, moment(i));
      missed += here.messages * sizes_.mean_receivers() * (1 - here.reachable);
      logins += here.logins;
    }
  }
  return logins > 0 ? missed / logins : 0;
}

double Traffic::core_load(const Intensity& work, const CostProfile& costs) const {
  const double delivery = sizes_.mean_receivers() * costs.delivery.mean();
  const double receipts = sizes_.mean_told() * (1 + reading_.chance) * costs.receipt.mean();
  const double message = costs.message.mean() + work.reachable * (delivery + receipts);
  const double login = costs.login.mean() + missed_per_login_ * costs.missed.mean();
  return work.messages * message + work.logins * login + work.heartbeats * costs.heartbeat.mean();
}

double Traffic::disk_load(const Intensity& work, const DiskModel& disk) const {
  const double cursors = work.reachable * sizes_.mean_receivers() * (1 + reading_.chance);
  return work.messages * (1 + cursors) * disk.record.mean();
}

}  // namespace throng::simulate
