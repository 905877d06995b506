#include "loadgen/report/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "loadgen/report/humanise.hpp"

namespace throng::report {
namespace {

enum ExitCode { kExitPass = 0, kExitThreshold = 3, kExitLedger = 4, kExitInvalid = 5 };
constexpr int kExitInterrupted = 130;

LedgerCheck check(std::string promise, std::uint64_t violations, std::string_view what) {
  return {std::move(promise), fmt::format("{} {}", count_text(violations), what), violations == 0};
}

std::size_t missed_thresholds(const RunResult& result) {
  return std::size_t(std::count_if(result.thresholds.begin(), result.thresholds.end(),
                                   [](const ThresholdResult& each) { return !each.pass; }));
}

Verdict verdict_of(const RunResult& result) {
  if (!ledger_holds(result.ledger)) return Verdict::kIncorrect;
  if (!result.validity.valid) return Verdict::kInvalid;
  return missed_thresholds(result) > 0 ? Verdict::kFail : Verdict::kPass;
}

int exit_code_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return kExitPass;
    case Verdict::kFail:
      return kExitThreshold;
    case Verdict::kIncorrect:
      return kExitLedger;
    case Verdict::kInvalid:
      return kExitInvalid;
  }
  return kExitInvalid;
}

std::string pass_sentence(const RunResult& result) {
  const std::string_view correct = result.ledger.sent > 0 ? " and the ledger holds" : "";
  switch (result.thresholds.size()) {
    case 0:
      return fmt::format("No threshold was set; the run is valid{}.", correct);
    case 1:
      return fmt::format("The threshold was met{}.", correct);
    default:
      return fmt::format("All {} thresholds were met{}.", result.thresholds.size(), correct);
  }
}

std::string incorrect_sentence(const RunResult& result) {
  std::string broken;
  for (const LedgerCheck& each : ledger_checks(result.ledger)) {
    if (!each.holds) broken += (broken.empty() ? "" : "; ") + each.counted;
  }
  return broken + (result.validity.valid ? "." : ". The run is invalid, too.");
}

std::string invalid_sentence(const ValidityFigures& validity) {
  std::string reasons;
  for (const std::string& reason : validity.reasons) {
    reasons += (reasons.empty() ? ": " : "; ") + reason;
  }
  return "The figures can't be trusted" + reasons + ".";
}

}  // namespace

std::vector<LedgerCheck> ledger_checks(const LedgerFigures& ledger) {
  const std::string lost = fmt::format("of {} deliveries of {} acknowledged messages lost",
                                       count_text(ledger.expected), count_text(ledger.acked));
  const std::string again =
      fmt::format("of {} deliveries came more than once", count_text(ledger.delivered));
  return {
      check("No acknowledged message is lost", ledger.lost, lost),
      check("No message comes twice", ledger.duplicated, again),
      check("Messages of a chat come in order", ledger.reordered, "deliveries out of order"),
      check("Only members get a chat's messages", ledger.misdelivered, "deliveries to non-members"),
      check("Messages arrive as they were sent", ledger.corrupted, "deliveries with other content"),
      check("Only what was sent arrives", ledger.phantom, "deliveries that nobody sent"),
      check("Receipts only move forward", ledger.cursor_violations,
            "receipts that moved back or ran ahead"),
  };
}

bool ledger_holds(const LedgerFigures& ledger) {
  const auto checks = ledger_checks(ledger);
  return std::all_of(checks.begin(), checks.end(),
                     [](const LedgerCheck& each) { return each.holds; });
}

std::vector<std::string> ledger_notes(const LedgerFigures& ledger) {
  std::vector<std::string> notes;
  if (ledger.trimmed > 0) {
    notes.push_back(
        fmt::format("{} of {} deliveries were removed before their devices came for them",
                    count_text(ledger.trimmed), count_text(ledger.expected)));
  }
  if (ledger.late > 0) {
    notes.push_back(fmt::format("{} of {} deliveries came late", count_text(ledger.late),
                                count_text(ledger.delivered)));
  }
  if (ledger.unresolved > 0) {
    notes.push_back(fmt::format("{} of {} messages sent were never acknowledged",
                                count_text(ledger.unresolved), count_text(ledger.sent)));
  }
  return notes;
}

void judge(RunResult& result) {
  result.verdict = verdict_of(result);
  const bool by_hand = result.interrupted && result.verdict != Verdict::kIncorrect;
  result.exit_code = by_hand ? kExitInterrupted : exit_code_of(result.verdict);
}

std::string_view verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "PASS";
    case Verdict::kFail:
      return "FAIL";
    case Verdict::kIncorrect:
      return "INCORRECT";
    case Verdict::kInvalid:
      return "INVALID";
  }
  return "UNKNOWN";
}

std::string_view verdict_tone(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "good";
    case Verdict::kInvalid:
      return "doubtful";
    default:
      return "bad";
  }
}

std::string verdict_sentence(const RunResult& result) {
  switch (result.verdict) {
    case Verdict::kPass:
      return pass_sentence(result);
    case Verdict::kFail:
      return fmt::format("{} of {} thresholds missed.", missed_thresholds(result),
                         result.thresholds.size());
    case Verdict::kIncorrect:
      return incorrect_sentence(result);
    case Verdict::kInvalid:
      return invalid_sentence(result.validity);
  }
  return {};
}

std::string_view exit_code_meaning(int exit_code) {
  switch (exit_code) {
    case kExitPass:
      return "passed";
    case 2:
      return "usage or script error";
    case kExitThreshold:
      return "a threshold failed";
    case kExitLedger:
      return "the ledger is violated";
    case kExitInvalid:
      return "the run is invalid";
    case 7:
      return "the target can't be reached";
    case kExitInterrupted:
      return "interrupted";
    default:
      return "unknown";
  }
}

}  // namespace throng::report
