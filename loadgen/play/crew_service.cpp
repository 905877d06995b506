#include "loadgen/play/crew_service.hpp"

#include <unistd.h>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/wait_traits.hpp>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <utility>

#include "loadgen/play/child_process.hpp"
#include "loadgen/play/crew_channel.hpp"
#include "loadgen/play/crew_transfer.hpp"
#include "loadgen/play/local_crew.hpp"

namespace throng::play {
namespace {

constexpr std::chrono::milliseconds kStandingInterval{25};

class CrewService {
 public:
  explicit CrewService(const CrewPlan& plan)
      : channel_(
            io_, kChildLine,
            [this](CrewMessage message, std::istream& body) { obey(message, body); },
            [] { _exit(EXIT_FAILURE); }),
        crew_(io_, plan,
              {[this](unsigned worker, WorkerSecond second) { tell(worker, second); },
               [](std::exception_ptr failure) { std::rethrow_exception(failure); }}) {}

  void run() {
    channel_.listen();
    channel_.send(CrewMessage::kReady);
    while (!finished_) io_.run_one();
    const Harvest harvest = crew_.harvest();
    channel_.send(CrewMessage::kHarvest, [&](std::ostream& out) { save(out, harvest); });
  }

 private:
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>,
                                        boost::asio::io_context::executor_type>;

  void obey(CrewMessage message, std::istream& body) {
    switch (message) {
      case CrewMessage::kStart: {
        pacing::TimePoint run_start;
        load(body, run_start);
        crew_.start(run_start);
        return tell_standing();
      }
      case CrewMessage::kDrain:
        return crew_.drain();
      case CrewMessage::kFinish:
        crew_.finish();
        finished_ = true;
        return;
      default:
        return;
    }
  }

  void tell(unsigned worker, const WorkerSecond& second) {
    channel_.send(CrewMessage::kSecond, [&](std::ostream& out) { save(out, worker, second); });
  }

  void tell_standing() {
    channel_.send(CrewMessage::kStanding,
                  [this](std::ostream& out) { save(out, crew_.standing()); });
    timer_.expires_after(kStandingInterval);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) tell_standing();
    });
  }

  boost::asio::io_context io_{1};
  CrewChannel channel_;
  LocalCrew crew_;
  Timer timer_{io_};
  bool finished_ = false;
};

void tell_failure(const std::exception& failure) {
  boost::asio::io_context io;
  CrewChannel(io, kChildLine, nullptr, nullptr).send(CrewMessage::kFailed, [&](std::ostream& out) {
    save_failure(out, failure);
  });
}

}  // namespace

void serve_crew(int descriptor, const CrewPlan& plan) noexcept {
  become_child(descriptor);
  // This is a copy of the coordinator's process, and what that owns isn't to be destroyed here.
  std::optional<CrewService> service;  // its line stays open while a failure is told
  try {
    service.emplace(plan).run();
  } catch (const std::exception& failure) {
    tell_failure(failure);
    _exit(EXIT_FAILURE);
  }
  _exit(EXIT_SUCCESS);
}

}  // namespace throng::play
