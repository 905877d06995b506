#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace throng::simulate {

/// The fewest nodes that hold something, found by halving, to one in fifty.
///
/// `work` nodes are busy all the time: with fewer, queues grow for ever. More than kSlack times as
/// many aren't tried: what doesn't hold then isn't for want of nodes.
/// Requires: more nodes never hold less; work >= 0.
std::optional<std::uint64_t> fewest_nodes(double work,
                                          const std::function<bool(std::uint64_t)>& holds);
inline constexpr double kSlack = 20;

}  // namespace throng::simulate
