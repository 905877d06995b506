#include "loadgen/simulate/aggregate/sampler.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

namespace throng::simulate {
namespace {

using pacing::Duration;

/// Moves to another moment that a message's receipts go through, and what is waited for company.
constexpr int kMoves = 5;
constexpr Duration kCompany = std::chrono::milliseconds(60);
/// Crossings of the network from a message to its last receipt, and some for slow ones.
constexpr double kCrossings = 12;
constexpr Duration kShortest = std::chrono::milliseconds(20);
/// Rates are taken to be constant in a stretch.
constexpr Duration kLongest = std::chrono::minutes(2);

// Events of the simulation, about: a message with its acknowledgement, and what each receiver
// brings about.
constexpr double kEventsOfMessage = 6;
constexpr double kEventsOfReceiver = 8;
constexpr double kEventsOfLogin = 3;

}  // namespace

Sampler::Sampler(const Traffic& traffic, const World& world, std::uint64_t seed, unsigned threads)
    : traffic_(traffic), world_(world), seed_(seed), threads_(std::max(threads, 1U)) {}

Duration Sampler::settle() const {
  const Duration network =
      pacing::from_seconds(kCrossings * std::max(world_.network.latency.mean(), 0.0));
  return kMoves * SampledNode::kElsewhere + kCompany + network;
}

double Sampler::events_per_s(const Intensity& work) const {
  const double receivers = work.reachable * traffic_.sizes().mean_receivers();
  return work.messages * (kEventsOfMessage + receivers * kEventsOfReceiver) +
         work.logins * kEventsOfLogin + work.heartbeats;
}

Duration Sampler::length_for(double events, const Intensity& work, FleetShape fleet) const {
  const double per_s = events_per_s(work) / static_cast<double>(fleet.nodes);
  if (per_s * pacing::to_seconds(kLongest) <= events) return kLongest;
  return std::max(pacing::from_seconds(events / per_s), kShortest);
}

NodeFigures Sampler::play(const Stretch& stretch) const {
  const Intensity work = traffic_.at(stretch.region, stretch.at);
  SampledNode node(traffic_, world_, stretch.fleet, work, seed_, stretch.stream);
  return node.play(settle(), stretch.length);
}

std::vector<NodeFigures> Sampler::play(std::span<const Stretch> stretches) const {
  std::vector<NodeFigures> figures(stretches.size());
  std::vector<std::exception_ptr> failures(stretches.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < stretches.size(); i = next++) {
      try {
        figures[i] = play(stretches[i]);
      } catch (...) {
        failures[i] = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < std::min<std::size_t>(threads_, stretches.size()); ++i) {
      others.emplace_back(work);
    }
    work();
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
  return figures;
}

Replications Sampler::play_at(std::size_t region, FleetShape fleet, Duration at, Duration length,
                              std::uint64_t stream) const {
  std::vector<Stretch> stretches(kReplications, {region, fleet, at, length, stream});
  for (std::size_t i = 0; i < kReplications; ++i) stretches[i].stream += i;
  std::vector<NodeFigures> figures = play(stretches);
  Replications all;
  std::ranges::move(figures, all.begin());
  return all;
}

}  // namespace throng::simulate
