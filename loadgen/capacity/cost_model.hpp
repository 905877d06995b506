#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "loadgen/capacity/cost_features.hpp"
#include "loadgen/capacity/unit.hpp"

namespace throng::capacity {

/// What one run says of a resource, and where.
struct CostRow {
  std::string path;
  CostReading reading;
};

/// What a server spends on one of something. All in base units.
struct CostTerm {
  Feature feature;
  std::string name;  ///< "cpu_per_message"
  Unit unit;
  double value = 0;
  double low = 0;  ///< of the 95 % interval
  double high = 0;
  std::vector<double> likely;  ///< what it may be; entry i of each term belongs together
};

/// A count that came with others in the same proportion in all runs: what it costs is part of what
/// they cost, and can't be told from it.
struct CostTie {
  Feature feature;
  std::vector<std::pair<Feature, double>> of;  ///< how much of it came with one of each

  double expected(const FeatureCounts& counts) const;
  /// "1.98 receipts a delivery".
  std::string text() const;
};

/// What a server spends on each thing that it does: spent ≈ Σ cost × count, without a term below 0.
/// Fitted so that residuals relative to what was spent are smallest.
struct CostModel {
  const Resource* resource = nullptr;
  std::vector<CostRow> rows;
  std::vector<CostTerm> terms;  ///< none: it couldn't be fitted, for why_none
  std::vector<CostTie> ties;
  std::vector<Feature> unseen;  ///< that no run had
  double residual = 0;          ///< standard deviation, relative to what was spent
  std::string why_none;

  double predict(const FeatureCounts& counts) const;
};

/// Errors are told in why_none: too few runs, counts whose costs can't be told apart.
CostModel fit_cost(const Resource& resource, std::vector<CostRow> rows, std::uint64_t seed);

/// What comes of fitting every other run, and predicting those between.
struct BackTest {
  double worst = 0;  ///< relative error
  double mean = 0;   ///< of the absolute relative errors
  std::size_t predicted = 0;
};
/// nullopt when half of the rows is too few for a fit.
std::optional<BackTest> back_test(const Resource& resource, const std::vector<CostRow>& rows);

}  // namespace throng::capacity
