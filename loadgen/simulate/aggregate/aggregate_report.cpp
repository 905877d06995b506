#include "loadgen/simulate/aggregate/aggregate_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "loadgen/pacing/quantity.hpp"
#include "loadgen/simulate/aggregate/volume.hpp"

namespace throng::simulate {
namespace {

using report::TrafficRate;

constexpr double kDay_s = 24 * 3600;

Intensity all_regions(const Traffic& traffic, std::size_t moment) {
  Intensity all;
  for (std::size_t region = 0; region < traffic.regions().size(); ++region) {
    const Intensity work = traffic.at(region, traffic.moment(moment));
    // Weighted, since what is reached goes with the messages.
    all.reachable = all.messages + work.messages > 0
                        ? (all.reachable * all.messages + work.reachable * work.messages) /
                              (all.messages + work.messages)
                        : all.reachable;
    all.messages += work.messages;
    all.logins += work.logins;
    all.heartbeats += work.heartbeats;
    all.online += work.online;
  }
  return all;
}

template <class Rate>
TrafficRate rate_of(const Traffic& traffic, Rate&& rate) {
  TrafficRate all;
  for (std::size_t i = 0; i < Traffic::kMoments; ++i) {
    const double here = rate(all_regions(traffic, i));
    all.mean_per_s += here / Traffic::kMoments;
    all.peak_per_s = std::max(all.peak_per_s, here);
  }
  return all;
}

std::vector<std::pair<std::string, TrafficRate>> traffic_rates(const Traffic& traffic) {
  const ChatSizes& sizes = traffic.sizes();
  const double receipts = sizes.mean_told() * (1 + traffic.reading().chance);
  using Work = const Intensity&;
  return {
      {"messages", rate_of(traffic, [](Work work) { return work.messages; })},
      {"deliveries",
       rate_of(traffic,
               [&](Work work) { return work.messages * work.reachable * sizes.mean_receivers(); })},
      {"receipts",
       rate_of(traffic, [&](Work work) { return work.messages * work.reachable * receipts; })},
      {"heartbeats", rate_of(traffic, [](Work work) { return work.heartbeats; })},
      {"logins", rate_of(traffic, [](Work work) { return work.logins; })},
  };
}

report::RegionFigures region_figures(const Sampler& sampler, const Account& account,
                                     std::size_t region, const Peak& peak) {
  const Traffic& traffic = sampler.traffic();
  report::RegionFigures figures;
  figures.name = traffic.regions()[region].name;
  figures.people = static_cast<double>(traffic.people()) * traffic.regions()[region].share;
  for (std::size_t i = 0; i < Traffic::kMoments; ++i) {
    const Intensity work = traffic.at(region, traffic.moment(i));
    figures.online_peak = std::max(figures.online_peak, work.online);
    figures.messages_mean_per_s += work.messages / Traffic::kMoments;
    figures.messages_peak_per_s = std::max(figures.messages_peak_per_s, work.messages);
  }
  figures.nodes = peak.fleet.nodes;
  figures.peak_at_s = pacing::to_seconds(peak.at);
  figures.core_busy = account.core_busy(region);
  figures.core_busy_peak = peak.core_busy(sampler.world().cores);
  figures.disk_busy_peak = peak.disk_busy();
  return figures;
}

/// Of the region in which each operation is worst.
report::EstimatesByOperation worst_of(std::span<const Peak> peaks) {
  report::EstimatesByOperation worst;
  for (const Peak& peak : peaks) {
    for (auto& [name, estimates] : estimates_of(peak.replications)) {
      const auto same = std::ranges::find(worst, name, [](const auto& each) { return each.first; });
      if (same == worst.end()) {
        worst.emplace_back(name, estimates);
      } else if (estimates.p99.value > same->second.p99.value) {
        same->second = estimates;
      }
    }
  }
  return worst;
}

report::SampleFigures sample_of(const Sampler& sampler, const Account& account) {
  report::SampleFigures sample;
  sample.replications = kReplications;
  sample.windows = account.played();
  sample.window_s = pacing::to_seconds(account.length(0));
  sample.share = account.share();
  sample.thinned = fmt::format(
      "thinned to {:.2g} % of the nodes' time: {} independent replications of {} windows of {}, of "
      "one node in each of {} regions; intervals are 95 % of the replications, and of the sample "
      "only, not of the model",
      100 * sample.share, kReplications, sample.windows, pacing::format_duration(account.length(0)),
      sampler.traffic().regions().size());
  return sample;
}

}  // namespace

report::AggregateInfo aggregate_info(const Sampler& sampler, const Account& account,
                                     std::span<const Peak> peaks) {
  const Traffic& traffic = sampler.traffic();
  report::AggregateInfo info;
  for (std::size_t region = 0; region < peaks.size(); ++region) {
    info.nodes += peaks[region].fleet.nodes;
    info.regions.push_back(region_figures(sampler, account, region, peaks[region]));
  }
  info.traffic = traffic_rates(traffic);
  const Volume volume = volume_of(traffic);
  const double days = pacing::to_seconds(traffic.duration()) / kDay_s;
  info.stored_bytes_per_day = volume.stored / days;
  info.received_bytes_per_day = volume.received / days;
  info.sent_bytes_per_day = volume.sent / days;
  info.sample = sample_of(sampler, account);
  info.day = estimates_of(account.replications());
  info.peak = worst_of(peaks);
  info.unknown = {
      "a ledger: nobody's messages are followed one by one, so nothing is known of loss, repeats "
      "and order",
      "what nodes say to each other takes no time and no CPU; memory, bandwidth, faults and people "
      "who come back after them aren't simulated",
  };
  return info;
}

People people_of(const Traffic& traffic) {
  People people;
  const double step_s = pacing::to_seconds(traffic.duration()) / Traffic::kMoments;
  for (std::size_t i = 0; i < Traffic::kMoments; ++i) {
    const Intensity work = all_regions(traffic, i);
    people.online_peak = std::max(people.online_peak, work.online);
    people.logins += step_s * work.logins;
  }
  return people;
}

std::vector<std::string> overloads(const Sampler& sampler, std::span<const Peak> peaks) {
  const Traffic& traffic = sampler.traffic();
  std::vector<std::string> sentences;
  for (std::size_t region = 0; region < peaks.size(); ++region) {
    const auto look_at = [&](const char* what, double units, auto&& load) {
      const double busiest = load(traffic.at(region, traffic.peak(region, load))) /
                             (units * static_cast<double>(peaks[region].fleet.nodes));
      if (busiest < 1) return;
      sentences.push_back(fmt::format(
          "the {} of {} have {:.3g} s of work in each second of the peak, so people wait for ever "
          "longer: give more nodes",
          what, traffic.regions()[region].name, busiest));
    };
    look_at("cores", sampler.world().cores,
            [&](const Intensity& work) { return traffic.core_load(work, sampler.world().costs); });
    look_at("disks", 1,
            [&](const Intensity& work) { return traffic.disk_load(work, sampler.world().disk); });
  }
  return sentences;
}

}  // namespace throng::simulate
