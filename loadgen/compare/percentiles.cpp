#include "loadgen/compare/percentiles.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace throng::compare {
namespace {

const report::PercentileCurve* curve_of(const Sample& sample, std::string_view operation) {
  for (const auto& [name, curve] : sample.curves) {
    if (name == operation) return &curve;
  }
  return nullptr;
}

std::int64_t median(std::vector<std::int64_t> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

report::PercentileCurve median_curve(std::span<const Sample> samples, std::string_view operation) {
  std::map<double, std::vector<std::int64_t>> at;
  for (const Sample& each : samples) {
    const report::PercentileCurve* curve = curve_of(each, operation);
    if (curve == nullptr) return {};
    for (const auto& [percentile, ns] : *curve) at[percentile].push_back(ns);
  }
  report::PercentileCurve made;
  for (auto& [percentile, values] : at) {
    if (values.size() == samples.size()) made.push_back({percentile, median(std::move(values))});
  }
  return made;
}

}  // namespace throng::compare
