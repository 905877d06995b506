#pragma once

#include <exception>
#include <iosfwd>

#include "loadgen/pacing/offset_estimate.hpp"
#include "loadgen/play/crew.hpp"
#include "loadgen/play/crew_orders.hpp"

/// The bodies of what a coordinator and its crews say to each other; see CrewMessage.
/// Errors of load: std::runtime_error when the bytes end too soon; for what is said before a run
/// begins, also when there are more.
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

// Of crews on other machines.

void save(std::ostream& out, const JoinedCrew& crew);
void load(std::istream& in, JoinedCrew& crew);

void save(std::ostream& out, const CrewOrders& orders);
void load(std::istream& in, CrewOrders& orders);

void save(std::ostream& out, const pacing::ClockExchange& exchange);
void load(std::istream& in, pacing::ClockExchange& exchange);

void save(std::ostream& out, const BoardChanges& changes);
void load(std::istream& in, BoardChanges& changes);

void save(std::ostream& out, const CrewAway& away);
void load(std::istream& in, CrewAway& away);

void save_failure(std::ostream& out, const std::exception& failure);
/// A ScriptError if it was one, else a Refusal that says the same with the same code. Only who was
/// interrupted there hasn't interrupted this run: that is kUsage.
std::exception_ptr load_failure(std::istream& in);

}  // namespace throng::play
