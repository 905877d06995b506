#include "loadgen/play/crew_service.hpp"

#include "loadgen/play/crew_transfer.hpp"

namespace throng::play {

CrewService::CrewService(boost::asio::io_context& io, CrewChannel& channel, const CrewPlan& plan)
    : channel_(channel),
      crew_(io, plan,
            {[this](unsigned worker, WorkerSecond second) { tell(worker, second); },
             [](std::exception_ptr failure) { std::rethrow_exception(failure); }}),
      timer_(io) {}

void CrewService::obey(CrewMessage message, std::istream& body) {
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

void CrewService::tell_harvest() {
  const Harvest harvest = crew_.harvest();
  channel_.send(CrewMessage::kHarvest, [&](std::ostream& out) { save(out, harvest); });
}

void CrewService::tell(unsigned worker, const WorkerSecond& second) {
  channel_.send(CrewMessage::kSecond, [&](std::ostream& out) { save(out, worker, second); });
}

void CrewService::tell_standing() {
  channel_.send(CrewMessage::kStanding, [this](std::ostream& out) { save(out, crew_.standing()); });
  timer_.expires_after(kStandingInterval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tell_standing();
  });
}

}  // namespace throng::play
