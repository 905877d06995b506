#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "loadgen/report/run_json.hpp"
#include "loadgen/simulate/simulate.hpp"
#include "loadgen/simulate/world_script.hpp"

/// Simulations of a few people for some seconds, for tests.
namespace throng::simulate {

inline constexpr const char* kPairs = R"(-- People write to each other, leave and come back.
scenario {
  users = 40, duration = "20s", ramp = "2s", friends = { per_user = 2 },
  groups = { per_user = 0.2, size = 5 }, reading = { chance = 1, after = "500ms" },
}
local rhythm, away = poisson("1s"), exponential("2s")
function user(me)
  me:login()
  for _ in me:every(rhythm) do
    local chat = me:chance(0.7) and me:friend() or me:group()
    if chat then me:send(chat, 40) end
    if me:chance(0.1) then
      me:logout()
      me:think(away)
      me:login()
    end
  end
end
)";

/// Everybody has come before the first message and stays; the last is over before the end.
inline constexpr const char* kTalk = R"(
scenario {
  users = 20, duration = "30s", ramp = "1s", friends = { per_user = 2 },
  groups = { per_user = 0.2, size = 5 }, reading = { chance = 1, after = "500ms" },
}
function user(me)
  me:login()
  me:think("5s")
  for i = 1, 10 do
    me:send(i % 2 == 0 and me:friend() or me:group() or me:friend(), 40)
    me:think("1s")
  end
end
)";

inline SimulateOptions options(const char* script = kPairs) {
  SimulateOptions options{.run = {}, .world = load_world("", "")};
  options.run.source.path = "pairs.lua";
  options.run.source.name = "pairs";
  options.run.source.text = script;
  options.run.handle_signals = false;
  return options;
}

/// Three deaths, a slow disk and people who are cut off, wherever the seed puts them.
inline World hard_world() {
  World world = load_world("", "");
  world.network.loss = 0.02;
  world.clients = {std::chrono::milliseconds(100), std::chrono::seconds(1)};
  const pacing::Distribution lasts = pacing::Distribution::uniform(0.05, 2);
  world.faults = {
      {.kind = FaultKind::kNodeDies, .at = {}, .times = 3, .lasts = lasts},
      {.kind = FaultKind::kDiskSlows, .at = {}, .lasts = lasts, .by = 100},
      {.kind = FaultKind::kPartition, .at = {}, .times = 2, .lasts = lasts, .share = 0.5}};
  return world;
}

inline report::RunResult play(const SimulateOptions& options) {
  play::RunOutcome outcome = simulate(options);
  EXPECT_EQ(outcome.error, "");
  return outcome.result ? std::move(*outcome.result) : report::RunResult{};
}

/// But for what is about this machine and the time of day.
inline std::string figures(report::RunResult result) {
  result.machine = {};
  result.time.started.clear();
  result.generator = {};
  result.simulation->real_s = result.simulation->virtual_per_real = 0;
  return report::write_run_json(result);
}

/// Cores spend nothing.
inline World free_world() {
  World world = load_world("", "");
  const pacing::Distribution nothing = pacing::Distribution::constant(0);
  world.costs = {.source = "a test",
                 .login = nothing,
                 .message = nothing,
                 .delivery = nothing,
                 .receipt = nothing,
                 .heartbeat = nothing,
                 .missed = nothing,
                 .history = nothing};
  return world;
}

/// What cores spent in the measured phase.
inline double charged_s(const report::RunResult& result) {
  return result.simulation->core_busy_ratio * result.time.measured_s * result.simulation->cores;
}

}  // namespace throng::simulate
