#include "loadgen/measure/recorder.hpp"

#include <algorithm>

namespace throng::measure {
namespace {

constexpr std::array<std::string_view, kOperations> kNames{
    "connect",      "login",    "send",  "deliver", "receipt_delivered",
    "receipt_read", "catch_up", "fetch", "presence"};

/// Where the errors go whose kind would be one too many.
constexpr std::string_view kOtherKinds = "other";

}  // namespace

std::string_view operation_name(Operation operation) {
  return kNames[static_cast<std::size_t>(operation)];
}

bool is_arrival(Operation operation) {
  return operation == Operation::kConnect || operation == Operation::kLogin ||
         operation == Operation::kCatchUp;
}

void OperationTally::merge(const OperationTally& other) {
  count += other.count;
  dropped += other.dropped;
  unresolved += other.unresolved;
  for (const auto& [kind, times] : other.errors) errors[kind] += times;
  latency.merge(other.latency);
  service.merge(other.service);
}

Recorder::Recorder(pacing::TimePoint run_start, SecondRecorder* series)
    : run_start_(run_start), series_(series) {
  for (std::size_t i = 0; i < kOperations; ++i) {
    tallies_[i].name = kNames[i];
    if (series_ != nullptr) series_ids_[i] = series_->operation(kNames[i]);
  }
}

bool Recorder::counts(Operation operation, pacing::TimePoint due) const {
  return measured_.covers(due) || (is_arrival(operation) && due < measured_.from);
}

void Recorder::started(Operation operation, pacing::TimePoint now) {
  if (series_ == nullptr) return;
  series_->started(series_ids_[static_cast<std::size_t>(operation)], since_start(now));
}

void Recorder::completed(Operation operation, pacing::TimePoint due, pacing::TimePoint now,
                         std::optional<pacing::Duration> service) {
  if (series_ != nullptr) {
    series_->completed(series_ids_[static_cast<std::size_t>(operation)], since_start(now),
                       now - due);
  }
  if (!counts(operation, due)) return;
  OperationTally& tally = mutable_tally(operation);
  ++tally.count;
  tally.latency.record((now - due).count());
  if (service) tally.service.record(service->count());
}

void Recorder::failed(Operation operation, std::string_view kind, pacing::TimePoint due,
                      pacing::TimePoint now) {
  if (series_ != nullptr) {
    series_->failed(series_ids_[static_cast<std::size_t>(operation)], since_start(now));
  }
  if (counts(operation, due)) count_error(mutable_tally(operation), kind);
}

void Recorder::dropped(Operation operation, pacing::TimePoint due) {
  if (counts(operation, due)) ++mutable_tally(operation).dropped;
}

void Recorder::unresolved(Operation operation, pacing::TimePoint due, pacing::TimePoint now) {
  if (!counts(operation, due)) return;
  OperationTally& tally = mutable_tally(operation);
  ++tally.unresolved;
  tally.latency.record((now - due).count());
}

void Recorder::unresolved_unmeasured(Operation operation, pacing::TimePoint due,
                                     std::uint64_t count) {
  if (counts(operation, due)) mutable_tally(operation).unresolved += count;
}

bool Recorder::record(std::string_view name, pacing::Duration elapsed, pacing::TimePoint now) {
  Named* const found = named(name);
  if (found == nullptr) {
    ++refused_;
    return false;
  }
  if (series_ != nullptr) series_->completed(found->series_id, since_start(now), elapsed);
  if (measured_.covers(now)) {
    ++found->tally.count;
    found->tally.latency.record(elapsed.count());
  }
  return true;
}

void Recorder::merge(const Recorder& other) {
  for (std::size_t i = 0; i < kOperations; ++i) tallies_[i].merge(other.tallies_[i]);
  for (const auto& [name, theirs] : other.named_) {
    OperationTally& ours = named_[name].tally;
    ours.name = name;
    ours.merge(theirs.tally);
  }
  refused_ += other.refused_;
}

std::vector<const OperationTally*> Recorder::tallies() const {
  std::vector<const OperationTally*> all;
  for (const OperationTally& tally : tallies_) all.push_back(&tally);
  for (const auto& [name, each] : named_) all.push_back(&each.tally);
  return all;
}

void Recorder::count_error(OperationTally& tally, std::string_view kind) {
  auto found = tally.errors.find(kind);
  if (found == tally.errors.end()) {
    const bool room = tally.errors.size() < kMaxErrorKinds;
    found = tally.errors.try_emplace(std::string(room ? kind : kOtherKinds)).first;
  }
  ++found->second;
}

Recorder::Named* Recorder::named(std::string_view name) {
  if (const auto found = named_.find(name); found != named_.end()) return &found->second;
  if (named_.size() >= kMaxNamed || std::ranges::find(kNames, name) != kNames.end()) {
    return nullptr;
  }
  Named& added = named_[std::string(name)];
  added.tally.name = name;
  if (series_ != nullptr) added.series_id = series_->operation(name);
  return &added;
}

}  // namespace throng::measure
