#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "loadgen/report/run_result.hpp"

/// What a run's server did, and what that took.
namespace throng::capacity {

/// What a server may spend something on, in the order in which costs are laid to them: what always
/// comes along with one that stands before it is told as part of that.
enum class Feature : std::uint8_t {
  kMessages,
  kDeliveries,
  kReceipts,
  kText,  ///< bytes of messages' texts that are moved or kept
  kHeartbeats,
  kLogins,
  kConnections,  ///< for the measured time, where the resource is spent over time
  kProcess,      ///< the server itself, whatever it is asked for
};
inline constexpr std::size_t kFeatures = 8;
using FeatureCounts = std::array<double, kFeatures>;

/// "deliveries".
std::string_view feature_name(Feature feature);

/// What one run says of a resource.
struct CostReading {
  double spent = 0;  ///< in base units
  FeatureCounts counts{};
};

/// Something that a server spends.
struct Resource {
  std::string_view name;     ///< "cpu"
  std::string_view says;     ///< "CPU of the server"
  std::string_view measure;  ///< the unit of a run's: "s"
  std::string_view rate;     ///< the unit of a load's: "MB/s"
  struct Cost {
    Feature feature;
    std::string_view name;  ///< "cpu_per_message"
    std::string_view unit;  ///< "us/message"
  };
  std::span<const Cost> costs;  ///< what it may be spent on
  /// nullopt for what the run's target doesn't tell, or spent nothing of.
  std::optional<CostReading> (*read)(const report::RunResult& run);
};

/// CPU, bytes on disk (log and tables), bytes on the wire, memory.
std::span<const Resource> resources();

}  // namespace throng::capacity
