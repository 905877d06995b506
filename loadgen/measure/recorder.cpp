#include "loadgen/measure/recorder.hpp"

#include <algorithm>

namespace throng::measure {
namespace {

constexpr std::array<std::string_view, kOperations> kNames{
    "connect",  "login", "send",     "deliver", "fan_out",  "receipt_delivered", "receipt_read",
    "catch_up", "fetch", "presence", "upload",  "download", "change_chat"};

/// Where the errors go whose kind would be one too many.
constexpr std::string_view kOtherKinds = "other";

/// Of these the latency is the target's alone, and they come all the time.
bool has_course(Operation operation) {
  return operation == Operation::kSend || operation == Operation::kDeliver ||
         operation == Operation::kFetch || operation == Operation::kPresence ||
         operation == Operation::kUpload || operation == Operation::kDownload ||
         operation == Operation::kChatChange;
}

void add_course(Course& to, const Course& from) {
  to.resize(std::max(to.size(), from.size()));
  for (std::size_t i = 0; i < from.size(); ++i) {
    to[i].sum_ns += from[i].sum_ns;
    to[i].count += from[i].count;
  }
}

std::uint64_t course_count(const Course& course) {
  std::uint64_t all = 0;
  for (const CourseBin& bin : course) all += bin.count;
  return all;
}

}  // namespace

std::string_view operation_name(Operation operation) {
  return kNames[static_cast<std::size_t>(operation)];
}

bool is_arrival(Operation operation) {
  return operation == Operation::kConnect || operation == Operation::kLogin ||
         operation == Operation::kCatchUp;
}

bool is_arrival(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  return found != kNames.end() && is_arrival(static_cast<Operation>(found - kNames.begin()));
}

void OperationTally::merge(const OperationTally& other) {
  if (name.empty()) name = other.name;
  count += other.count;
  dropped += other.dropped;
  unresolved += other.unresolved;
  for (const auto& [kind, times] : other.errors) errors[kind] += times;
  latency.merge(other.latency);
  service.merge(other.service);
}

void Tallies::merge(const Tallies& other) {
  for (std::size_t i = 0; i < kOperations; ++i) built_in[i].merge(other.built_in[i]);
  for (const auto& [name, theirs] : other.named) named[name].merge(theirs);
}

std::vector<const OperationTally*> Tallies::all() const {
  std::vector<const OperationTally*> each;
  for (const OperationTally& tally : built_in) each.push_back(&tally);
  for (const auto& [name, tally] : named) each.push_back(&tally);
  return each;
}

Recorder::Recorder(pacing::TimePoint run_start, SecondRecorder* series)
    : run_start_(run_start), series_(series) {
  for (std::size_t i = 0; i < kOperations; ++i) {
    rest_.built_in[i].name = kNames[i];
    if (series_ != nullptr) series_ids_[i] = series_->operation(kNames[i]);
  }
}

void Recorder::set_measured(MeasuredTime measured) {
  measured_ = measured;
  if (measured == MeasuredTime()) return;
  bins_per_ns_ =
      static_cast<double>(kBins) / static_cast<double>((measured.until - measured.from).count());
  early_.resize(kMostWarmUpSteps);
}

void Recorder::end_measured(pacing::TimePoint now) {
  measured_.until = std::clamp(now, measured_.from, measured_.until);
  arrivals_until_ = now;
}

Tallies& Recorder::stretch(pacing::TimePoint due) {
  if (bins_per_ns_ == 0 || due < measured_.from) return rest_;
  const std::size_t step = bin(due) / kBinsPerStep;
  return step < early_.size() ? early_[step] : rest_;
}

std::size_t Recorder::bin(pacing::TimePoint due) const {
  return static_cast<std::size_t>(static_cast<double>((due - measured_.from).count()) *
                                  bins_per_ns_);
}

OperationTally& Recorder::tally(Operation operation, pacing::TimePoint due) {
  Tallies& tallies = is_arrival(operation) ? rest_ : stretch(due);
  return tallies.built_in[static_cast<std::size_t>(operation)];
}

void Recorder::add_latency(Operation operation, OperationTally& tally, pacing::TimePoint due,
                           pacing::TimePoint now) {
  tally.latency.record((now - due).count());
  if (bins_per_ns_ == 0 || !has_course(operation)) return;
  Course& course = courses_[static_cast<std::size_t>(operation)];
  if (course.empty()) course.resize(kBins);
  CourseBin& into = course[std::min(bin(due), kBins - 1)];
  into.sum_ns += static_cast<double>((now - due).count());
  ++into.count;
}

bool Recorder::counts(Operation operation, pacing::TimePoint due) const {
  if (is_arrival(operation) && due < measured_.from) return due < arrivals_until_;
  return measured_.covers(due);
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
  OperationTally& counted = tally(operation, due);
  ++counted.count;
  add_latency(operation, counted, due, now);
  if (service) counted.service.record(service->count());
}

void Recorder::failed(Operation operation, std::string_view kind, pacing::TimePoint due,
                      pacing::TimePoint now) {
  if (series_ != nullptr) {
    series_->failed(series_ids_[static_cast<std::size_t>(operation)], since_start(now));
  }
  if (counts(operation, due)) count_error(tally(operation, due), kind);
}

void Recorder::dropped(Operation operation, pacing::TimePoint due) {
  if (counts(operation, due)) ++tally(operation, due).dropped;
}

void Recorder::unresolved(Operation operation, pacing::TimePoint due, pacing::TimePoint now) {
  if (!counts(operation, due)) return;
  OperationTally& counted = tally(operation, due);
  ++counted.unresolved;
  add_latency(operation, counted, due, now);
}

void Recorder::unresolved_unmeasured(Operation operation, pacing::TimePoint due,
                                     std::uint64_t count) {
  if (counts(operation, due)) tally(operation, due).unresolved += count;
}

bool Recorder::record(std::string_view name, pacing::Duration elapsed, pacing::TimePoint now) {
  const SecondRecorder::OperationId* const series_id = named(name);
  if (series_id == nullptr) {
    ++refused_;
    return false;
  }
  if (series_ != nullptr) series_->completed(*series_id, since_start(now), elapsed);
  if (!measured_.covers(now)) return true;
  auto& tallies = stretch(now).named;
  auto found = tallies.find(name);
  if (found == tallies.end()) {
    found = tallies.try_emplace(std::string(name)).first;
    found->second.name = name;
  }
  ++found->second.count;
  found->second.latency.record(elapsed.count());
  return true;
}

void Recorder::merge(const Recorder& other) {
  early_.resize(std::max(early_.size(), other.early_.size()));
  for (std::size_t i = 0; i < other.early_.size(); ++i) early_[i].merge(other.early_[i]);
  rest_.merge(other.rest_);
  for (std::size_t i = 0; i < kOperations; ++i) add_course(courses_[i], other.courses_[i]);
  refused_ += other.refused_;
}

Tallies Recorder::totals(std::size_t warm_up_steps) const {
  Tallies all = rest_;
  for (std::size_t i = warm_up_steps; i < early_.size(); ++i) all.merge(early_[i]);
  return all;
}

WarmUp Recorder::warm_up() const {
  const auto busiest = std::ranges::max_element(courses_, {}, &course_count);
  return find_warm_up(*busiest);
}

void Recorder::count_error(OperationTally& tally, std::string_view kind) {
  auto found = tally.errors.find(kind);
  if (found == tally.errors.end()) {
    const bool room = tally.errors.size() < kMaxErrorKinds;
    found = tally.errors.try_emplace(std::string(room ? kind : kOtherKinds)).first;
  }
  ++found->second;
}

const SecondRecorder::OperationId* Recorder::named(std::string_view name) {
  if (const auto found = named_.find(name); found != named_.end()) return &found->second;
  if (named_.size() >= kMaxNamed || std::ranges::find(kNames, name) != kNames.end()) {
    return nullptr;
  }
  const SecondRecorder::OperationId id = series_ != nullptr ? series_->operation(name) : 0;
  return &named_.try_emplace(std::string(name), id).first->second;
}

}  // namespace throng::measure
