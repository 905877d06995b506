#include "loadgen/capacity/terminal.hpp"

#include <fmt/format.h>

#include <iterator>

#include "loadgen/capacity/words.hpp"
#include "loadgen/report/escape.hpp"

namespace throng::capacity {
namespace {

const char* colour_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kConfirmed:
      return "\x1b[32m";
    case Verdict::kRefuted:
      return "\x1b[31m";
    case Verdict::kNotProved:
      break;
  }
  return "\x1b[33m";
}

std::string harmless(std::string_view text) {
  return report::terminal_escape(report::valid_utf8(text));
}

class Text {
 public:
  Text(const Assessment& assessment, bool colour) : all_(assessment), colour_(colour) {}

  std::string make() && {
    line("{}", harmless(all_.estimate.title));
    line("{}", harmless(provenance_text(all_)));
    inputs();
    figures();
    order();
    tornado();
    evidence();
    claims();
    line("\n{}", count_text(all_));
    return std::move(out_);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_.erase(out_.find_last_not_of(' ') + 1);
    out_ += '\n';
  }

  void inputs() {
    line("\n{:<31} {:<33} {}", "input", "value", "from");
    for (const Variable& each : all_.estimate.inputs.variables()) {
      line("{:<31} {:<33} {}", harmless(each.name), harmless(each.text), harmless(each.origin));
    }
  }

  void figures() {
    line("\n{:<31} {:<33} {}", "follows", "value", "how");
    for (const DerivedFigure& each : all_.figures) {
      const Figure& figure = each.figure;
      if (!each.value) continue;
      line("{:<31} {:<33} {}", harmless(figure.name), spread_text(each.value, figure.unit),
           harmless(figure.expression.text()));
    }
    for (const DerivedFigure& each : all_.figures) {
      if (each.value) continue;
      line("{:<31} {:<33} needs {}", harmless(each.figure.name), "unknown",
           harmless(fmt::format("{}", fmt::join(each.figure.expression.needs(), ", "))));
    }
  }

  void order() {
    const auto chosen = order_figures(all_);
    if (chosen.empty()) return;
    line("\n{:<31} {:<25} {}", "to order", "P50", "P90");
    for (const DerivedFigure* each : chosen) {
      const Unit& unit = each->figure.unit;
      line("{:<31} {:<25} {}", each->figure.name, format_quantity(each->value->p50, unit),
           format_quantity(each->value->p90, unit));
    }
  }

  void tornado() {
    if (!all_.tornado || all_.tornado->bars.empty()) return;
    const Tornado& of = *all_.tornado;
    line("\nwhat matters to {}, {} with all inputs at their median", of.figure,
         format_quantity(of.middle, of.unit));
    line("{:<31} {:<33} {}", "input", "P5 to P95, others at median", of.figure);
    for (const TornadoBar& each : of.bars) {
      line("{:<31} {:<33} {} to {}", harmless(each.input),
           range_text(each.low_input, each.high_input, each.unit),
           format_quantity(each.at_low, of.unit), format_quantity(each.at_high, of.unit));
    }
  }

  void evidence() {
    for (const EvidenceRun& each : all_.evidence) {
      line("\n{} {}", harmless(each.path), each.problems.empty() ? "counts" : "doesn't count");
      for (const std::string& problem : each.problems) line("  {}", harmless(problem));
    }
    if (all_.evidence.empty() || all_.costs.empty()) return;
    line("");
    for (const UsedCost& each : all_.costs) line("{}", harmless(cost_use_text(each)));
  }

  std::string word(Verdict verdict) const {
    const std::string text = fmt::format("{:<12}", verdict_word(verdict));
    return colour_ ? fmt::format("{}{}\x1b[0m", colour_of(verdict), text) : text;
  }

  void claims() {
    line("\n{:<12}{:<35} {:<25} {:<27} {}", "verdict", "claim", "claimed", "value", "error");
    for (const Finding& each : all_.findings) {
      const Claim& claim = each.claim;
      line("{}{:<35} {:<25} {:<27} {}", word(each.verdict), harmless(claim.name),
           claimed_text(claim), spread_text(each.value, claim.unit), error_text(each));
      line("{:<12}{}", "", harmless(each.reason));
      line("{:<12}{} = {} ({})", "", harmless(claim.of), harmless(each.formula),
           basis_word(each.basis));
      for (const std::string& reading : each.evidence) line("{:<12}{}", "", harmless(reading));
    }
  }

  const Assessment& all_;
  const bool colour_;
  std::string out_;
};

}  // namespace

std::string terminal_text(const Assessment& assessment, bool colour) {
  return Text(assessment, colour).make();
}

}  // namespace throng::capacity
