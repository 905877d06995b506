#include "loadgen/play/target_watch.hpp"

#include <chrono>

namespace throng::play {
namespace {

constexpr unsigned kOk = 200;
constexpr std::chrono::seconds kMostForPage{2};

}  // namespace

TargetWatch::TargetWatch(const transport::Target& target,
                         const boost::asio::ip::tcp::endpoint& endpoint)
    : http_(target, endpoint, "", kMostForPage), before_(sample()) {}

std::optional<TargetSample> TargetWatch::sample() {
  const auto answer = http_.get("/metrics");
  if (!answer || answer->status != kOk) return std::nullopt;
  const TargetSample read = read_target_page(answer->body);
  if (!read.says_anything()) return std::nullopt;
  return read;
}

void TargetWatch::on_phase(Phase phase) {
  if (!before_ || phase == phase_) return;
  phase_ = phase;
  if (phase == Phase::kMeasured) begin_ = sample();
  if (phase == Phase::kDrain) end_ = sample();
}

std::optional<report::TargetMeasured> TargetWatch::measured() const {
  if (!before_ || !begin_ || !end_) return std::nullopt;
  return measured_between(*before_, *begin_, *end_);
}

}  // namespace throng::play
