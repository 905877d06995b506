#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/play/crew.hpp"
#include "loadgen/play/crew_channel.hpp"

namespace throng::play {

/// The coordinator's end of the line to a crew in another process.
class CrewProxy : public Crew {
 public:
  void await_ready(const std::function<bool()>& interrupted) override;
  void start(pacing::TimePoint run_start) override;
  void drain() override;
  void finish() override;
  Harvest harvest() override;
  Standing standing() const override { return standing_; }

 protected:
  /// Requires: `io` outlives the crew.
  CrewProxy(boost::asio::io_context& io, const CrewPlan& plan, Mail mail);

  /// From here on the crew is heard.
  void attach(std::shared_ptr<CrewChannel> channel);
  CrewChannel& channel() { return *channel_; }
  const Mail& mail() const { return mail_; }
  std::uint64_t users() const;
  unsigned workers() const { return static_cast<unsigned>(slices_.size()); }

  virtual void on_message(CrewMessage message, std::istream& body);
  /// A sentence about the crew's end. Called once.
  virtual std::string describe_end(std::string_view why) = 0;
  void fail(std::exception_ptr failure);
  /// Nothing more is expected of it.
  bool ended() const { return harvest_ || failure_; }

  /// Runs the loop until then, which is asked often, or until the crew has failed, which it throws.
  template <class Predicate>
  void run_until(Predicate done) {
    while (!done() && !failure_) io_.run_one_for(kLook);
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  static constexpr std::chrono::milliseconds kLook{50};

  void take_second(std::istream& body);
  void take_harvest(std::istream& body);
  void on_closed(std::string_view why);

  // Constant after construction
  boost::asio::io_context& io_;
  const Mail mail_;
  const measure::Roster roster_;
  const std::vector<Slice> slices_;
  std::shared_ptr<CrewChannel> channel_;

  // Owned by the coordinator's thread
  pacing::TimePoint run_start_{};
  bool ready_ = false;
  std::exception_ptr failure_;
  Standing standing_;
  std::optional<Harvest> harvest_;
  std::vector<std::unique_ptr<measure::LedgerShard>> ledgers_;
};

}  // namespace throng::play
