#include "loadgen/capacity/markdown.hpp"

#include <fmt/format.h>

#include <initializer_list>

#include "loadgen/capacity/words.hpp"
#include "loadgen/report/escape.hpp"

namespace throng::capacity {
namespace {

// What stands in a cell must not end it, nor begin markup.
std::string cell(std::string_view text) {
  std::string safe;
  for (const char c : report::valid_utf8(text)) {
    if (std::string_view("|*_`[]<>\\").find(c) != std::string_view::npos) safe += '\\';
    safe += c == '\n' ? ' ' : c;
  }
  return safe;
}

std::string row(std::initializer_list<std::string> cells) {
  std::string text = "|";
  for (const std::string& each : cells) text += fmt::format(" {} |", cell(each));
  return text + "\n";
}

std::string head(std::initializer_list<std::string> cells) {
  std::string text = row(cells) + "|";
  for (std::size_t i = 0; i < cells.size(); ++i) text += "---|";
  return text + "\n";
}

std::string reason_of(const Finding& finding) {
  std::string text = finding.reason;
  for (const std::string& reading : finding.evidence) text += "; " + reading;
  return text;
}

std::string claims(const Assessment& all) {
  std::string text = head({"verdict", "claim", "claimed", "value", "error", "rests on", "why"});
  for (const Finding& each : all.findings) {
    text += row({std::string(verdict_word(each.verdict)), each.claim.name, claimed_text(each.claim),
                 spread_text(each.value, each.claim.unit), error_text(each),
                 std::string(basis_word(each.basis)), reason_of(each)});
  }
  return text;
}

std::string figures(const Assessment& all) {
  std::string text = head({"figure", "P5", "P50", "P95", "how"});
  for (const auto& [figure, value] : all.figures) {
    const auto at = [&, &unit = figure.unit, &spread = value](double Spread::*place) {
      return spread ? format_quantity((*spread).*place, unit) : std::string("unknown");
    };
    const std::string how =
        value ? figure.expression.text()
              : fmt::format("needs {}", fmt::join(figure.expression.needs(), ", "));
    text += row({figure.name, at(&Spread::p5), at(&Spread::p50), at(&Spread::p95), how});
  }
  return text;
}

std::string inputs(const Assessment& all) {
  std::string text = head({"input", "value", "from"});
  for (const Variable& each : all.estimate.inputs.variables()) {
    text += row({each.name, each.text, each.origin});
  }
  return text;
}

std::string evidence(const Assessment& all) {
  std::string text;
  for (const EvidenceRun& each : all.evidence) {
    text += fmt::format("- {} {}\n", cell(each.path),
                        each.problems.empty()
                            ? "counts"
                            : fmt::format("doesn't count: {}",
                                          cell(fmt::format("{}", fmt::join(each.problems, "; ")))));
  }
  return text.empty() ? "No run was given.\n" : text;
}

}  // namespace

std::string markdown_text(const Assessment& all) {
  return fmt::format(
      "# {}\n\n{}\n\n**{}**\n\n## Claims\n\n{}\n## What follows\n\n{}\n## Inputs\n\n{}\n"
      "## Evidence\n\n{}",
      cell(all.estimate.title), cell(provenance_text(all)), count_text(all), claims(all),
      figures(all), inputs(all), evidence(all));
}

}  // namespace throng::capacity
