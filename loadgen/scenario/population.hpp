#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/schedule.hpp"
#include "loadgen/scenario/source.hpp"

struct lua_State;

namespace throng::scenario {

/// Where some of the people live.
struct Zone {
  std::string region;    ///< whose nodes serve them
  double utc_hours = 0;  ///< by which their clocks are ahead of UTC
  double share = 1;      ///< of all people
};

/// What all people of a scenario do together, said so that it can be added up: schedules of one
/// person, who doesn't know of the others. Times of a curve are local: they begin at midnight.
struct Population {
  pacing::Schedule messages;               ///< that a person sends
  std::optional<pacing::Schedule> logins;  ///< nothing: everybody is online all the time
  pacing::Duration stay{};                 ///< from a login to its logout, on average
  pacing::Duration heartbeat{};            ///< between two signs of life of who is online; 0: none
  double direct = 1;                 ///< share of messages that go to a friend, not to a group
  std::uint64_t bytes = 100;         ///< of a message's text
  std::uint64_t stored_bytes = 100;  ///< that a message takes in the store, all copies
  std::vector<Zone> zones;           ///< at least one; their shares add up to 1
};

/// Runs the script once without playing it, and gives what it says of its people together.
/// Errors: ScriptError with the line that keeps the scenario from being added up.
Population load_population(const Source& source);

/// The global function `population { … }`. What it declares goes to the interpreter's Declaration.
void open_population(lua_State* state);

}  // namespace throng::scenario
