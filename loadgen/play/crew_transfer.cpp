#include "loadgen/play/crew_transfer.hpp"

#include <cereal/archives/binary.hpp>
#include <cereal/types/chrono.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <stdexcept>

#include "loadgen/measure/transfer.hpp"
#include "loadgen/play/preflight.hpp"
#include "loadgen/scenario/script.hpp"

// One list of members for both ways, beside types that know nothing of archives.

namespace throng::scenario {

template <class Archive>
void serialize(Archive& archive, Source& source) {
  archive(source.path, source.name, source.text, source.sha256, source.args);
}

}  // namespace throng::scenario

namespace throng::transport {

template <class Archive>
void serialize(Archive& archive, Target& target) {
  archive(target.url, target.host, target.port, target.path, target.secure,
          target.trust.certificates, target.trust.anybody);
}

}  // namespace throng::transport

namespace throng::machine {

template <class Archive>
void serialize(Archive& archive, NetworkCounters& network) {
  archive(network.sent, network.retransmitted, network.loss_probes, network.connects,
          network.listen_drops, network.queue_drops);
}

template <class Archive>
void serialize(Archive& archive, Facts& facts) {
  archive(facts.core_wait, facts.stolen_ratio, facts.clock_step, facts.suspended, facts.network);
}

}  // namespace throng::machine

namespace throng::play {

template <class Archive>
void serialize(Archive& archive, Slice& slice) {
  archive(slice.worker, slice.workers, slice.first_user, slice.users);
}

template <class Archive>
void serialize(Archive& archive, JoinedCrew& crew) {
  archive(crew.name, crew.cores, crew.threads);
}

template <class Archive>
void serialize(Archive& archive, CrewOrders& orders) {
  archive(orders.source, orders.target, orders.secret, orders.token_expires, orders.seed,
          orders.stamp_seed, orders.users, orders.ramp, orders.warm_up, orders.duration,
          orders.live_tallies, orders.sessions_per_connection, orders.first_user, orders.chat_ids,
          orders.graph_sum, orders.slices);
}

template <class Archive>
void serialize(Archive& archive, CrewAway& away) {
  archive(away.name, away.users, away.threads, away.cores, away.cpu_s, away.measured_cpu_s,
          away.rss_bytes, away.machine, away.clock_offset, away.clock_error);
}

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

/// A coordinator and a crew of other builds may mean other things by the same bytes.
template <class Whole>
void read_whole(std::istream& in, Whole& whole) {
  read(in, whole);
  if (in.peek() == std::istream::traits_type::eof()) return;
  throw std::runtime_error(
      "what came is longer than it should be: both ends must be of one build of throng");
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

void save(std::ostream& out, const JoinedCrew& crew) { write(out, crew); }
void load(std::istream& in, JoinedCrew& crew) { read_whole(in, crew); }

void save(std::ostream& out, const CrewOrders& orders) { write(out, orders); }
void load(std::istream& in, CrewOrders& orders) { read_whole(in, orders); }

void save(std::ostream& out, const pacing::ClockExchange& exchange) {
  for (const pacing::TimePoint time :
       {exchange.asked, exchange.received, exchange.answered, exchange.heard}) {
    save(out, time);
  }
}

void load(std::istream& in, pacing::ClockExchange& exchange) {
  for (pacing::TimePoint* const time :
       {&exchange.asked, &exchange.received, &exchange.answered, &exchange.heard}) {
    load(in, *time);
  }
}

void save(std::ostream& out, const BoardChanges& changes) { write(out, changes); }
void load(std::istream& in, BoardChanges& changes) { read(in, changes); }

void save(std::ostream& out, const CrewAway& away) { write(out, away); }
void load(std::istream& in, CrewAway& away) { read(in, away); }

void save_failure(std::ostream& out, const std::exception& failure) {
  const bool script = dynamic_cast<const scenario::ScriptError*>(&failure) != nullptr;
  write(out, script, code_of(failure), std::string(failure.what()));
}

std::exception_ptr load_failure(std::istream& in) {
  bool script = false;
  ExitCode code{};
  std::string what;
  read(in, script, code, what);
  if (script) return std::make_exception_ptr(scenario::ScriptError(what));
  if (code == ExitCode::kInterrupted) code = ExitCode::kUsage;
  return std::make_exception_ptr(Refusal(code, what));
}

}  // namespace throng::play
