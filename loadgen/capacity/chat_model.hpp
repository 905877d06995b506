#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/capacity/chat_inputs.hpp"
#include "loadgen/capacity/cost_use.hpp"
#include "loadgen/capacity/estimate.hpp"

/// What follows from an estimate of a chat service.
namespace throng::capacity {

/// What runs tell.
struct Known {
  /// A measured figure, or an unknown that says why there is none.
  std::function<Expression(const std::string& name)> measured;
  /// What such a load spends of a resource, or an unknown that says why no fit tells.
  std::function<Expression(std::string_view resource, const Rates& rates)> fitted;
};

/// All that follows, in the order of reports: load, storage, network, memory, cores, machines, the
/// fleet.
std::vector<Figure> chat_figures(const Inputs& inputs, const Known& known);

}  // namespace throng::capacity
