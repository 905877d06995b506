#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/search/axis.hpp"
#include "loadgen/search/finding.hpp"
#include "loadgen/search/probe.hpp"

namespace throng::search {

inline constexpr std::string_view kSearchSchema = "throng.search/1";

/// A probe that was played.
struct PlayedProbe {
  Outcome outcome;
  std::string folder;                         ///< "probe-001", below the search's
  std::vector<std::string> reasons;           ///< why its run isn't valid
  std::optional<double> messages_per_s;       ///< nullopt: its scenario sends none
  std::vector<std::optional<double>> values;  ///< of the conditions' metrics
  std::vector<std::string> units;             ///< of these
};

/// All that is known of a search, as it stands in search.json.
struct Record {
  /// As typed, by the option's name; the rest of what a search that goes on must do again.
  std::map<std::string, std::string> options;
  std::vector<std::string> conditions;
  std::vector<std::string> arguments;  ///< of the scenario, as they stood behind `--`
  std::string scenario_file;
  std::string scenario_sha256;
  Plan plan;
  std::vector<PlayedProbe> probes;

  std::vector<Outcome> outcomes() const;
};

/// Messages a second for each unit of load, below the maximum; nullopt: none were sent.
std::optional<double> messages_per_load(const Record& record, double maximum);

/// The text of search.json.
std::string write_search_json(const Record& record, const Axis& axis, const Finding& finding,
                              bool complete);
/// Reads what that wrote, the finding excepted, which follows from the rest.
/// Errors: std::runtime_error naming `file`.
Record read_search_json(std::string_view text, const std::string& file);

}  // namespace throng::search
