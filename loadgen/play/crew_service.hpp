#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/wait_traits.hpp>
#include <chrono>

#include "loadgen/play/crew.hpp"
#include "loadgen/play/crew_channel.hpp"
#include "loadgen/play/local_crew.hpp"

namespace throng::play {

/// Of what moves while users are played, the coordinator hears so often.
inline constexpr std::chrono::milliseconds kStandingInterval{25};

/// The crew's end of the line to a coordinator: plays what that says, and tells how it stands.
/// Owned by the thread that runs `io`. What a worker throws comes out of `io`.
class CrewService {
 public:
  /// Makes the workers. Requires: all outlive it. Errors: those of LocalCrew.
  CrewService(boost::asio::io_context& io, CrewChannel& channel, const CrewPlan& plan);

  /// What isn't for a crew of every kind is ignored.
  void obey(CrewMessage message, std::istream& body);
  /// kFinish has come.
  bool finished() const { return finished_; }
  /// Tells what the workers measured, once they have ended. Requires: finished().
  void tell_harvest();

 private:
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>,
                                        boost::asio::io_context::executor_type>;

  void tell(unsigned worker, const WorkerSecond& second);
  void tell_standing();

  CrewChannel& channel_;
  LocalCrew crew_;
  Timer timer_;
  bool finished_ = false;
};

}  // namespace throng::play
