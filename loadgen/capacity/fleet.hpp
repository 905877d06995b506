#pragma once

#include "loadgen/capacity/figure_list.hpp"
#include "loadgen/capacity/inputs.hpp"

namespace throng::capacity {

/// What the machines have to carry at the busiest moment.
struct FleetLoad {
  Expression messages;    ///< messages/s
  Expression mean_share;  ///< of the busiest moment, on average over a day
  Expression cores;
  Expression memory;
  Expression disk;
  Expression network;
};

/// How many machines to order, and what they cost: as many as the scarcest of their parts asks for
/// with headroom, and cores so many that the SLO holds (Erlang's C formula, each machine a queue);
/// with spare machines down and a zone lost, those that are left still carry it.
void add_fleet(FigureList& figures, const Inputs& inputs, const FleetLoad& load);

/// "USD" or "EUR": what machines are paid in.
const char* currency_of(const Inputs& inputs);

}  // namespace throng::capacity
