#pragma once

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/offset_estimate.hpp"
#include "loadgen/pacing/random.hpp"

namespace throng::pacing {

/// Two machines whose clocks are apart and drift, and a line between them that takes its time: the
/// way there another one than the way back, mostly little and sometimes much.
class TwoClocks {
 public:
  TwoClocks(std::uint64_t seed, std::int64_t drift_ppm)
      : random_(seed, 0),
        drift_ppm_(drift_ppm),
        offset_(from_seconds(1e6 * random_.uniform01() - 5e5)) {
    slow_way_ = random_.chance(0.5) ? 8 : 1;
  }

  const VirtualClock& ours() const { return ours_; }
  /// How far theirs is ahead now.
  Duration truth() const { return offset_ + (ours_.now() - TimePoint{}) * drift_ppm_ / 1'000'000; }
  TimePoint theirs() const { return ours_.now() + truth(); }

  void pass(Duration time) { ours_.advance_to(ours_.now() + time); }

  ClockExchange exchange() {
    ClockExchange done;
    done.asked = ours_.now();
    pass(way() * slow_way_);
    done.received = theirs();
    pass(way());
    done.answered = theirs();
    pass(way());
    done.heard = ours_.now();
    return done;
  }

  Duration up_to(Duration most) {
    return Duration{
        static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(most.count())))};
  }

 private:
  Duration way() {
    return up_to(random_.chance(0.1) ? std::chrono::milliseconds(20)
                                     : std::chrono::microseconds(100));
  }

  Random random_;
  VirtualClock ours_;
  const std::int64_t drift_ppm_;
  const Duration offset_;
  int slow_way_;
};

}  // namespace throng::pacing
