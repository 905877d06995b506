#include "loadgen/floor/calibration.hpp"

#include "loadgen/floor/peer_process.hpp"
#include "loadgen/play/run.hpp"

namespace throng::floor {
namespace {

constexpr const char* kScript = R"(-- Pairs of users exchange a thousand messages a second.
scenario {
  users = 100, duration = "1s", ramp = "200ms",
  friends = { per_user = 1 },
  reading = { chance = 0 },
}

local rhythm = constant("100ms")

function user(me)
  me:login()
  for _ in me:every(rhythm) do
    local chat = me:friend()
    if chat then me:send(chat, 100) end
  end
end
)";

report::FloorFigures::Latency brief(const report::LatencySummary& latency) {
  return {latency.mean, latency.p50, latency.p99, latency.max};
}

}  // namespace

std::optional<report::FloorFigures> measure_floor(std::uint64_t seed,
                                                  std::chrono::system_clock::time_point now,
                                                  const std::function<bool()>& interrupted) {
  const PeerProcess peer(now);
  play::RunOptions own;
  own.source = {"the floor", "floor", kScript, "", {}};
  own.target = peer.target();
  own.secret = PeerProcess::secret();
  own.started = now;
  own.seed = seed;
  own.warm_up = pacing::Duration::zero();
  own.handle_signals = false;
  own.interrupted = interrupted;
  const play::RunOutcome outcome = play::play(own);
  if (!outcome.result || outcome.result->interrupted) return std::nullopt;
  const report::OperationFigures* send = outcome.result->find_operation("send");
  const report::OperationFigures* deliver = outcome.result->find_operation("deliver");
  return report::FloorFigures{send->rate_per_s, brief(send->latency_ns),
                              brief(deliver->latency_ns)};
}

}  // namespace throng::floor
