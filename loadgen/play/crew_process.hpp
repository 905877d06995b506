#pragma once

#include "loadgen/play/crew.hpp"

namespace throng::play {

/// The life of a crew in a process of its own, right after fork(): plays what the coordinator at
/// the other end of the line says, and ends the process. Closes all other descriptors but the
/// standard ones. The coordinator's end is this process' end.
[[noreturn]] void serve_crew(int descriptor, const CrewPlan& plan) noexcept;

}  // namespace throng::play
