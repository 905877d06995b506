#include "loadgen/report/terminal.hpp"

#include <fmt/format.h>

#include <vector>

#include "loadgen/report/aggregate_text.hpp"
#include "loadgen/report/escape.hpp"
#include "loadgen/report/humanise.hpp"
#include "loadgen/report/scenario_title.hpp"
#include "loadgen/report/verdict.hpp"

namespace throng::report {
namespace {

constexpr double kServiceDiffersFrom = 1.25;  // times; below that, a second line says nothing new
constexpr std::size_t kExamplesShown = 3;
constexpr int kAggregateLabel = 30;  // columns

struct Palette {
  const char* bold = "";
  const char* dim = "";
  const char* green = "";
  const char* red = "";
  const char* yellow = "";
  const char* reset = "";
};
constexpr Palette kPlain{};
constexpr Palette kAnsi{"\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[0m"};

std::string harmless(std::string_view text) { return terminal_escape(valid_utf8(text)); }

class Summary {
 public:
  Summary(const RunResult& result, const Palette& palette) : run_(result), palette_(palette) {}

  std::string text(std::string_view report_path) && {
    head();
    operations();
    aggregate();
    ledger();
    validity();
    thresholds();
    ending(report_path);
    return std::move(out_);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }

  // A line of a block: its label stands before the first line only.
  void labelled(std::string_view& label, std::string_view text) {
    line("{:<11}{}", label, text);
    label = "";
  }

  std::string mark(bool good) const {
    return good ? fmt::format("{}✓{}", palette_.green, palette_.reset)
                : fmt::format("{}✗{}", palette_.red, palette_.reset);
  }

  void head() {
    line("{}{}{}", palette_.bold, harmless(scenario_title(run_.scenario)), palette_.reset);
    const std::string warmup =
        run_.time.warmup_s > 0 ? " after " + span_text(run_.time.warmup_s) + " of warm-up" : "";
    line("{} · {} of {} users connected · {} measured{}{} · seed {}", harmless(run_.target.url),
         count_text(run_.users.connected_peak), count_text(run_.users.planned),
         span_text(run_.time.measured_s), warmup,
         run_.clock == Clock::kVirtual ? " in virtual time" : "", run_.scenario.seed);
    if (run_.simulation) {
      line("simulated in {} ({:.3g} × real time): CPU, disk and network are models; world {}",
           span_text(run_.simulation->real_s), run_.simulation->virtual_per_real,
           harmless(run_.simulation->world));
    }
    if (!run_.time.steady) line("the latency never settled: measure for longer to see it steady");
    if (run_.generator.sessions_per_connection > 1) {
      line("up to {} people shared a connection: what sockets cost isn't in these figures",
           count_text(run_.generator.sessions_per_connection));
    }
    line("");
  }

  void row(std::string_view name, const std::string& count, const std::string& rate,
           const LatencySummary& latency, bool measured, const std::string& errors) {
    const auto cell = [&](std::int64_t ns) { return measured ? duration_text(double(ns)) : "–"; };
    line("{:<18}{:>12}{:>10}{:>9}{:>9}{:>9}{:>9}{:>9}{:>8}", name, count, rate, cell(latency.p50),
         cell(latency.p90), cell(latency.p99), cell(latency.p999), cell(latency.max), errors);
    out_.erase(out_.find_last_not_of(" \n") + 1);
    out_ += '\n';
  }

  void operations() {
    line("{}{:<18}{:>12}{:>10}{:>9}{:>9}{:>9}{:>9}{:>9}{:>8}{}", palette_.dim, "operation", "count",
         "rate", "p50", "p90", "p99", "p99.9", "max", "errors", palette_.reset);
    for (const auto& [name, each] : run_.operations) {
      if (each.ran()) operation(harmless(name), each);
    }
    for (const auto& [name, each] : run_.operations) shortfall(harmless(name), each);
    line("");
  }

  void operation(const std::string& name, const OperationFigures& each) {
    row(name, count_text(each.count), rate_text(each.rate_per_s), each.latency_ns, each.count > 0,
        count_text(each.error_count()));
    const bool served = each.service_ns.p99 > 0;
    if (served &&
        double(each.latency_ns.p99) >= double(each.service_ns.p99) * kServiceDiffersFrom) {
      out_ += palette_.dim;
      row("  service time", "", "", each.service_ns, true, "");
      out_.insert(out_.size() - 1, palette_.reset);
    }
  }

