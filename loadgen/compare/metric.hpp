#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "loadgen/report/run_result.hpp"

namespace throng::compare {

enum class Better { kHigher, kLower };

/// A figure of a run that the gate guards.
struct Metric {
  std::string_view name;
  std::string_view unit;  ///< as report::value_text has them, and "s" and "bytes"
  Better better = Better::kLower;
  double limit = 0;  ///< the loss that must not get through, unless told otherwise: 0.03 is 3 %
};

/// The family: all are judged together.
inline constexpr std::array<Metric, 8> kMetrics{{
    {"throughput", "1/s", Better::kHigher, 0.03},
    {"send.p50", "ns", Better::kLower, 0.05},
    {"send.p99", "ns", Better::kLower, 0.05},
    {"deliver.p50", "ns", Better::kLower, 0.05},
    {"deliver.p99", "ns", Better::kLower, 0.05},
    {"cpu_per_message", "s", Better::kLower, 0.03},
    {"memory_per_user", "bytes", Better::kLower, 0.03},
    {"disk_per_message", "bytes", Better::kLower, 0.03},
}};

/// In the order of kMetrics; nullopt where the run doesn't say.
using Values = std::array<std::optional<double>, kMetrics.size()>;

Values read_values(const report::RunResult& run);

/// nullopt if there is none of that name.
std::optional<std::size_t> metric_index(std::string_view name);

/// "1,234/s", "1.23 ms", "11.3 kB": as people read a value of the metric.
std::string value_text(const Metric& metric, double value);

/// The logarithm of how much worse the candidate is; negative if it is better.
double loss(const Metric& metric, double base, double candidate);
/// The same for what a limit is: a loss of 3 % is a ratio of 1.03 where lower is better, and of
/// 0.97 where higher is.
double loss_of_share(const Metric& metric, double share);
/// And back: 0.03 for a loss of 3 %; what is infinite stays it.
double share_of_loss(const Metric& metric, double loss);
/// The candidate over the base.
double ratio_of_loss(const Metric& metric, double loss);

}  // namespace throng::compare
