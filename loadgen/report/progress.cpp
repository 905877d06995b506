#include "loadgen/report/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "loadgen/report/humanise.hpp"

namespace throng::report {
namespace {

constexpr std::string_view kSeparator = " · ";

// Code points: every one that occurs here is one column wide.
std::size_t width(std::string_view text) {
  return std::size_t(std::count_if(text.begin(), text.end(),
                                   [](char c) { return (std::uint8_t(c) & 0xC0) != 0x80; }));
}

std::string time_part(const Progress& progress) {
  if (!progress.total_s) return span_text(progress.elapsed_s);
  const double left =
      std::max(0.0, *progress.total_s - progress.elapsed_s) / progress.speed.value_or(1);
  return fmt::format("{} of {}, {} left", span_text(progress.elapsed_s),
                     span_text(*progress.total_s), span_text(left));
}

std::vector<std::string> parts(std::string_view phase, const Progress& progress) {
  std::vector<std::string> list = {
      std::string(phase),
      time_part(progress),
  };
  if (progress.speed) list.push_back(fmt::format("{:.3g} × real time", *progress.speed));
  list.push_back(count_text(progress.users_connected) + " users");
  list.push_back("send " + rate_text(progress.send_rate_per_s));
  list.push_back("deliver " + rate_text(progress.deliver_rate_per_s));
  if (progress.p50_ns) list.push_back("p50 " + duration_text(double(*progress.p50_ns)));
  if (progress.p99_ns) list.push_back("p99 " + duration_text(double(*progress.p99_ns)));
  list.push_back(count_text(progress.errors) + (progress.errors == 1 ? " error" : " errors"));
  list.push_back(count_text(progress.outstanding) + " outstanding");
  return list;
}

}  // namespace

std::string progress_line(std::string_view phase, const Progress& progress, std::size_t columns) {
  std::string line;
  for (const std::string& part : parts(phase, progress)) {
    const std::string longer = line.empty() ? part : line + std::string(kSeparator) + part;
    if (width(longer) > columns) break;
    line = longer;
  }
  return line;
}

}  // namespace throng::report