  // What an operation did not bring to a good end, by kind.
  void shortfall(const std::string& name, const OperationFigures& each) {
    std::string list;
    const auto add = [&](std::uint64_t count, const std::string& kind) {
      if (count == 0) return;
      list += fmt::format("{}{} {}", list.empty() ? "" : ", ", count_text(count), kind);
    };
    for (const auto& [kind, count] : each.errors) add(count, harmless(kind));
    add(each.dropped, "dropped");
    add(each.unresolved, "unresolved");
    if (!list.empty()) line("{}{}: {}{}", palette_.yellow, name, list, palette_.reset);
  }

  void aggregate() {
    if (!run_.simulation || !run_.simulation->aggregate) return;
    for (const auto& [label, text] : aggregate_lines(*run_.simulation->aggregate)) {
      line("{:<{}}{}", harmless(label), kAggregateLabel, harmless(text));
    }
    line("");
  }

  void ledger() {
    const LedgerFigures& ledger = run_.ledger;
    if (!ledger.kept) return line("{:<11}none: nobody's messages were followed", "ledger");
    if (ledger.sent == 0 && ledger_holds(ledger)) return;
    std::string_view label = "ledger";
    labelled(label, fmt::format("{} sent · {} acknowledged · {} of {} deliveries came",
                                count_text(ledger.sent), count_text(ledger.acked),
                                count_text(ledger.delivered), count_text(ledger.expected)));
    if (ledger_holds(ledger)) {
      labelled(label, mark(true) + " nothing lost, repeated, reordered, misdelivered or changed");
    }
    for (const LedgerCheck& check : ledger_checks(ledger)) {
      if (!check.holds) labelled(label, mark(false) + " " + check.counted);
    }
    for (const std::string& note : ledger_notes(ledger)) labelled(label, "  " + note);
    for (std::size_t i = 0; i < ledger.examples.size() && i < kExamplesShown; ++i) {
      labelled(label,
               fmt::format("  {}{}{}", palette_.dim, harmless(ledger.examples[i]), palette_.reset));
    }
  }

  void validity() {
    const ValidityFigures& validity = run_.validity;
    std::string figures = fmt::format("work started late by {} at p99, {} at most",
                                      duration_text(double(validity.late_release_ns.p99)),
                                      duration_text(double(validity.late_release_ns.max)));
    if (validity.generator_cpu_ratio) {
      figures += " · generator CPU " + ratio_text(*validity.generator_cpu_ratio);
    }
    if (validity.achieved_rate_ratio) {
      figures += " · rate reached " + ratio_text(*validity.achieved_rate_ratio);
    }
    std::string_view label = "validity";
    labelled(label, mark(validity.valid) + " " + figures);
    if (run_.floor) labelled(label, "  " + floor_sentence(*run_.floor));
    if (!run_.generator.crews.empty()) labelled(label, "  " + crews_sentence());
    for (const std::string& reason : validity.reasons) labelled(label, "  " + harmless(reason));
  }

  std::string crews_sentence() const {
    return fmt::format("{} crews on clocks that were compared: a latency between two is within {}",
                       run_.generator.crews.size(),
                       duration_text(double(run_.validity.clock_uncertainty_ns)));
  }

  static std::string floor_sentence(const FloorFigures& floor) {
    return fmt::format(
        "the generator itself adds {} to a send, {} to a delivery (p99 {} and {})",
        duration_text(double(floor.send_ns.mean)), duration_text(double(floor.deliver_ns.mean)),
        duration_text(double(floor.send_ns.p99)), duration_text(double(floor.deliver_ns.p99)));
  }

  void thresholds() {
    std::string_view label = "thresholds";
    for (const ThresholdResult& each : run_.thresholds) {
      const std::string value = each.value ? value_text(*each.value, each.unit) : each.note;
      labelled(label,
               fmt::format("{} {:<32}  {}", mark(each.pass), harmless(each.expr), harmless(value)));
    }
  }

  void ending(std::string_view report_path) {
    const char* colour = run_.verdict == Verdict::kPass      ? palette_.green
                         : run_.verdict == Verdict::kInvalid ? palette_.yellow
                                                             : palette_.red;
    line("");
    line("{}{}{}{}  {} (exit code {}: {})", palette_.bold, colour, verdict_word(run_.verdict),
         palette_.reset, harmless(verdict_sentence(run_)), run_.exit_code,
         exit_code_meaning(run_.exit_code));
    if (!report_path.empty()) line("report     {}", report_path);
  }

  const RunResult& run_;
  const Palette& palette_;
  std::string out_;
};

}  // namespace

std::string terminal_summary(const RunResult& result, std::string_view report_path, bool colour) {
  return Summary(result, colour ? kAnsi : kPlain).text(report_path);
}

}  // namespace throng::report
