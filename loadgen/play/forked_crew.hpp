#pragma once

#include "loadgen/play/crew_proxy.hpp"

namespace throng::play {

/// Workers in a process of their own, forked off this one: it shares what is constant with this
/// process (scenario, graph), and has its own heap, event loops and descriptors.
class ForkedCrew final : public CrewProxy {
 public:
  /// Requires: `io` outlives the crew; this process has one thread only.
  /// Errors: std::system_error when there can't be another process.
  ForkedCrew(boost::asio::io_context& io, const CrewPlan& plan, Mail mail);
  /// Kills the process if it is still there.
  ~ForkedCrew() override;

  Harvest harvest() override;
  std::optional<pid_t> process() const override { return process_; }

 private:
  std::string describe_end(std::string_view why) override;

  pid_t process_ = -1;
};

}  // namespace throng::play
