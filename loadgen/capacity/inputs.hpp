#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/capacity/expression.hpp"
#include "loadgen/capacity/unit.hpp"
#include "loadgen/pacing/distribution.hpp"

namespace throng::capacity {

/// What an input that a service knows may be. kSeveral: at least two. kCurve: a list of the day's
/// loads at equal distances; its value is the highest over their mean.
enum class Rule { kPositive, kShare, kAtLeastOne, kSeveral, kCurve };

/// An input that a service knows.
struct Term {
  std::string_view name;
  std::string_view unit;  ///< the one that plain numbers are in; several that fit: "USD|EUR"
  Rule rule;
  /// Something of the service itself, not of its users: assumed as long as nobody measured it.
  bool of_service;
  std::string_view help;
};

/// Something that a derivation starts from.
struct Variable {
  std::string name;
  Unit unit;
  pacing::Distribution distribution = pacing::Distribution::constant(0);  ///< in base units
  double low = 0;  ///< in base units; what the text says, so P5 and P95 of a lognormal
  double high = 0;
  std::string text;    ///< as given: "5%..15%"
  std::string origin;  ///< "estimates/chat.lua:7", "--set", "out/run.json: target.measured.…"
  bool of_service = false;  ///< assumed of the service
  bool is_measured = false;
  std::string stream{};  ///< what its draws come from: its name, or a fit's that it is part of

  bool varies() const { return low < high; }
};

/// The inputs of one estimate, and what was measured beside them. Values are texts:
///
///   "500M users"                 "5%..15%"  every value between the two is as likely
///   "40..80 B/message lognormal" 5 % are below the first, 5 % above the second
///
/// Errors: all throw std::invalid_argument with what was expected, without a place.
class Inputs {
 public:
  Inputs() = default;
  /// `settings`: what --set says, by name. It counts instead of what the estimate says.
  explicit Inputs(std::map<std::string, std::string> settings);

  /// From here on only these names are known, each with its dimension, and settings of them count
  /// even if the estimate says nothing. Without it, all names are free, and so are dimensions.
  void know_only(std::span<const Term> terms);

  void give(const std::string& name, const std::string& text, const std::string& origin);
  void give_curve(const std::string& name, std::span<const double> points,
                  const std::string& origin);
  /// Adds what was measured: each reading is as likely. Requires: readings aren't empty.
  Expression add_measured(const std::string& name, const Unit& unit,
                          std::span<const double> readings, const std::string& origin);

  /// Adds what a fit found: each of `likely` is as likely, and entry i of what else has the stream
  /// is drawn together with entry i of this. `low` and `high` are of its interval.
  Expression add_fitted(const std::string& name, const Unit& unit, std::span<const double> likely,
                        double low, double high, const std::string& stream);

  /// The variable, or an unknown for a term that nobody gave.
  Expression get(const std::string& name) const;
  /// nullptr for what nobody gave.
  const Variable* find(std::string_view name) const;
  const std::vector<Variable>& variables() const { return variables_; }

  /// Throws for a setting of a name that nothing is known of.
  void check_settings() const;

 private:
  const Term* find_term(std::string_view name) const;
  std::vector<std::string> names() const;
  void check_name(const std::string& name) const;
  void add(Variable variable);

  std::map<std::string, std::string> settings_;
  std::span<const Term> terms_;
  std::vector<Variable> variables_;
};

}  // namespace throng::capacity
