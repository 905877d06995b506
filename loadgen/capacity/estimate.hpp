#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/capacity/expression.hpp"
#include "loadgen/capacity/inputs.hpp"
#include "loadgen/capacity/unit.hpp"

namespace throng::capacity {

/// Something that follows from the inputs.
struct Figure {
  std::string name;
  Unit unit;  ///< that it is shown in
  Expression expression;
};

enum class Relation { kAbout, kAtMost, kAtLeast };

/// A number that somebody wrote down.
struct Claim {
  std::string name;  ///< "20 billion messages a day"
  std::string of;    ///< the figure or input that it is about
  Relation relation = Relation::kAbout;
  Quantity value;
  Unit unit;
  double tolerance = 0;  ///< 0.05: within 5 % of the value
  std::string from;      ///< where it comes from
  std::string origin;    ///< "FILE:LINE"
};

/// What evidence must be of, to count for this estimate.
struct Requirements {
  std::string service;                 ///< "chat"; any other: nothing can be measured
  std::string scenario;                ///< that was played; empty: nothing counts
  std::optional<std::uint32_t> cores;  ///< of the machine; nullopt: all runs on alike ones
};

/// An estimate file, read: what it starts from, what follows by its own arithmetic, and what it
/// claims.
struct Estimate {
  std::string path;
  std::string sha256;
  std::string title;  ///< the file's first comment line
  Requirements requirements;
  Inputs inputs;
  std::vector<Figure> figures;
  std::vector<Claim> claims;
};

}  // namespace throng::capacity
