#include "loadgen/capacity/cost_features.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace throng::capacity {
namespace {

using report::RunResult;
using report::TargetMeasured;
using report::TargetOperations;
using Figure = std::optional<double>;

constexpr std::string_view kNames[] = {"messages",   "deliveries", "receipts",    "text",
                                       "heartbeats", "logins",     "connections", "process"};
static_assert(std::size(kNames) == kFeatures, "a name for each feature, in their order");

constexpr Resource::Cost kCpu[] = {
    {Feature::kMessages, "cpu_per_message", "us/message"},
    {Feature::kDeliveries, "cpu_per_delivery", "us/delivery"},
    {Feature::kReceipts, "cpu_per_receipt", "us/receipt"},
    {Feature::kText, "cpu_per_text_byte", "ns/B"},
    {Feature::kHeartbeats, "cpu_per_heartbeat", "us/heartbeat"},
    {Feature::kLogins, "cpu_per_login", "us/login"},
    {Feature::kConnections, "cpu_per_connection", "us/connection/s"},
    {Feature::kProcess, "cpu_of_process", "%"},
};
constexpr Resource::Cost kDisk[] = {
    {Feature::kMessages, "disk_per_message", "B/message"},
    {Feature::kReceipts, "disk_per_receipt", "B/receipt"},
    {Feature::kText, "disk_per_text_byte", ""},
    {Feature::kLogins, "disk_per_login", "B/login"},
};
constexpr Resource::Cost kWire[] = {
    {Feature::kMessages, "wire_per_message", "B/message"},
    {Feature::kDeliveries, "wire_per_delivery", "B/delivery"},
    {Feature::kReceipts, "wire_per_receipt", "B/receipt"},
    {Feature::kText, "wire_per_text_byte", ""},
    {Feature::kHeartbeats, "wire_per_heartbeat", "B/heartbeat"},
    {Feature::kLogins, "wire_per_login", "B/login"},
};
constexpr Resource::Cost kMemory[] = {
    {Feature::kConnections, "memory_per_connection", "B/connection"},
    {Feature::kProcess, "memory_of_process", "MB"},
};
double& at(FeatureCounts& counts, Feature feature) {
  return counts[static_cast<std::size_t>(feature)];
}

FeatureCounts counts_of(const TargetOperations& done) {
  FeatureCounts counts{};
  at(counts, Feature::kMessages) = done.messages;
  at(counts, Feature::kDeliveries) = done.deliveries;
  at(counts, Feature::kReceipts) = done.receipts;
  at(counts, Feature::kHeartbeats) = done.heartbeats;
  at(counts, Feature::kLogins) = done.logins;
  return counts;
}

Figure sum(const Figure& a, const Figure& b) {
  if (!a || !b) return std::nullopt;
  return *a + *b;
}

std::optional<CostReading> reading(const Figure& spent, const FeatureCounts& counts) {
  const bool told = spent && *spent > 0 &&
                    std::all_of(counts.begin(), counts.end(),
                                [](double each) { return std::isfinite(each) && each >= 0; });
  return told ? std::optional(CostReading{*spent, counts}) : std::nullopt;
}

// What is spent while the measured time goes on.
std::optional<CostReading> over_time(const RunResult& run, const Figure& spent) {
  const TargetMeasured& measured = *run.target.measured;
  if (!measured.operations || !measured.body_bytes_per_message) return std::nullopt;
  FeatureCounts counts = counts_of(*measured.operations);
  at(counts, Feature::kText) = *measured.body_bytes_per_message *
                               (measured.operations->messages + measured.operations->deliveries);
  at(counts, Feature::kConnections) = measured.connections.value_or(NAN) * run.time.measured_s;
  at(counts, Feature::kProcess) = run.time.measured_s;
  return reading(spent, counts);
}

std::optional<CostReading> cpu(const RunResult& run) {
  if (!run.target.measured) return std::nullopt;
  return over_time(run, run.target.measured->cpu_s);
}

std::optional<CostReading> wire(const RunResult& run) {
  if (!run.target.measured) return std::nullopt;
  return over_time(run, sum(run.target.measured->received_bytes, run.target.measured->sent_bytes));
}

std::optional<CostReading> disk(const RunResult& run) {
  if (!run.target.measured) return std::nullopt;
  const TargetMeasured& measured = *run.target.measured;
  if (!measured.operations_and_ramp || !measured.body_bytes_per_message) return std::nullopt;
  FeatureCounts counts = counts_of(*measured.operations_and_ramp);
  at(counts, Feature::kText) =
      *measured.body_bytes_per_message * measured.operations_and_ramp->messages;
  return reading(sum(measured.table_bytes, measured.log_bytes), counts);
}

std::optional<CostReading> memory(const RunResult& run) {
  if (!run.target.measured) return std::nullopt;
  FeatureCounts counts{};
  at(counts, Feature::kConnections) = run.target.measured->connections.value_or(NAN);
  at(counts, Feature::kProcess) = 1;
  return reading(run.target.measured->resident_bytes, counts);
}

constexpr Resource kResources[] = {
    {"cpu", "CPU of the server", "s", "", kCpu, cpu},
    {"disk", "bytes to disk, log and tables", "MB", "MB/s", kDisk, disk},
    {"wire", "bytes through sockets", "MB", "MB/s", kWire, wire},
    {"memory", "memory of the server", "MB", "MB", kMemory, memory},
};

}  // namespace

std::string_view feature_name(Feature feature) { return kNames[static_cast<std::size_t>(feature)]; }

std::span<const Resource> resources() { return kResources; }

}  // namespace throng::capacity
