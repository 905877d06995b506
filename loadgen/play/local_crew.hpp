#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "loadgen/play/crew.hpp"
#include "loadgen/play/worker_loop.hpp"

namespace throng::play {

/// Workers on threads of this process.
class LocalCrew final : public Crew {
 public:
  /// `io` is the coordinator's: the mail goes through it. Requires: `io` outlives the crew.
  /// Errors: ScriptError; boost::system::system_error when there is no descriptor left.
  LocalCrew(boost::asio::io_context& io, const CrewPlan& plan, Mail mail);

  void await_ready(const std::function<bool()>&) override {}
  void start(pacing::TimePoint run_start) override;
  void drain() override;
  void finish() override;
  Harvest harvest() override;
  Standing standing() const override;
  std::optional<pid_t> process() const override;

 private:
  void on_failed(std::exception_ptr failure);

  boost::asio::io_context& io_;
  const Mail mail_;
  pacing::TimePoint run_start_{};
  std::exception_ptr failure_;
  std::vector<std::unique_ptr<WorkerLoop>> loops_;
};

}  // namespace throng::play
