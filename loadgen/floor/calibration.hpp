#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "loadgen/report/run_result.hpp"

namespace throng::floor {

/// What the generator itself adds to the latencies of the run that is about to begin: pairs of
/// users exchange about a thousand messages with a peer that only answers, for a second, through
/// all the code that the run itself goes through.
///
/// `now` is the time of day. Takes about two seconds. Nothing if it was interrupted or couldn't be
/// measured. Requires: this process has one thread.
/// Errors: std::system_error when there can't be another process.
std::optional<report::FloorFigures> measure_floor(std::uint64_t seed,
                                                  std::chrono::system_clock::time_point now,
                                                  const std::function<bool()>& interrupted);

}  // namespace throng::floor
