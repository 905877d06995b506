#include "loadgen/report/html_sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "loadgen/pacing/quantity.hpp"
#include "loadgen/report/aggregate_text.hpp"
#include "loadgen/report/escape.hpp"
#include "loadgen/report/humanise.hpp"
#include "loadgen/report/verdict.hpp"

namespace throng::report {
namespace {

// Tiles

enum class Tone { kNeutral, kGood, kBad };

std::string tile(std::string_view label, const std::string& value, const std::string& detail,
                 Tone tone = Tone::kNeutral) {
  constexpr const char* kClasses[] = {"tile", "tile good", "tile bad"};
  return fmt::format(
      "<div class=\"{}\"><dt>{}</dt><dd><span class=\"value\">{}</span>"
      "<span class=\"detail\">{}</span></dd></div>\n",
      kClasses[int(tone)], html_text(label), html_text(value), html_text(detail));
}

using Operation = std::pair<std::string, OperationFigures>;

// The operation of that name if it brought anything, else the busiest; nullptr if there is none.
const Operation* operation_or_busiest(const RunResult& run, std::string_view name) {
  const Operation* best = nullptr;
  for (const Operation& each : run.operations) {
    if (each.second.count == 0) continue;
    if (each.first == name) return &each;
    if (best == nullptr || each.second.count > best->second.count) best = &each;
  }
  return best;
}

std::string rate_tile(const RunResult& run) {
  const Operation* main = operation_or_busiest(run, "send");
  if (main == nullptr) return "";
  const auto& [name, figures] = *main;
  return tile("Rate of " + name, rate_text(figures.rate_per_s),
              fmt::format("{} in {}", count_text(figures.count), span_text(run.time.measured_s)));
}

std::string latency_tile(const RunResult& run) {
  const Operation* felt = operation_or_busiest(run, "deliver");
  if (felt == nullptr) return "";
  const LatencySummary& latency = felt->second.latency_ns;
  return tile("p99 of " + felt->first, duration_text(double(latency.p99)),
              fmt::format("p50 {}, max {}", duration_text(double(latency.p50)),
                          duration_text(double(latency.max))));
}

std::string lost_tile(const LedgerFigures& ledger) {
  if (ledger.sent == 0) return "";
  return tile("Lost", count_text(ledger.lost),
              fmt::format("of {} deliveries", count_text(ledger.expected)),
              ledger.lost == 0 ? Tone::kGood : Tone::kBad);
}

std::string errors_tile(const RunResult& run) {
  std::uint64_t errors = 0;
  std::uint64_t finished = 0;
  for (const auto& [name, figures] : run.operations) {
    errors += figures.error_count();
    finished += figures.count + figures.error_count();
  }
  const double ratio = finished > 0 ? double(errors) / double(finished) : 0;
  return tile("Errors", count_text(errors),
              fmt::format("{} of {} operations", ratio_text(ratio), count_text(finished)));
}

std::string generator_tile(const ValidityFigures& validity) {
  const std::string late =
      "work late by " + duration_text(double(validity.late_release_ns.p99)) + " at p99";
  const std::string cpu =
      validity.generator_cpu_ratio ? ratio_text(*validity.generator_cpu_ratio) : "–";
  return tile("Generator CPU", cpu, late, validity.valid ? Tone::kNeutral : Tone::kBad);
}

// Tables

std::string mark(bool good) {
  return good ? "<span class=\"mark good\" role=\"img\" aria-label=\"holds\">✓</span>"
              : "<span class=\"mark bad\" role=\"img\" aria-label=\"does not hold\">✗</span>";
}

std::string number_cell(const std::string& text) {
  return fmt::format("<td class=\"number\">{}</td>", text);
}

std::string list_html(std::string_view css_class, const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  std::string html = fmt::format("<ul class=\"{}\">\n", css_class);
  for (const std::string& line : lines) html += fmt::format("<li>{}</li>\n", html_text(line));
  return html + "</ul>\n";
}

std::string latency_cells(const LatencySummary& latency, bool measured) {
  std::string cells;
  for (const std::int64_t ns : {latency.mean, latency.p50, latency.p90, latency.p99, latency.p999,
                                latency.p9999, latency.max}) {
    cells += number_cell(measured ? duration_text(double(ns)) : "–");
  }
  return cells;
}

std::string count_cell(std::uint64_t count, bool bad_unless_zero) {
  return fmt::format("<td class=\"number{}\">{}</td>", bad_unless_zero && count > 0 ? " bad" : "",
                     count_text(count));
}

std::string operation_rows(const std::string& name, const OperationFigures& figures) {
  std::string rows = fmt::format("<tr><th scope=\"row\">{}</th>", html_text(name));
  rows += count_cell(figures.count, false) + number_cell(rate_text(figures.rate_per_s));
  rows += latency_cells(figures.latency_ns, figures.count > 0);
  rows += count_cell(figures.error_count(), true) + count_cell(figures.dropped, true) +
          count_cell(figures.unresolved, true) + "</tr>\n";
  if (figures.service_ns.max > 0) {
    rows += "<tr class=\"service\"><th scope=\"row\">service time</th><td></td><td></td>";
    rows += latency_cells(figures.service_ns, true) + "<td></td><td></td><td></td></tr>\n";
  }
  return rows;
}

std::string details_group(std::string_view title,
                          const std::vector<std::pair<std::string_view, std::string>>& rows) {
  std::string html = fmt::format("<div class=\"details-group\"><h3>{}</h3><dl>\n", title);
  for (const auto& [label, value] : rows) {
    if (value.empty()) continue;
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", html_text(label), html_text(value));
  }
  return html + "</dl></div>\n";
}

// Empty where the target doesn't say, which leaves the row out.
std::string bytes_text(const std::optional<double>& bytes) {
  return bytes ? pacing::format_bytes(*bytes) : "";
}

std::string target_details(const TargetInfo& target) {
  const TargetMeasured measured = target.measured.value_or(TargetMeasured());
  const std::optional<double>& cpu_s = measured.cpu_s_per_message;
  return details_group("Target",
                       {{"Address", target.url},
                        {"Version", target.version},
                        {"CPU a message", cpu_s ? span_text(*cpu_s) : ""},
                        {"Wire a message", bytes_text(measured.wire_bytes_per_message)},
                        {"Disk a message", bytes_text(measured.disk_bytes_per_message)},
                        {"Memory a connection", bytes_text(measured.memory_bytes_per_connection)}});
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string aggregate_details(const AggregateInfo& info) {
  const auto lines = aggregate_lines(info);
  std::vector<std::pair<std::string_view, std::string>> rows(lines.begin(), lines.end());
  return details_group("All people together", rows);
}

std::string simulation_details(const SimulationInfo& simulation) {
  const auto percent = [](double ratio) { return fmt::format("{:.3g} %", 100 * ratio); };
  const bool exact = !simulation.aggregate;
  const std::string all = details_group(
      "Simulation",
      {{"What is real",
        exact ? "the scenario, people's devices, and the server's sessions and chat rules" : ""},
       {"What is modelled", exact ? "CPU, disk and network; see docs/simulation.md"
                                  : "people, devices, the server's rules, CPU, disk and network; "
                                    "see docs/simulation.md"},
       {"Fidelity", simulation.fidelity},
       {"World", fmt::format("{}, {} of {} cores in all", simulation.world,
                             simulation.nodes == 1 ? std::string("a node")
                                                   : count_text(simulation.nodes) + " nodes",
                             simulation.cores)},
       {"Costs", simulation.costs},
       {"Faults", simulation.faults.empty() ? "none" : joined(simulation.faults)},
       {"Time",
        fmt::format("{} virtual in {} real: {:.3g} × real time", span_text(simulation.virtual_s),
                    span_text(simulation.real_s), simulation.virtual_per_real)},
       {"Events", count_text(simulation.events)},
       {"Trace", simulation.trace_hash},
       {"Cores", fmt::format("{} busy, work waits {} on average and {} pieces at most",
                             percent(simulation.core_busy_ratio),
                             duration_text(simulation.core_wait_mean_ns),
                             count_text(simulation.core_queue_max))},
       {"Disk", fmt::format("{} busy, {:.3g} records a commit", percent(simulation.disk_busy_ratio),
                            simulation.records_per_commit)}});
  return exact ? all : all + aggregate_details(*simulation.aggregate);
}

std::string measure_row(std::string_view what, const std::string& value, std::string_view why) {
  return fmt::format("<tr><th scope=\"row\">{}</th>{}<td class=\"muted\">{}</td></tr>\n", what,
                     number_cell(value), why);
}

std::string floor_text(const FloorFigures::Latency& latency) {
  return fmt::format("{}, p99 {}", duration_text(double(latency.mean)),
                     duration_text(double(latency.p99)));
}

std::string floor_rows(const FloorFigures& floor) {
  return measure_row("Added by the generator to a send", floor_text(floor.send_ns),
                     "mean against a peer that only answers, at " + rate_text(floor.rate_per_s)) +
         measure_row("Added by the generator to a delivery", floor_text(floor.deliver_ns), "");
}

std::string crew_rows(const RunResult& run) {
  std::string html =
      measure_row("Latency from crew to crew",
                  "within " + duration_text(double(run.validity.clock_uncertainty_ns)),
                  "the two largest errors of the crews' clocks together");
  for (const CrewInfo& crew : run.generator.crews) {
    html += measure_row(fmt::format("Clock of crew {}", html_text(crew.name)),
                        "within " + duration_text(double(crew.clock_error_ns)),
                        fmt::format("{} users, {} threads, {} cores", count_text(crew.users),
                                    crew.threads, crew.cores));
  }
  return html;
}

std::string optional_ratio(const std::optional<double>& ratio) {
  return ratio ? ratio_text(*ratio) : "not measured";
}

}  // namespace

std::string started_text(const RunTime& time) {
  std::string text = time.started;
  std::replace(text.begin(), text.end(), 'T', ' ');
  if (text.ends_with('Z')) text.replace(text.size() - 1, 1, " UTC");
  return text;
}

std::string tiles_html(const RunResult& run) {
  return tile("Users connected", count_text(run.users.connected_peak),
              fmt::format("of {} planned", count_text(run.users.planned))) +
         rate_tile(run) + latency_tile(run) + lost_tile(run.ledger) + errors_tile(run) +
         generator_tile(run.validity);
}

std::string thresholds_html(const RunResult& run) {
  if (run.thresholds.empty()) return "<p class=\"muted\">None was set for this run.</p>\n";
  std::string html =
      "<table><thead><tr><th></th><th scope=\"col\">Threshold</th>"
      "<th scope=\"col\" class=\"number\">Measured</th></tr></thead><tbody>\n";
  for (const ThresholdResult& each : run.thresholds) {
    const std::string measured = each.value ? value_text(*each.value, each.unit) : each.note;
    html += fmt::format("<tr><td>{}</td><th scope=\"row\"><code>{}</code></th>{}</tr>\n",
                        mark(each.pass), html_text(each.expr), number_cell(html_text(measured)));
  }
  return html + "</tbody></table>\n";
}

std::string ledger_html(const LedgerFigures& ledger) {
  if (!ledger.kept) {
    return "<p class=\"muted\">No ledger was kept: nobody's messages were followed one by one, so "
           "nothing is known of what was lost.</p>\n";
  }
  if (ledger.sent == 0 && ledger_holds(ledger)) {
    return "<p class=\"muted\">This run sent no messages, so there is nothing to account "
           "for.</p>\n";
  }
  std::string html = fmt::format(
      "<p class=\"flow\"><b>{}</b> sent <i>→</i> <b>{}</b> acknowledged <i>→</i> <b>{}</b> "
      "deliveries due <i>→</i> <b>{}</b> came</p>\n",
      count_text(ledger.sent), count_text(ledger.acked), count_text(ledger.expected),
      count_text(ledger.delivered));
  html +=
      "<table><thead><tr><th></th><th scope=\"col\">What must hold</th>"
      "<th scope=\"col\">Counted</th></tr></thead><tbody>\n";
  for (const LedgerCheck& check : ledger_checks(ledger)) {
    html += fmt::format("<tr{}><td>{}</td><th scope=\"row\">{}</th><td>{}</td></tr>\n",
                        check.holds ? "" : " class=\"broken\"", mark(check.holds), check.promise,
                        check.counted);
  }
  html += "</tbody></table>\n" + list_html("notes", ledger_notes(ledger));
  if (!ledger.examples.empty()) {
    html += "<h3>The first violations</h3>\n" + list_html("examples", ledger.examples);
  }
  return html;
}

std::string operations_html(const RunResult& run) {
  std::string html = "<table class=\"operations\"><thead><tr><th scope=\"col\">Operation</th>";
  for (const char* column : {"Count", "Rate", "Mean", "p50", "p90", "p99", "p99.9", "p99.99", "Max",
                             "Errors", "Dropped", "Unresolved"}) {
    html += fmt::format("<th scope=\"col\" class=\"number\">{}</th>", column);
  }
  html += "</tr></thead><tbody>\n";
  for (const auto& [name, figures] : run.operations) {
    if (figures.ran()) html += operation_rows(name, figures);
  }
  html += "</tbody></table>\n";

  std::vector<std::string> kinds;
  for (const auto& [name, figures] : run.operations) {
    for (const auto& [kind, count] : figures.errors) {
      if (count > 0) kinds.push_back(fmt::format("{}: {} {}", name, count_text(count), kind));
    }
  }
  return html + list_html("notes", kinds);
}

std::string validity_html(const RunResult& run) {
  const ValidityFigures& validity = run.validity;
  std::string html = list_html("reasons", validity.reasons);
  html += "<table><tbody>\n";
  html += measure_row("Work started late, p99", duration_text(double(validity.late_release_ns.p99)),
                      "how long after its due time the generator began an operation");
  html += measure_row("Work started late, at most",
                      duration_text(double(validity.late_release_ns.max)), "");
  html += measure_row("Generator CPU", optional_ratio(validity.generator_cpu_ratio),
                      "of the cores it may use; near 100% it measures itself");
  html += measure_row("Rate reached", optional_ratio(validity.achieved_rate_ratio),
                      "of the rate that the schedule asked for");
  html += measure_row("Little’s law missed by", optional_ratio(validity.little_residual),
                      "work in flight against rate × latency: figures that agree with each other");
  html += measure_row("Longest turn of a worker", duration_text(double(validity.loop_turn_ns.max)),
                      "what came meanwhile had to wait");
  html += measure_row("Longest collection of garbage",
                      duration_text(double(validity.gc_pause_ns.max)), "the scripts' own");
  html += measure_row("Waited for a core", optional_ratio(validity.core_wait_ratio),
                      "of the measured time, the thread that waited most");
  html += measure_row("Stolen by the hypervisor", optional_ratio(validity.steal_ratio),
                      "of the cores' time");
  html += measure_row("TCP segments lost",
                      fmt::format("{} of {}", count_text(validity.network.retransmitted),
                                  count_text(validity.network.sent)),
                      "by all programs of this network namespace");
  if (run.floor) html += floor_rows(*run.floor);
  if (!run.generator.crews.empty()) html += crew_rows(run);
  return html + "</tbody></table>\n";
}

std::string details_html(const RunResult& run) {
  const auto number = [](auto count) { return count_text(std::uint64_t(count)); };
  const std::string simulation = run.simulation ? simulation_details(*run.simulation) : "";
  return simulation + target_details(run.target) +
         details_group("Time",
                       {{"Started", started_text(run.time)},
                        {"Clock", run.clock == Clock::kReal ? "real" : "virtual"},
                        {"Warm-up", span_text(run.time.warmup_s)},
                        {"Measured", span_text(run.time.measured_s)},
                        {"Ended", run.interrupted ? "by hand, before its time" : "as planned"}}) +
         details_group("Generator",
                       {{"Version", run.generator.version},
                        {"Processes", number(run.generator.processes)},
                        {"Threads", number(run.generator.threads)},
                        {"Sessions per connection", number(run.generator.sessions_per_connection)},
                        {"CPU time", span_text(run.generator.cpu_s)},
                        {"Memory", pacing::format_bytes(double(run.generator.rss_bytes))},
                        {"Logins", number(run.users.logins)}}) +
         details_group("Machine",
                       {{"CPU", run.machine.cpu},
                        {"Cores", number(run.machine.cores)},
                        {"Memory", pacing::format_bytes(double(run.machine.memory_bytes))},
                        {"Kernel", run.machine.kernel}}) +
         details_group("Scenario", {{"Name", run.scenario.name},
                                    {"File", run.scenario.file},
                                    {"Arguments", joined(run.scenario.args)},
                                    {"Seed", std::to_string(run.scenario.seed)},
                                    {"SHA-256", run.scenario.sha256}});
}

std::string scenario_html(const ScenarioInfo& scenario) {
  std::string_view rest = scenario.text;
  std::string html = "<pre class=\"code\" tabindex=\"0\"><code>";
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    html += fmt::format("<span class=\"line\">{}\n</span>", html_text(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return html + "</code></pre>\n";
}

}  // namespace throng::report
