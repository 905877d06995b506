#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/capacity/cost_model.hpp"
#include "loadgen/capacity/estimate.hpp"
#include "loadgen/capacity/evidence.hpp"
#include "loadgen/capacity/monte_carlo.hpp"
#include "loadgen/capacity/tornado.hpp"

namespace throng::capacity {

/// kNotProved: nothing known contradicts it, and not enough is known.
enum class Verdict { kConfirmed, kRefuted, kNotProved };
/// "CONFIRMED", "REFUTED", "NOT PROVED".
std::string_view verdict_word(Verdict verdict);

/// What a verdict rests on. kAssumption: the claim is an input, which only counting real users can
/// prove. kArithmetic: the inputs. kAssumedService: the inputs, some of them about the service
/// itself, which a run could measure. kMeasurement: runs.
enum class Basis { kAssumption, kArithmetic, kAssumedService, kMeasurement };
/// "assumption", "arithmetic", "arithmetic on assumed costs", "measurement".
std::string_view basis_word(Basis basis);

/// What came of one claim.
struct Finding {
  Claim claim;
  Verdict verdict = Verdict::kNotProved;
  Basis basis = Basis::kArithmetic;
  std::optional<Spread> value;        ///< of what it is about; nullopt: unknown
  std::optional<double> error;        ///< (claimed - value) / value, at p50
  std::string formula;                ///< how the value came about: "payload_per_day × retention"
  std::string reason;                 ///< a sentence
  std::vector<std::string> evidence;  ///< "out/run.json: target.measured.cpu_s_per_message = 41 us"
};

/// What the names of variables begin with that runs measured, or that a fit to runs found.
inline constexpr std::string_view kMeasuredPrefix = "measured.";
inline constexpr std::string_view kFittedPrefix = "fitted.";

/// What a resource costs by a fit to the runs that count, and why it isn't used where it isn't.
struct UsedCost {
  CostModel model;
  std::string why_unused;  ///< empty: figures are made of it
};

/// A figure, and where it lies.
struct DerivedFigure {
  Figure figure;
  std::optional<Spread> value;  ///< nullopt: unknown, for want of figure.expression.needs()
};

/// Everything that is known of one estimate. Reports are made of this and of nothing else.
struct Assessment {
  Estimate estimate;
  std::uint64_t seed = 0;
  std::size_t draws = 0;
  std::vector<EvidenceRun> evidence;
  std::vector<MeasuredFigure> measured;
  std::vector<UsedCost> costs;
  std::vector<DerivedFigure> figures;
  std::vector<Finding> findings;
  std::optional<Tornado> tornado;  ///< nullopt: nothing that could be asked for is known

  std::size_t count(Verdict verdict) const;
  /// A claim that isn't proved and that arithmetic or a run could prove.
  bool lacks_proof() const;
};

struct AssessmentOptions {
  std::uint64_t seed = 1;
  std::size_t draws = 10'000;
  std::string tornado{};  ///< the figure that it is of; empty: the first known one of a fleet
};

/// Derives all figures and judges all claims. Errors: std::runtime_error, "FILE:LINE: …" where a
/// line is to blame: contradictory inputs, a claim about nothing that is known or of another
/// dimension, a figure that isn't finite, a tornado of what isn't known.
Assessment assess(Estimate estimate, std::vector<EvidenceRun> evidence,
                  const AssessmentOptions& options);

}  // namespace throng::capacity
