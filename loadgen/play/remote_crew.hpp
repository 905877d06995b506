#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "loadgen/play/crew_orders.hpp"
#include "loadgen/play/crew_proxy.hpp"
#include "loadgen/play/sealed_channel.hpp"

namespace throng::play {

/// A crew that has joined, and waits for its orders.
struct CrewCall {
  JoinedCrew crew;
  std::shared_ptr<SealedChannel> channel;
};

/// Workers in a process that joined the run, usually on another machine. Its clock follows the
/// coordinator's, so what it says is in the coordinator's time.
class RemoteCrew final : public CrewProxy {
 public:
  /// Gives the crew its orders. Requires: `io` and what is in `plan` outlive the crew.
  RemoteCrew(boost::asio::io_context& io, const CrewPlan& plan, CrewCall call,
             const CrewOrders& orders, Mail mail);

  void start(pacing::TimePoint run_start) override;
  void measure() override;
  void show(const BoardChanges& changes) override;
  void finish() override;
  Harvest harvest() override;
  void dismiss() override;
  std::optional<pid_t> process() const override { return std::nullopt; }

 private:
  void on_message(CrewMessage message, std::istream& body) override;
  void take(CrewMessage message, std::istream& body);
  std::string describe_end(std::string_view why) override;
  void answer(std::istream& body);
  void watch_silence();

  // Constant after construction
  const pacing::Clock& clock_;
  const CrewCall call_;

  // Owned by the coordinator's thread
  boost::asio::steady_timer silence_timer_;
  pacing::TimePoint heard_{};  ///< when the last message came
  unsigned quiet_looks_ = 0;   ///< since then
  pacing::Duration patience_;  ///< with its silence
  CrewAway away_;
};

}  // namespace throng::play
