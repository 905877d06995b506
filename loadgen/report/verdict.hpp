#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "loadgen/report/run_result.hpp"

namespace throng::report {

/// One promise of the target and what the ledger says of it, in plain words.
struct LedgerCheck {
  std::string promise;  ///< "No acknowledged message is lost"
  std::string counted;  ///< "0 of 240,000 deliveries of 120,000 acknowledged messages lost"
  bool holds = true;
};

/// One check for each promise, always the same ones in the same order; all hold for an empty
/// ledger.
std::vector<LedgerCheck> ledger_checks(const LedgerFigures& ledger);
bool ledger_holds(const LedgerFigures& ledger);

/// What limits the account without breaking a promise; a sentence each, none if there is nothing.
std::vector<std::string> ledger_notes(const LedgerFigures& ledger);

/// Sets `verdict` and `exit_code` from the ledger, validity, thresholds and `interrupted`. A run
/// that broke a promise is incorrect even when its figures aren't to be believed; one that was
/// interrupted exits as interrupted unless it broke a promise.
void judge(RunResult& result);

/// "PASS", "FAIL", "INCORRECT" or "INVALID".
std::string_view verdict_word(Verdict verdict);
/// How a page shows it: "good", "bad", or "doubtful" for what isn't to be believed.
std::string_view verdict_tone(Verdict verdict);
/// A sentence that says why: "2 of 5 thresholds were missed."
std::string verdict_sentence(const RunResult& result);
/// "a threshold failed" for 3, and so on for each exit code of `throng`; else "unknown".
std::string_view exit_code_meaning(int exit_code);

}  // namespace throng::report
