#include "loadgen/simulate/fault_search.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <utility>

#include "loadgen/simulate/simulation.hpp"
#include "protocol/codec.hpp"

namespace throng::simulate {
namespace {

/// As long a trace as somebody would read.
constexpr std::size_t kMostLines = 2'000;

SimulateOptions under(const SimulateOptions& options, std::uint64_t seed) {
  SimulateOptions own = options;
  own.run.seed = seed;
  own.run.out_dir.clear();
  return own;
}

bool is_broken(const report::RunResult& result) {
  return result.verdict == report::Verdict::kIncorrect || result.ledger.unresolved > 0;
}

/// Of "chat 17 seq 3 to 4: never reached user 5".
std::optional<std::uint64_t> chat_of(const std::vector<std::string>& examples) {
  constexpr std::string_view kWord = "chat ";
  if (examples.empty()) return std::nullopt;
  const std::string_view example = examples.front();
  const std::size_t at = example.find(kWord);
  if (at == std::string_view::npos) return std::nullopt;
  std::uint64_t chat = 0;
  const std::string_view number = example.substr(at + kWord.size());
  const auto read = std::from_chars(number.data(), number.data() + number.size(), chat);
  return read.ec == std::errc() ? std::optional(chat) : std::nullopt;
}

/// Whether an event says something of the chat: `"chat":17` and no further digit.
bool names(std::string_view line, std::string_view chat) {
  for (std::size_t at = line.find(chat); at != std::string_view::npos;
       at = line.find(chat, at + 1)) {
    const std::size_t behind = at + chat.size();
    if (behind == line.size() || line[behind] < '0' || line[behind] > '9') return true;
  }
  return false;
}

std::vector<std::string> trace_of(const SimulateOptions& options, std::uint64_t chat) {
  const std::string name = fmt::format("\"chat\":{}", chat_ids(chat + 1).back().value);
  std::vector<std::string> lines;
  SimulateOptions watched = options;
  watched.watch = [&](pacing::Duration time, users::UserNumber user, bool says,
                      std::string_view text) {
    protocol::for_each_line(text, [&](std::string_view line) {
      if (lines.size() >= kMostLines || !names(line, name)) return;
      lines.push_back(fmt::format("{:12.6f} s  user {} {} {}", pacing::to_seconds(time), user,
                                  says ? "says" : "gets", line));
    });
  };
  (void)simulate(watched);
  return lines;
}

BrokenPromise explain(const SimulateOptions& options, report::RunResult result) {
  BrokenPromise broken;
  broken.seed = options.run.seed;
  broken.faults = result.simulation->faults;
  broken.chat = chat_of(result.ledger.examples);
  broken.result = std::move(result);
  if (broken.chat) broken.trace = trace_of(options, *broken.chat);
  return broken;
}

}  // namespace

SearchOutcome search_faults(const SimulateOptions& options, const SeedRange& seeds,
                            const std::function<void(std::uint64_t seed)>& on_seed) {
  SearchOutcome outcome;
  for (std::uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
    on_seed(seed);
    const SimulateOptions own = under(options, seed);
    play::RunOutcome run = simulate(own);
    outcome.error = run.error;
    if (!run.result) {
      outcome.code = run.code;
      return outcome;
    }
    ++outcome.seeds;
    outcome.messages += run.result->ledger.sent;
    outcome.events += run.result->simulation->events;
    if (is_broken(*run.result)) {
      outcome.code = play::ExitCode::kLedger;
      outcome.broken = explain(own, std::move(*run.result));
      return outcome;
    }
    if (run.result->interrupted) {
      outcome.code = play::ExitCode::kInterrupted;
      return outcome;
    }
  }
  return outcome;
}

}  // namespace throng::simulate
