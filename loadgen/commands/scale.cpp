#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "loadgen/capacity/evidence.hpp"
#include "loadgen/capacity/scalability_text.hpp"
#include "loadgen/capacity/unit.hpp"
#include "loadgen/commands/command.hpp"
#include "loadgen/play/run.hpp"

namespace throng::commands {
namespace {

/// The options as typed; empty ones were not given.
struct Words {
  std::vector<std::string> points;
  std::string of = "send";
  std::string noise;
  std::vector<std::string> wanted;
  bool json = false;
};

double plain_number(const std::string& text) {
  const capacity::Quantity quantity = capacity::parse_quantity(text).quantity;
  if (quantity.dimension.is_plain()) return quantity.value;
  throw std::invalid_argument("expected a plain number, not " + text);
}

struct PointWords {
  double count;
  std::string value;  ///< a throughput, or the directory of a run
};

PointWords parse_point(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == word.npos || equals + 1 == word.size()) {
    throw std::invalid_argument("expected COUNT=THROUGHPUT or COUNT=DIR, got \"" + word + "\"");
  }
  return {plain_number(word.substr(0, equals)), word.substr(equals + 1)};
}

double rate_of(const capacity::EvidenceRun& evidence, const std::string& operation) {
  if (!evidence.problems.empty()) {
    throw std::runtime_error(evidence.path + " doesn't count: " + evidence.problems.front());
  }
  const report::OperationFigures* figures = evidence.run.find_operation(operation);
  if (figures != nullptr && figures->count > 0) return figures->rate_per_s;
  throw std::runtime_error(evidence.path + " has no " + operation);
}

// Runs of different scenarios or machines don't make one curve.
std::vector<capacity::ScalePoint> read_points(const Words& words) {
  std::vector<capacity::ScalePoint> points;
  std::vector<std::string> dirs;
  std::vector<double> counts;
  for (const std::string& word : words.points) {
    PointWords point = parse_point(word);
    if (std::filesystem::is_directory(point.value)) {
      dirs.push_back(std::move(point.value));
      counts.push_back(point.count);
    } else {
      points.push_back({point.count, plain_number(point.value), "given"});
    }
  }
  std::vector<capacity::EvidenceRun> runs = capacity::read_evidence(dirs);
  if (runs.empty()) return points;
  capacity::judge_evidence(
      runs, {.service = "", .scenario = runs.front().run.scenario.name, .cores = std::nullopt});
  for (std::size_t i = 0; i < runs.size(); ++i) {
    points.push_back({counts[i], rate_of(runs[i], words.of), runs[i].path});
  }
  return points;
}

int scale(const Words& words) {
  std::optional<double> noise;
  if (!words.noise.empty()) noise = plain_number(words.noise);
  std::vector<double> wanted;
  for (const std::string& word : words.wanted) wanted.push_back(plain_number(word));
  const capacity::ScalingReport report(words.of + "/s", read_points(words), noise, wanted);
  std::cout << (words.json ? report.json() : report.text());
  return report.refuses() ? kInconclusive : static_cast<int>(play::ExitCode::kPass);
}

}  // namespace

void add_scale(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "scale", "fit the scalability laws to throughputs of several thread or node counts");
  auto words = std::make_shared<Words>();
  command
      ->add_option("POINT", words->points,
                   "COUNT=THROUGHPUT or COUNT=DIR of a run at its limit, e.g. 2=29504 3=results")
      ->required();
  command->add_option("--of", words->of, "the operation of runs whose rate is meant [send]")
      ->envname("THRONG_OF");
  command
      ->add_option("--noise", words->noise,
                   "how much one point varies, e.g. 3%; else it takes two spare points")
      ->envname("THRONG_NOISE");
  command
      ->add_option("--at", words->wanted,
                   "a count to predict; beyond the points only if they go past the knee")
      ->envname("THRONG_AT");
  command->add_flag("--json", words->json, "print JSON instead of the tables")
      ->envname("THRONG_JSON");
  command->parse_complete_callback(
      [words, &action] { action = [words] { return scale(*words); }; });
}

}  // namespace throng::commands
