#include "loadgen/capacity/metrics_text.hpp"

#include <prometheus/text_serializer.h>

#include <filesystem>
#include <map>
#include <utility>

#include "catalog/exposed.hpp"
#include "loadgen/capacity/metrics_catalog.hpp"

namespace throng::capacity {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

void add(MetricFamily& family, std::vector<ClientMetric::Label> labels, double value) {
  ClientMetric& row = family.metric.emplace_back();
  row.label = std::move(labels);
  row.gauge.value = value;
}

}  // namespace

std::string metrics_text(const Assessment& assessment) {
  const ClientMetric::Label estimate = {
      "estimate", std::filesystem::path(assessment.estimate.path).stem().string()};
  std::map<std::string, const Finding*> findings;
  for (const Finding& finding : assessment.findings) findings[finding.claim.name] = &finding;
  MetricFamily verdicts = catalog::exposed(*Listed("throng_claim_verdict"));
  MetricFamily errors = catalog::exposed(*Listed("throng_claim_error_ratio"));
  for (const auto& [claim, finding] : findings) {
    const std::string verdict(verdict_word(finding->verdict));
    add(verdicts, {estimate, {"claim", claim}, {"verdict", verdict}}, 1);
    if (finding->error) add(errors, {estimate, {"claim", claim}}, *finding->error);
  }
  return prometheus::TextSerializer().Serialize({verdicts, errors});
}

}  // namespace throng::capacity
