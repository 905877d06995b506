#include "loadgen/pacing/schedule.hpp"

#include <algorithm>

namespace throng::pacing {
namespace {

const char* spacing_name(Spacing spacing) {
  switch (spacing) {
    case Spacing::kEven:
      return "even";
    case Spacing::kStaggered:
      return "staggered";
    case Spacing::kPoisson:
      break;
  }
  return "Poisson";
}

}  // namespace

std::string Schedule::describe() const {
  return std::string{spacing_name(spacing_)} + ", " + curve_.describe();
}

ScheduleCursor::ScheduleCursor(const Schedule& schedule, Duration from)
    : schedule_(&schedule), arrivals_(schedule.curve().arrivals_by(from)), due_(from) {}

std::optional<Duration> ScheduleCursor::next(Random& random) {
  arrivals_ += step(random);
  started_ = true;
  const auto due = schedule_->curve().time_of(arrivals_);
  if (!due) return std::nullopt;
  // Rounding must not put an arrival before the one before it.
  due_ = std::max(due_, *due);
  return due_;
}

double ScheduleCursor::step(Random& random) {
  if (schedule_->spacing() == Spacing::kPoisson) return random.exponential();
  if (started_) return 1;
  return schedule_->spacing() == Spacing::kStaggered ? random.uniform01() : 0;
}

}  // namespace throng::pacing
