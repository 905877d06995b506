#pragma once

#include <prometheus/metric_family.h>

#include <string>

#include "catalog/catalog.hpp"

namespace throng::catalog {

inline prometheus::MetricType exposed_type(Kind kind) {
  switch (kind) {
    case Kind::kCounter:
      return prometheus::MetricType::Counter;
    case Kind::kGauge:
      return prometheus::MetricType::Gauge;
    case Kind::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

/// A listed metric for the page, without rows.
inline prometheus::MetricFamily exposed(const Family& listed) {
  return {std::string(listed.name), std::string(listed.help), exposed_type(listed.kind), {}};
}

/// Of a counter or a gauge.
inline void set_value(prometheus::ClientMetric& row, Kind kind, double value) {
  if (kind == Kind::kCounter) {
    row.counter.value = value;
  } else {
    row.gauge.value = value;
  }
}

}  // namespace throng::catalog
