#include "loadgen/commands/ab_options.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "loadgen/pacing/quantity.hpp"

namespace throng::commands {
namespace {

// With fewer even the clearest loss comes by chance too often.
constexpr std::uint64_t kFewestPairs = 7;
constexpr std::uint64_t kMostPairs = 200;

std::size_t count_of(const char* option, const std::string& text, std::uint64_t from) {
  const auto count = pacing::parse_count(text);
  if (count.has_value() && *count >= from && *count <= kMostPairs) return *count;
  throw std::runtime_error(
      fmt::format("{}: expected {} to {}, got \"{}\"", option, from, kMostPairs, text));
}

}  // namespace

void add_ab_options(CLI::App& command, AbWords& words) {
  command
      .add_option("--base", words.base,
                  "command that starts the server to compare with, e.g. \"old/throng-server\"")
      ->required();
  command.add_option("--candidate", words.candidate, "the same for what may be worse")->required();
  add_play_options(command, words.run);
  command.add_option("--pairs", words.pairs, "pairs of runs before the first verdict [10]")
      ->envname("THRONG_PAIRS");
  command.add_option("--max-pairs", words.max_pairs, "pairs where that can't tell [20]")
      ->envname("THRONG_MAX_PAIRS");
  command
      .add_option("--retries", words.retries,
                  "pairs to play again whose runs are invalid, at most [5]")
      ->envname("THRONG_RETRIES");
  command.add_flag("--resume", words.resume, "go on with the pairs that --out has")
      ->envname("THRONG_RESUME");
  add_comparison_options(command, words.output);
}

AbPlan to_plan(const AbWords& words) {
  AbPlan plan;
  plan.pairs = count_of("--pairs", words.pairs, kFewestPairs);
  plan.max_pairs = count_of("--max-pairs", words.max_pairs, plan.pairs);
  plan.retries = count_of("--retries", words.retries, 0);
  return plan;
}

}  // namespace throng::commands
