#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>

#include "loadgen/machine/watch.hpp"
#include "loadgen/pacing/shared_clock.hpp"
#include "loadgen/play/board_mirror.hpp"
#include "loadgen/play/crew_orders.hpp"
#include "loadgen/play/crew_service.hpp"
#include "loadgen/users/social_graph.hpp"

namespace throng::play {

/// What a crew that has joined a run does from its orders to its harvest: makes again what it
/// doesn't share with the coordinator, keeps its clock near the coordinator's and its board like
/// the others', and plays its users. Owned by the thread that runs `io`.
class CrewDuty {
 public:
  /// Begins to ask for the time; the users are made once that is known.
  /// Requires: `io` and `channel` outlive it.
  /// Errors: ScriptError; Refusal when the target doesn't answer or the users don't fit.
  CrewDuty(boost::asio::io_context& io, CrewChannel& channel, CrewOrders orders,
           const std::function<bool()>& interrupted);

  /// Errors: those of what it is told to do.
  void on_message(CrewMessage message, std::istream& body);
  /// kFinish has come.
  bool finished() const { return service_ && service_->finished(); }
  /// Tells the coordinator all that was measured. Requires: finished().
  void tell_harvest();

 private:
  RunContext make_context();
  void ask_time();
  void hear_time(std::istream& body);
  void begin_service();
  void begin_measuring();
  void end_measuring();
  void tell_board();
  std::uint32_t own_users() const;

  // Constant after construction
  boost::asio::io_context& io_;
  CrewChannel& channel_;
  const CrewOrders orders_;
  const pacing::SteadyClock own_clock_;
  const scenario::Plan plan_;
  users::SocialGraph graph_;
  users::OnlineBoard board_;
  const RunContext context_;
  transport::WebSocketOptions web_;

  BoardMirror mirror_;
  boost::asio::steady_timer ask_timer_;
  boost::asio::steady_timer board_timer_;
  pacing::OffsetEstimate estimate_;
  unsigned answers_ = 0;
  std::optional<pacing::ClockFollower> follower_;
  std::optional<CrewService> service_;
  std::optional<machine::Watch> watch_;
  double cpu_before_s_ = 0;
  CrewAway away_;
};

}  // namespace throng::play
