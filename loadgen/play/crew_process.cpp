#include "loadgen/play/crew_process.hpp"

#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "loadgen/play/child_process.hpp"
#include "loadgen/play/crew_service.hpp"
#include "loadgen/play/crew_transfer.hpp"
#include "loadgen/play/pipe_channel.hpp"

namespace throng::play {
namespace {

class CrewProcess {
 public:
  explicit CrewProcess(const CrewPlan& plan)
      : channel_(io_, kChildLine), service_(io_, channel_, plan) {}

  void run() {
    channel_.listen(
        [this](CrewMessage message, std::istream& body) { service_.obey(message, body); },
        [](std::string_view) { _exit(EXIT_FAILURE); });
    channel_.send(CrewMessage::kReady);
    while (!service_.finished()) io_.run_one();
    service_.tell_harvest();
  }

 private:
  boost::asio::io_context io_{1};
  PipeChannel channel_;
  CrewService service_;
};

void tell_failure(const std::exception& failure) {
  boost::asio::io_context io;
  PipeChannel(io, kChildLine).send(CrewMessage::kFailed, [&](std::ostream& out) {
    save_failure(out, failure);
  });
}

}  // namespace

void serve_crew(int descriptor, const CrewPlan& plan) noexcept {
  become_child(descriptor);
  // This is a copy of the coordinator's process, and what that owns isn't to be destroyed here.
  std::optional<CrewProcess> process;  // its line stays open while a failure is told
  try {
    process.emplace(plan).run();
  } catch (const std::exception& failure) {
    tell_failure(failure);
    _exit(EXIT_FAILURE);
  }
  _exit(EXIT_SUCCESS);
}

}  // namespace throng::play
