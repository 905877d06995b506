#include "loadgen/play/local_crew.hpp"

#include <unistd.h>

#include <boost/asio/post.hpp>
#include <utility>

namespace throng::play {

LocalCrew::LocalCrew(boost::asio::io_context& io, const CrewPlan& plan, Mail mail)
    : io_(io), mail_(std::move(mail)) {
  for (const Slice& slice : plan.slices) {
    WorkerLoop::Mail own;
    own.on_second = [this, worker = slice.worker](WorkerSecond second) {
      boost::asio::post(io_, [this, worker, kept = std::move(second)]() mutable {
        mail_.on_second(worker, std::move(kept));
      });
    };
    own.on_failed = [this](std::exception_ptr failure) {
      boost::asio::post(io_, [this, failure] { on_failed(failure); });
    };
    loops_.push_back(std::make_unique<WorkerLoop>(plan, slice, std::move(own)));
  }
}

void LocalCrew::start(pacing::TimePoint run_start) {
  run_start_ = run_start;
  for (const auto& loop : loops_) loop->start(run_start);
}

void LocalCrew::drain() {
  for (const auto& loop : loops_) loop->drain();
}

void LocalCrew::finish() {
  for (const auto& loop : loops_) loop->finish();
}

Harvest LocalCrew::harvest() {
  for (const auto& loop : loops_) loop->join();
  io_.poll();  // what they mailed last
  if (failure_) std::rethrow_exception(failure_);
  Harvest harvest(run_start_);
  for (const auto& loop : loops_) {
    const Worker& worker = loop->worker();
    harvest.recorded.merge(worker.recorder());
    harvest.counts.add(WorkerCounts::of(worker));
    harvest.ledgers.push_back(&worker.ledger());
  }
  return harvest;
}

Standing LocalCrew::standing() const {
  Standing all;
  for (const auto& loop : loops_) {
    all.add({loop->worker().ledger().outstanding(), loop->worker().unsettled()});
  }
  return all;
}

std::optional<pid_t> LocalCrew::process() const { return getpid(); }

void LocalCrew::on_failed(std::exception_ptr failure) {
  if (!failure_) failure_ = failure;
  mail_.on_failed(std::move(failure));
}

}  // namespace throng::play
