#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>

#include "loadgen/capacity/cost_model.hpp"
#include "loadgen/capacity/expression.hpp"
#include "loadgen/capacity/monte_carlo.hpp"

namespace throng::capacity {

/// How much of each feature a load has in a second: of connections how many there are, of text
/// bytes.
using Rates = std::map<Feature, Expression>;

/// Where an expression of an estimate's inputs lies.
using SpreadOf = std::function<Spread(const Expression&)>;

/// Why the model can't say what such a load spends: it wasn't fitted, no run had something that the
/// load has, what came together in all runs comes in other proportions, the estimate doesn't say
/// how much of something there is. Empty if it can.
std::string why_unusable(const CostModel& model, const Rates& rates, const SpreadOf& spread);

/// What such a load spends by the model, a second: Σ rate × cost. `costs` are those of the model's
/// terms. What the server itself spends isn't in it. Requires: why_unusable() is empty.
Expression spent_by(const CostModel& model, std::span<const Expression> costs, const Rates& rates);

}  // namespace throng::capacity
