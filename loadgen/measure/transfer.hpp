#pragma once

#include <iosfwd>

#include "loadgen/measure/histogram.hpp"
#include "loadgen/measure/ledger.hpp"
#include "loadgen/measure/recorder.hpp"
#include "loadgen/measure/series.hpp"

/// What a worker measured as bytes, for a coordinator in another process of the same program: the
/// form is that of the machine's memory and of no use anywhere else.
///
/// Errors of load: std::runtime_error when the bytes end too soon. What they mean isn't checked.
namespace throng::measure {

void save(std::ostream& out, const Histogram& histogram);
void load(std::istream& in, Histogram& histogram);

void save(std::ostream& out, const SecondSnapshot& second);
void load(std::istream& in, SecondSnapshot& second);

void save(std::ostream& out, const Tallies& tallies);
void load(std::istream& in, Tallies& tallies);

/// Requires of load: the recorder has recorded nothing yet. It is for merging from then on.
void save(std::ostream& out, const Recorder& recorder);
void load(std::istream& in, Recorder& recorder);

/// What reconcile() and outstanding() need. Requires of load: the shard was made for the same
/// roster and users, and has seen nothing. It is for reconcile() from then on.
void save(std::ostream& out, const LedgerShard& shard);
void load(std::istream& in, LedgerShard& shard);

}  // namespace throng::measure
