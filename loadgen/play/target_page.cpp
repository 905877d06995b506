#include "loadgen/play/target_page.hpp"

#include <charconv>

namespace throng::play {
namespace {

using Figure = std::optional<double>;

// The labels of a row of that metric, without braces; nullopt for a row of another.
std::optional<std::string_view> labels_of(std::string_view row, std::string_view name) {
  if (!row.starts_with(name) || row.size() == name.size()) return std::nullopt;
  const char behind = row[name.size()];
  if (behind == ' ') return std::string_view();
  const std::size_t end = row.rfind('}');
  if (behind != '{' || end == row.npos) return std::nullopt;
  return row.substr(name.size() + 1, end - name.size() - 1);
}

Figure value_of(std::string_view row) {
  const std::string_view text = row.substr(row.rfind(' ') + 1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

Figure growth(const Figure& from, const Figure& to) {
  if (!from || !to || *to < *from) return std::nullopt;
  return *to - *from;
}

Figure sum(const Figure& a, const Figure& b) {
  if (!a || !b) return std::nullopt;
  return *a + *b;
}

Figure ratio(const Figure& of, const Figure& to) {
  if (!of || !to || *to <= 0) return std::nullopt;
  return *of / *to;
}

// Counters begin anew with their process; what the store holds doesn't.
TargetSample without_counters(TargetSample sample) {
  sample.committed = sample.cpu_s = sample.received_bytes = sample.sent_bytes = std::nullopt;
  sample.body_bytes = sample.deliveries = sample.receipts = std::nullopt;
  sample.heartbeats = sample.logins = std::nullopt;
  return sample;
}

// Events that clients sent, of two kinds.
Figure events(std::string_view page, std::string_view one, std::string_view other) {
  constexpr std::string_view kName = "throng_server_client_events_total";
  return sum(metric_sum(page, kName, one), metric_sum(page, kName, other));
}

std::optional<report::TargetOperations> operations_between(const TargetSample& from,
                                                           const TargetSample& to) {
  const Figure messages = growth(from.committed, to.committed);
  const Figure deliveries = growth(from.deliveries, to.deliveries);
  const Figure receipts = growth(from.receipts, to.receipts);
  const Figure heartbeats = growth(from.heartbeats, to.heartbeats);
  const Figure logins = growth(from.logins, to.logins);
  if (!messages || !deliveries || !receipts || !heartbeats || !logins) return std::nullopt;
  return report::TargetOperations{*messages, *deliveries, *receipts, *heartbeats, *logins};
}

}  // namespace

std::optional<double> metric_sum(std::string_view page, std::string_view name,
                                 std::string_view label) {
  Figure total;
  while (!page.empty()) {
    const std::size_t end = page.find('\n');
    const std::string_view row = page.substr(0, end);
    page.remove_prefix(end == page.npos ? page.size() : end + 1);
    const auto labels = labels_of(row, name);
    if (!labels || labels->find(label) == labels->npos) continue;
    if (const Figure value = value_of(row)) total = total.value_or(0) + *value;
  }
  return total;
}

TargetSample read_target_page(std::string_view page) {
  return {metric_sum(page, "process_start_time_seconds"),
          metric_sum(page, "throng_server_commit_messages_total"),
          metric_sum(page, "throng_server_messages_total"),
          metric_sum(page, "throng_server_body_bytes_total"),
          metric_sum(page, "throng_server_sessions"),
          metric_sum(page, "process_cpu_seconds_total"),
          metric_sum(page, "process_resident_memory_bytes"),
          metric_sum(page, "throng_server_received_bytes_total"),
          metric_sum(page, "throng_server_sent_bytes_total"),
          metric_sum(page, "throng_server_store_bytes", "part=\"tables\""),
          metric_sum(page, "throng_server_store_bytes", "part=\"log\""),
          metric_sum(page, "throng_server_store_messages"),
          metric_sum(page, "throng_server_deliveries_total"),
          events(page, "op=\"delivered\"", "op=\"read\""),
          events(page, "op=\"ping\"", "op=\"activity\""),
          metric_sum(page, "throng_server_sessions_total")};
}

report::TargetMeasured measured_between(const TargetSample& before, const TargetSample& begin,
                                        const TargetSample& last) {
  const bool anew = last.started_s != begin.started_s;
  const TargetSample end = anew ? without_counters(last) : last;
  report::TargetMeasured measured;
  measured.messages = growth(begin.committed, end.committed);
  measured.connections = begin.connections;
  measured.cpu_s = growth(begin.cpu_s, end.cpu_s);
  measured.received_bytes = growth(begin.received_bytes, end.received_bytes);
  measured.sent_bytes = growth(begin.sent_bytes, end.sent_bytes);
  measured.body_bytes = growth(begin.body_bytes, end.body_bytes);
  measured.table_bytes = growth(before.table_bytes, end.table_bytes);
  measured.log_bytes = growth(before.log_bytes, end.log_bytes);
  measured.resident_bytes = growth(before.resident_bytes, begin.resident_bytes);
  measured.cpu_s_per_message = ratio(measured.cpu_s, measured.messages);
  measured.wire_bytes_per_message =
      ratio(sum(measured.received_bytes, measured.sent_bytes), measured.messages);
  measured.body_bytes_per_message =
      anew ? ratio(last.body_bytes, last.messages)
           : ratio(measured.body_bytes, growth(begin.messages, end.messages));
  measured.table_messages = growth(before.table_messages, end.table_messages);
  measured.disk_bytes_per_message = ratio(measured.table_bytes, measured.table_messages);
  measured.memory_bytes_per_connection =
      ratio(measured.resident_bytes, growth(before.connections, begin.connections));
  measured.operations = operations_between(begin, end);
  measured.operations_and_ramp = operations_between(before, end);
  return measured;
}

}  // namespace throng::play
