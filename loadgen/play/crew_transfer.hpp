#pragma once

#include <exception>
#include <iosfwd>

#include "loadgen/play/crew.hpp"

/// The bodies of what a coordinator and its crews say to each other; see CrewMessage.
/// Errors of load: std::runtime_error when the bytes end too soon.
namespace throng::play {

void save(std::ostream& out, pacing::TimePoint time);
void load(std::istream& in, pacing::TimePoint& time);

void save(std::ostream& out, unsigned worker, const WorkerSecond& second);
void load(std::istream& in, unsigned& worker, WorkerSecond& second);

void save(std::ostream& out, const Standing& standing);
void load(std::istream& in, Standing& standing);

/// All of it; load() leaves the ledgers to whoever can make the shards, in the same order.
void save(std::ostream& out, const Harvest& harvest);
void load(std::istream& in, Harvest& harvest);

void save_failure(std::ostream& out, const std::exception& failure);
/// A ScriptError if it was one, else a std::runtime_error that says the same.
std::exception_ptr load_failure(std::istream& in);

}  // namespace throng::play
