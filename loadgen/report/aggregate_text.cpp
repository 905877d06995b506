#include "loadgen/report/aggregate_text.hpp"

#include <fmt/format.h>

#include <cmath>

#include "loadgen/pacing/quantity.hpp"
#include "loadgen/report/humanise.hpp"

namespace throng::report {
namespace {

using pacing::format_bytes;
using pacing::format_count;

std::string percent_text(const Estimate& share) {
  return fmt::format("{:.3g} % ({:.3g} to {:.3g})", 100 * share.value, 100 * share.low,
                     100 * share.high);
}

std::string latency_text(const Estimate& ns) {
  return fmt::format("{} ({} to {})", duration_text(ns.value), duration_text(ns.low),
                     duration_text(ns.high));
}

std::string time_of_day(double since_midnight_s) {
  const auto minutes = std::lround(since_midnight_s / 60);
  return fmt::format("{:02}:{:02} UTC", minutes / 60 % 24, minutes % 60);
}

std::string region_text(const RegionFigures& region) {
  return fmt::format(
      "{} people, {} online at most, {} nodes; {} messages/s, {} at {}; cores {} busy, {} at that "
      "time, disks {}",
      format_count(region.people), format_count(region.online_peak), count_text(region.nodes),
      format_count(region.messages_mean_per_s), format_count(region.messages_peak_per_s),
      time_of_day(region.peak_at_s), percent_text(region.core_busy),
      percent_text(region.core_busy_peak), percent_text(region.disk_busy_peak));
}

std::string traffic_text(const AggregateInfo& info) {
  std::string text;
  for (const auto& [name, rate] : info.traffic) {
    text += fmt::format("{}{} {}/s on average, {} at the peak", text.empty() ? "" : "; ", name,
                        format_count(rate.mean_per_s), format_count(rate.peak_per_s));
  }
  return text;
}

std::string bytes_text(const AggregateInfo& info) {
  return fmt::format(
      "{} stored, {} received and {} sent a day", format_bytes(info.stored_bytes_per_day),
      format_bytes(info.received_bytes_per_day), format_bytes(info.sent_bytes_per_day));
}

}  // namespace

std::vector<std::pair<std::string, std::string>> aggregate_lines(const AggregateInfo& info) {
  std::vector<std::pair<std::string, std::string>> lines;
  lines.emplace_back("sample", info.sample.thinned);
  lines.emplace_back(
      "fleet", fmt::format("{} nodes{}", count_text(info.nodes),
                           info.nodes_found ? ": the fewest that hold the thresholds at the peaks"
                                            : ", as given"));
  for (const RegionFigures& region : info.regions) {
    lines.emplace_back(region.name, region_text(region));
  }
  lines.emplace_back("traffic", traffic_text(info));
  lines.emplace_back("bytes", bytes_text(info));
  for (const auto& [name, each] : info.day) {
    lines.emplace_back(
        name, fmt::format("mean {}, p99 {}", latency_text(each.mean), latency_text(each.p99)));
  }
  for (const auto& [name, each] : info.peak) {
    lines.emplace_back(
        name + " at the peak",
        fmt::format("mean {}, p99 {}", latency_text(each.mean), latency_text(each.p99)));
  }
  for (const std::string& unknown : info.unknown) lines.emplace_back("not known", unknown);
  return lines;
}

}  // namespace throng::report
