#pragma once

#include "server/cluster/load.hpp"

namespace throng::cluster {

/// At these a shard has all it can have: with more of either it is Load::kFull.
LoadSigns signs_of_full();

}  // namespace throng::cluster
