#pragma once

/// Queues in front of several servers that are alike, with jobs that come by chance and take by
/// chance (M/M/c). Loads are in servers: 3 is what keeps three of them busy.
namespace throng::capacity {

/// The chance that a job finds all servers busy (Erlang's C formula). Parts of a server are left
/// out. Requires: servers >= 1; 1 for a load of that or more. Cost: a step a server.
double waiting_chance(double servers, double load);

/// The most load with which at most 1 % of jobs wait longer than `patience`, in times that a job
/// takes on average. Cost: some 40 of the above.
double carried_load(double servers, double patience);

}  // namespace throng::capacity
