#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "loadgen/play/worker.hpp"
#include "loadgen/simulate/agenda.hpp"
#include "loadgen/simulate/balancer.hpp"
#include "loadgen/simulate/fleet.hpp"
#include "loadgen/simulate/links.hpp"
#include "loadgen/simulate/world.hpp"
#include "protocol/token.hpp"

namespace throng::simulate {

/// All users of a run as one worker plays them, and the nodes of the server, in virtual time. Each
/// step goes to the next thing that is due, on either side of the network. The same context, world
/// and faults give the same steps.
///
/// Thread-confined. Errors: scenario::ScriptError from start() and play_until(), and
/// std::runtime_error when time stands still; the run is over then.
class Simulation {
 public:
  /// Requires: context, world and tokens outlive it; the context's graph is bound, and its chats
  /// are what make_chats() gave; faults by their beginnings.
  Simulation(const World& world, const play::RunContext& context, const protocol::TokenKey& tokens,
             const MakeStore& make_store, std::vector<Fault> faults,
             play::Worker::OnSecond on_second);
  ~Simulation();

  /// Puts the chats of the graph into the nodes' directory. To be called before start().
  void found_chats();
  /// Has `watch` told what users say and get.
  void watch(Links::Watch watch) { links_->watch(std::move(watch)); }
  /// Second 0 of the run is now.
  void start();
  /// Lets happen what is due until then, that time included. `ends` is asked after each
  /// kStepsUnasked of it: when it says so, the clock stays before `until`.
  void play_until(
      pacing::TimePoint until, const std::function<bool()>& ends = [] { return false; });
  static constexpr std::size_t kStepsUnasked = 1'024;

  pacing::TimePoint now() const { return clock_.now(); }
  play::Worker& worker() { return *worker_; }
  const Fleet& fleet() const { return *fleet_; }
  const Agenda& agenda() const { return agenda_; }
  /// Those that have begun, in their order.
  std::span<const Fault> faults_begun() const { return std::span(faults_).first(faults_begun_); }

 private:
  /// Errors: std::runtime_error when there are more steps at one time than people could explain.
  void count_step(pacing::TimePoint at);
  void happen(const Agenda::Entry& entry);
  void begin_fault(std::uint32_t index);
  void end_fault(const Fault& fault);
  void for_each_of_zone(ZoneIndex zone, const std::function<void(NodeIndex)>& each);
  void turn_clock(NodeIndex node, double by_s);
  void take_down(NodeIndex node);
  void bring_up(NodeIndex node);
  /// By the worst of what goes on.
  void slow_disk_down(NodeIndex node);

  /// Of the faults that go on.
  struct Trouble {
    int deaths = 0;                 ///< that keep the node down
    std::multiset<double> slow_by;  ///< that slow its disk down
    double clock_off_s = 0;         ///< what they come to
  };

  // Constant after construction
  const World& world_;
  const play::RunContext& context_;
  const std::vector<Fault> faults_;

  pacing::VirtualClock clock_{pacing::TimePoint(std::chrono::seconds(1))};
  Agenda agenda_{clock_};
  Balancer balancer_;
  Links* links_ = nullptr;  ///< the worker's transport
  std::optional<play::Worker> worker_;
  std::optional<Fleet> fleet_;
  pacing::TimePoint instant_{};  ///< of the last step
  std::size_t steps_ = 0;        ///< at that time
  std::size_t faults_begun_ = 0;
  std::vector<Trouble> troubles_;  ///< of each node
};

/// Ids for so many chats, as a node that has none gives them.
std::vector<protocol::ChatId> chat_ids(std::size_t chats);

}  // namespace throng::simulate
