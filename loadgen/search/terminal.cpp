#include "loadgen/search/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "loadgen/report/escape.hpp"
#include "loadgen/report/humanise.hpp"

namespace throng::search {
namespace {

std::string harmless(std::string_view text) {
  return report::terminal_escape(report::valid_utf8(text));
}

std::string readings_text(const PlayedProbe& played) {
  std::string text;
  for (std::size_t i = 0; i < played.outcome.readings.size(); ++i) {
    const auto& reading = played.outcome.readings[i];
    const std::string value =
        played.values[i] ? report::value_text(*played.values[i], played.units[i]) : "–";
    text += fmt::format("  {} {}", value, !reading ? "?" : reading->held ? "✓" : "✗");
  }
  return text;
}

class Text {
 public:
  Text(const Record& record, const Axis& axis, const Finding& finding)
      : record_(record), axis_(axis), finding_(finding) {}

  std::string make() && {
    if (finding_.maximum) knees();
    if (finding_.confirmed) {
      line("confirmed  {} held for {}", axis_.text(finding_.confirmed->load),
           report::span_text(finding_.confirmed->measured_s));
    }
    if (finding_.overload && finding_.recovered) {
      line("recovery   {} held again, right after {}", axis_.text(*finding_.recovered),
           axis_.text(*finding_.overload));
    }
    for (const std::string& each : finding_.reasons) line("           {}", harmless(each));
    line("{}", ending());
    return std::move(out_);
  }

 private:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }

  std::string rate_text(double load) const {
    const auto rate = messages_per_load(record_, finding_.maximum->at);
    return rate ? report::rate_text(*rate * load) : "";
  }

  void row(std::string_view name, const Interval& interval) {
    line("{:<36} {:>16}  {:>16} to {:<16} {}", harmless(name), axis_.text(interval.at),
         axis_.text(interval.low), axis_.text(interval.high), rate_text(interval.at));
  }

  void knees() {
    line("\n{:<36} {:>16}  {:>36} {}", "", "knee", "95 % interval         ", "messages");
    for (std::size_t i = 0; i < finding_.knees.size(); ++i) {
      const Knee& knee = finding_.knees[i];
      if (knee.found())
        row(record_.conditions[i], knee.interval);
      else
        line("{:<36} {:>16}", harmless(record_.conditions[i]), "held throughout");
    }
    row("maximum (all hold)", *finding_.maximum);
    row("critical (geometric mean)", *finding_.critical);
    line("");
  }

  std::string ending() const {
    switch (finding_.verdict) {
      case Verdict::kFound:
        return fmt::format("FOUND  {} at most, ±{:.1f} %.", axis_.text(finding_.maximum->at),
                           finding_.maximum->half_width() * 100);
      case Verdict::kUnsure:
        return fmt::format("UNSURE  About {}, and not to be relied on.",
                           axis_.text(finding_.maximum->at));
      case Verdict::kHolds:
        return fmt::format("HOLDS  {} and possibly more.", axis_.text(finding_.heaviest_held));
      case Verdict::kBreaks:
        return fmt::format("BREAKS  Even with {}.", axis_.text(record_.plan.from));
      case Verdict::kLimited:
        return fmt::format("INVALID  The generator was the limit at {}.",
                           axis_.text(finding_.lightest_limited));
      case Verdict::kUnfinished:
        return "UNFINISHED  Nothing broke so far.";
    }
    return {};
  }

  const Record& record_;
  const Axis& axis_;
  const Finding& finding_;
  std::string out_;
};

}  // namespace

std::string probe_line(const PlayedProbe& played, const Axis& axis, std::size_t number) {
  const auto& [probe, valid, readings, cost_s] = played.outcome;
  std::string text = fmt::format("{:>3}  {:<9}{:>16}  {:>6}{}", number, stage_name(probe.stage),
                                 axis.text(probe.load), report::span_text(probe.measured_s),
                                 readings_text(played));
  if (!valid) {
    text += fmt::format("  INVALID: the generator was the limit: {}",
                        played.reasons.empty() ? "" : harmless(played.reasons.front()));
  }
  return text;
}

std::string terminal_text(const Record& record, const Axis& axis, const Finding& finding) {
  return Text(record, axis, finding).make();
}

}  // namespace throng::search
