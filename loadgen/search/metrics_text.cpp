#include "loadgen/search/metrics_text.hpp"

#include <prometheus/text_serializer.h>

#include <filesystem>
#include <utility>

#include "catalog/exposed.hpp"
#include "loadgen/search/metrics_catalog.hpp"

namespace throng::search {

using prometheus::MetricFamily;

std::string metrics_text(const Record& record, const Finding& finding) {
  MetricFamily loads = catalog::exposed(*Listed("throng_knee_load"));
  MetricFamily rates = catalog::exposed(*Listed("throng_knee_messages_per_second"));
  if (!finding.maximum) return prometheus::TextSerializer().Serialize({loads, rates});
  const std::string scenario = std::filesystem::path(record.scenario_file).stem().string();
  const auto messages = messages_per_load(record, finding.maximum->at);
  const auto add = [&](MetricFamily& family, const char* edge, double value) {
    prometheus::ClientMetric& row = family.metric.emplace_back();
    row.label = {{"scenario", scenario}, {"edge", edge}};
    row.gauge.value = value;
  };
  for (const auto& [edge, load] : {std::pair{"at", finding.maximum->at},
                                   {"low", finding.maximum->low},
                                   {"high", finding.maximum->high}}) {
    add(loads, edge, load);
    if (messages) add(rates, edge, *messages * load);
  }
  return prometheus::TextSerializer().Serialize({loads, rates});
}

}  // namespace throng::search
