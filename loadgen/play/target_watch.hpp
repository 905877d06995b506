#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <optional>

#include "loadgen/play/run.hpp"
#include "loadgen/play/target_page.hpp"
#include "loadgen/transport/http_client.hpp"

namespace throng::play {

/// Reads the target's /metrics page before the ramp and at both ends of the measured time. A
/// target without such a page is asked once. Owned by the thread that called play().
class TargetWatch {
 public:
  /// Asks for the first time. Cost: as long as the target takes for a page, 2 s at most.
  TargetWatch(const transport::Target& target, const boost::asio::ip::tcp::endpoint& endpoint);

  /// To be called at each change of phase, as `on_progress` is.
  void on_phase(Phase phase);

  /// nullopt when the target has no such page, or didn't answer with it in time.
  std::optional<report::TargetMeasured> measured() const;

 private:
  std::optional<TargetSample> sample();

  transport::HttpClient http_;
  Phase phase_ = Phase::kPreflight;
  std::optional<TargetSample> before_;
  std::optional<TargetSample> begin_;
  std::optional<TargetSample> end_;
};

}  // namespace throng::play
