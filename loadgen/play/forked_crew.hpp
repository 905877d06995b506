#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "loadgen/play/crew.hpp"
#include "loadgen/play/crew_channel.hpp"

namespace throng::play {

/// Workers in a process of their own, forked off this one: it shares what is constant with this
/// process (scenario, graph), and has its own heap, event loops and descriptors.
class ForkedCrew final : public Crew {
 public:
  /// Requires: `io` outlives the crew; this process has one thread only.
  /// Errors: std::system_error when there can't be another process.
  ForkedCrew(boost::asio::io_context& io, const CrewPlan& plan, Mail mail);
  /// Kills the process if it is still there.
  ~ForkedCrew() override;

  void await_ready() override;
  void start(pacing::TimePoint run_start) override;
  void drain() override;
  void finish() override;
  Harvest harvest() override;
  Standing standing() const override { return standing_; }
  pid_t process() const override { return process_; }

 private:
  void on_message(CrewMessage message, std::istream& body);
  void on_closed();
  void take_second(std::istream& body);
  void take_harvest(std::istream& body);
  void fail(std::exception_ptr failure);
  /// Runs the loop until then, or until the crew has failed, which it throws.
  template <class Predicate>
  void run_until(Predicate done);

  // Constant after construction
  boost::asio::io_context& io_;
  const Mail mail_;
  const measure::Roster roster_;
  const std::vector<Slice> slices_;
  std::optional<CrewChannel> channel_;
  pid_t process_ = -1;

  // Owned by the coordinator's thread
  pacing::TimePoint run_start_{};
  bool ready_ = false;
  std::exception_ptr failure_;
  Standing standing_;
  std::optional<Harvest> harvest_;
  std::vector<std::unique_ptr<measure::LedgerShard>> ledgers_;
};

}  // namespace throng::play
