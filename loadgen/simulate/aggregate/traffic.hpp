#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "loadgen/pacing/clock.hpp"
#include "loadgen/pacing/distribution.hpp"
#include "loadgen/pacing/random.hpp"
#include "loadgen/scenario/plan.hpp"
#include "loadgen/scenario/population.hpp"
#include "loadgen/simulate/world.hpp"

namespace throng::simulate {

/// What people begin to do in a second, all of a region together.
struct Intensity {
  double messages = 0;
  double logins = 0;
  double heartbeats = 0;
  double online = 0;     ///< people
  double reachable = 1;  ///< the chance that a member of a chat is online

  /// That of so large a share of the people.
  Intensity scaled(double by) const;
};

/// How many members chats have, by messages: who is in several chats of different sizes writes as
/// often to each, so large chats get as many more messages as they have members. Sizes are drawn
/// once, from a fixed seed.
class ChatSizes {
 public:
  ChatSizes(const scenario::Plan& plan, double direct);

  std::uint32_t sample(pacing::Random& random) const;
  /// Of a message: members but its sender.
  double mean_receivers() const { return mean_receivers_; }
  /// The same where each of them is told of to the sender, one by one: in chats that aren't large.
  double mean_told() const { return mean_told_; }

 private:
  double direct_;
  std::vector<std::uint32_t> groups_;  ///< each as likely for a message
  double mean_receivers_ = 0;
  double mean_told_ = 0;
};

/// The traffic of all people as one process for each region: what of a scenario can be added up.
/// Who comes and writes doesn't know of the others, so arrivals are Poisson with the sum of all
/// rates (Palm and Khinchine), however many people there are. A value: immutable, any thread.
class Traffic {
 public:
  struct Region {
    std::string name;
    double share = 0;  ///< of all people
    std::vector<scenario::Zone> zones;
  };

  Traffic(const scenario::Plan& plan, scenario::Population population);

  const std::vector<Region>& regions() const { return regions_; }
  const scenario::Population& population() const { return population_; }
  const ChatSizes& sizes() const { return sizes_; }
  const scenario::ReadingPlan& reading() const { return reading_; }
  std::uint64_t people() const { return people_; }
  pacing::Duration duration() const { return duration_; }

  /// `at` is counted from midnight UTC.
  Intensity at(std::size_t region, pacing::Duration at) const;
  /// Messages that wait for a person who comes back, on average.
  double missed_per_login() const { return missed_per_login_; }

  /// Seconds of cores that a second's work takes.
  double core_load(const Intensity& work, const CostProfile& costs) const;
  /// The same of disks, for records alone: syncs are shared by what comes meanwhile.
  double disk_load(const Intensity& work, const DiskModel& disk) const;

  /// The points of time, evenly over the duration, at which it is looked at for sums and peaks.
  static constexpr std::size_t kMoments = 1'440;
  pacing::Duration moment(std::size_t index) const;
  /// Where `load`, a function of the intensity, is greatest.
  template <class Load>
  pacing::Duration peak(std::size_t region, Load&& load) const;

 private:
  double find_missed_per_login() const;

  // Constant after construction
  std::uint64_t people_;
  pacing::Duration duration_;
  scenario::Population population_;
  scenario::ReadingPlan reading_;
  ChatSizes sizes_;
  std::vector<Region> regions_;
  double missed_per_login_ = 0;
};

template <class Load>
pacing::Duration Traffic::peak(std::size_t region, Load&& load) const {
  pacing::Duration peak{};
  double most = -1;
  for (std::size_t i = 0; i < kMoments; ++i) {
    const double here = load(at(region, moment(i)));
    if (here <= most) continue;
    most = here;
    peak = moment(i);
  }
  return peak;
}

}  // namespace throng::simulate
