#include "loadgen/play/crew_transfer.hpp"

#include <cereal/archives/binary.hpp>
#include <cereal/types/string.hpp>
#include <stdexcept>

#include "loadgen/measure/transfer.hpp"
#include "loadgen/scenario/script.hpp"

namespace throng::play {
namespace {

template <class... Fields>
void write(std::ostream& out, const Fields&... fields) {
  cereal::BinaryOutputArchive archive(out);
  archive(fields...);
}

template <class... Fields>
void read(std::istream& in, Fields&... fields) {
  cereal::BinaryInputArchive archive(in);
  archive(fields...);
}

}  // namespace

void save(std::ostream& out, pacing::TimePoint time) {
  write(out, std::int64_t{time.time_since_epoch().count()});
}

void load(std::istream& in, pacing::TimePoint& time) {
  std::int64_t since_epoch = 0;
  read(in, since_epoch);
  time = pacing::TimePoint(pacing::Duration(since_epoch));
}

void save(std::ostream& out, unsigned worker, const WorkerSecond& second) {
  write(out, worker, second.recorded.has_value());
  measure::save(out, second.figures);
  measure::save(out, second.late_release);
  measure::save(out, second.pauses.turns);
  measure::save(out, second.pauses.collections);
  if (second.recorded) measure::save(out, *second.recorded);
}

void load(std::istream& in, unsigned& worker, WorkerSecond& second) {
  bool recorded = false;
  read(in, worker, recorded);
  measure::load(in, second.figures);
  measure::load(in, second.late_release);
  measure::load(in, second.pauses.turns);
  measure::load(in, second.pauses.collections);
  if (!recorded) return;
  measure::load(in, second.recorded.emplace());
}

void save(std::ostream& out, const Standing& standing) { write(out, standing); }
void load(std::istream& in, Standing& standing) { read(in, standing); }

void save(std::ostream& out, const Harvest& harvest) {
  write(out, harvest.counts);
  measure::save(out, harvest.recorded);
  for (const measure::LedgerShard* ledger : harvest.ledgers) measure::save(out, *ledger);
}

void load(std::istream& in, Harvest& harvest) {
  read(in, harvest.counts);
  measure::load(in, harvest.recorded);
}

void save_failure(std::ostream& out, const std::exception& failure) {
  const bool script = dynamic_cast<const scenario::ScriptError*>(&failure) != nullptr;
  write(out, script, std::string(failure.what()));
}

std::exception_ptr load_failure(std::istream& in) {
  bool script = false;
  std::string what;
  read(in, script, what);
  if (script) return std::make_exception_ptr(scenario::ScriptError(what));
  return std::make_exception_ptr(std::runtime_error(what));
}

}  // namespace throng::play
