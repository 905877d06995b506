#include "server/metrics/page.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <initializer_list>
#include <utility>

namespace throng::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

void set_value(ClientMetric& metric, MetricType type, double value) {
  if (type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
}

MetricFamily& family(std::vector<MetricFamily>& families, std::string_view name,
                     std::string_view help, MetricType type) {
  if (families.empty() || families.back().name != name) {
    families.push_back({std::string(name), std::string(help), type, {}});
  }
  return families.back();
}

void add_shard_figures(std::vector<MetricFamily>& families,
                       const std::vector<const ShardMetrics*>& shards) {
  for (const Description& d : descriptions()) {
    const MetricType type = d.type == Type::kCounter ? MetricType::Counter : MetricType::Gauge;
    MetricFamily& rows = family(families, d.name, d.help, type);
    for (std::size_t shard = 0; shard < shards.size(); ++shard) {
      ClientMetric row;
      row.label.push_back({"shard", std::to_string(shard)});
      if (!d.label_name.empty()) {
        row.label.push_back({std::string(d.label_name), std::string(d.label_value)});
      }
      set_value(row, type, d.unit * static_cast<double>(shards[shard]->get(d.metric)));
      rows.metric.push_back(std::move(row));
    }
  }
}

void add_single(std::vector<MetricFamily>& families, std::string_view name, std::string_view help,
                MetricType type, double value) {
  ClientMetric row;
  set_value(row, type, value);
  family(families, name, help, type).metric.push_back(std::move(row));
}

void add_store_size(std::vector<MetricFamily>& families, const ProcessFigures& p) {
  constexpr std::string_view kName = "throng_server_store_bytes";
  constexpr std::string_view kHelp = "Bytes of the store on disk, by part; 0 in memory.";
  for (const auto& [part, bytes] : {std::pair{"tables", p.table_bytes}, {"log", p.log_bytes}}) {
    ClientMetric row;
    row.label = {{"part", part}};
    row.gauge.value = static_cast<double>(bytes);
    family(families, kName, kHelp, MetricType::Gauge).metric.push_back(std::move(row));
  }
}

struct Labelled {
  const char* value;
  std::uint64_t count;
};

void add_labelled(std::vector<MetricFamily>& families, std::string_view name, std::string_view help,
                  MetricType type, const char* label, std::initializer_list<Labelled> rows) {
  for (const Labelled& each : rows) {
    ClientMetric row;
    row.label = {{label, each.value}};
    set_value(row, type, static_cast<double>(each.count));
    family(families, name, help, type).metric.push_back(std::move(row));
  }
}

void add_distribution(std::vector<MetricFamily>& families, std::string_view name,
                      std::string_view help, const Distribution& all) {
  ClientMetric row;
  row.histogram.sample_count = all.count;
  row.histogram.sample_sum = all.sum;
  for (const Distribution::Bucket& bucket : all.buckets) {
    ClientMetric::Bucket made;
    made.upper_bound = bucket.up_to;
    made.cumulative_count = bucket.count;
    row.histogram.bucket.push_back(made);
  }
  family(families, name, help, MetricType::Histogram).metric.push_back(std::move(row));
}

void add_gate_figures(std::vector<MetricFamily>& families, const ProcessFigures& p) {
  add_labelled(families, "throng_server_connections_refused_total",
               "Connections that were closed unread, by reason.", MetricType::Counter, "reason",
               {{"address_rate", p.refused_by_address}, {"max_connections", p.refused_above_most}});
  add_single(families, "throng_server_accepts_delayed_total",
             "Times that the listener waited so as not to push out those who are there.",
             MetricType::Counter, static_cast<double>(p.accepts_delayed));
  add_labelled(families, "throng_server_reloads_total",
               "Times that limits and certificates were read again, by outcome.",
               MetricType::Counter, "outcome", {{"done", p.reloads}, {"failed", p.failed_reloads}});
}

void add_store_figures(std::vector<MetricFamily>& families, const ProcessFigures& p) {
  add_distribution(families, "throng_server_commit_group_seconds", "Time that a commit took.",
                   p.commit_group_seconds);
  add_distribution(families, "throng_server_commit_group_messages", "Messages of a commit.",
                   p.commit_group_messages);
  add_distribution(families, "throng_server_store_sync_seconds",
                   "Time of the writes that the disk had to confirm (fsync).",
                   p.store.sync_seconds);
  add_labelled(families, "throng_server_store_cache_reads_total",
               "Blocks of tables that were asked for, by where they were.", MetricType::Counter,
               "outcome", {{"hit", p.store.cache_hits}, {"miss", p.store.cache_misses}});
  add_labelled(families, "throng_server_store_memory_bytes", "Memory of the store, by use.",
               MetricType::Gauge, "use",
               {{"cache", p.store.cache_bytes}, {"memtables", p.store.memtable_bytes}});
  add_labelled(
      families, "throng_server_store_running", "Background work of the store under way.",
      MetricType::Gauge, "work",
      {{"compactions", p.store.running_compactions}, {"flushes", p.store.running_flushes}});
  add_single(families, "throng_server_store_pending_compaction_bytes",
             "Bytes that compactions have before them, about.", MetricType::Gauge,
             static_cast<double>(p.store.pending_compaction_bytes));
  add_single(families, "throng_server_store_stall_seconds_total",
             "Time that writes were held back because tables couldn't keep up.",
             MetricType::Counter, p.store.stall_seconds);
  add_single(families, "throng_server_store_writes_stopped", "1: writes are held back now.",
             MetricType::Gauge, p.store.stopped ? 1 : 0);
}

void add_caches(std::vector<MetricFamily>& families, const std::vector<CacheFigures>& caches) {
  const auto add = [&](std::string_view name, std::string_view help, auto figure) {
    for (const CacheFigures& cache : caches) {
      ClientMetric row;
      row.label = {{"kind", std::string(cache.kind)}};
      row.counter.value = static_cast<double>(cache.*figure);
      family(families, name, help, MetricType::Counter).metric.push_back(std::move(row));
    }
  };
  add("throng_server_directory_cache_hits_total",
      "Reads of the directory that its cache answered, by what was read.", &CacheFigures::hits);
  add("throng_server_directory_cache_misses_total",
      "Reads of the directory that went to the disk, by what was read.", &CacheFigures::misses);
}

void add_by_label(std::vector<MetricFamily>& families, std::string_view name, std::string_view help,
                  std::string_view label, std::string_view label_value, std::uint64_t value) {
  ClientMetric row;
  row.label = {{std::string(label), std::string(label_value)}};
  row.counter.value = static_cast<double>(value);
  family(families, name, help, MetricType::Counter).metric.push_back(std::move(row));
}

void add_push_figures(std::vector<MetricFamily>& families, const PushFigures& p) {
  for (const auto& c : p.channels) {
    add_by_label(families, "throng_server_pushes_sent_total", "Pushes that a channel took.",
                 "channel", c.name, c.sent);
  }
  for (const auto& c : p.channels) {
    add_by_label(families, "throng_server_push_failures_total",
                 "Attempts to send a push that failed.", "channel", c.name, c.failures);
  }
  for (const auto& c : p.channels) {
    add_by_label(families, "throng_server_pushes_dead_total", "Pushes that were given up.",
                 "channel", c.name, c.dead);
  }
  add_single(families, "throng_server_pushes_collapsed_total",
             "Times that a push which was there took further messages of its chat in.",
             MetricType::Counter, static_cast<double>(p.collapsed));
  for (const auto& [reason, count] : {std::pair{"taken", p.taken},
                                      {"expired", p.expired},
                                      {"rate_limited", p.rate_limited},
                                      {"queue_full", p.queue_full}}) {
    add_by_label(families, "throng_server_pushes_withheld_total",
                 "Pushes that weren't sent: taken (by a device), expired, rate_limited (messages "
                 "wait), queue_full.",
                 "reason", reason, count);
  }
  add_single(families, "throng_server_pushes_waiting",
             "Pushes that are planned, under way, or keep their chat quiet.", MetricType::Gauge,
             static_cast<double>(p.waiting));
}

void add_process_figures(std::vector<MetricFamily>& families, const ProcessFigures& p) {
  ClientMetric build;
  build.label = {{"version", std::string(p.version)}, {"durability", std::string(p.durability)}};
  build.gauge.value = 1;
  family(families, "throng_server_build_info", "Version and set-up of the server; always 1.",
         MetricType::Gauge)
      .metric.push_back(std::move(build));
  const auto counter = MetricType::Counter;
  add_single(families, "throng_server_commit_groups_total", "Commits, each of one or more batches.",
             counter, static_cast<double>(p.commit_groups));
  add_single(families, "throng_server_commit_batches_total", "Batches of shards committed.",
             counter, static_cast<double>(p.commit_batches));
  add_single(families, "throng_server_commit_messages_total", "Messages committed.", counter,
             static_cast<double>(p.commit_messages));
  add_single(families, "throng_server_commit_seconds_total", "Time spent in commits.", counter,
             p.commit_seconds);
  add_single(families, "throng_server_commit_failures_total", "Commits that failed.", counter,
             static_cast<double>(p.commit_failures));
  add_single(families, "throng_server_accept_errors_total",
             "Failed accepts; each pauses the listener for a moment.", counter,
             static_cast<double>(p.accept_errors));
  add_gate_figures(families, p);
  add_store_figures(families, p);
  add_single(families, "throng_server_worker_jobs", "Jobs that wait for the HTTP workers.",
             MetricType::Gauge, static_cast<double>(p.worker_jobs));
  add_caches(families, p.caches);
  add_store_size(families, p);
  add_single(families, "throng_server_store_messages",
             "Messages in the store's tables, about; the others are in its log only.",
             MetricType::Gauge, static_cast<double>(p.table_messages));
  add_single(families, "throng_server_asset_store_bytes", "Bytes of all assets, each counted once.",
             MetricType::Gauge, static_cast<double>(p.asset_bytes));
  const double bytes = static_cast<double>(p.table_bytes);
  add_single(families, "throng_server_store_bytes_per_message",
             "Bytes of the store's tables, all together, for each message in them; 0 if there is "
             "none.",
             MetricType::Gauge,
             p.table_messages > 0 ? bytes / static_cast<double>(p.table_messages) : 0);
  add_single(families, "throng_server_messages_removed_total",
             "Messages removed by --retention since the start.", counter,
             static_cast<double>(p.removed_messages));
  add_single(families, "throng_server_events_written_total", "Lines of the event stream.", counter,
             static_cast<double>(p.events_written));
  add_single(families, "throng_server_events_dropped_total",
             "Lines that found too many waiting to be written.", counter,
             static_cast<double>(p.events_dropped));
  if (!p.pushes.channels.empty()) add_push_figures(families, p.pushes);
  // The names that all Prometheus clients give to these.
  add_single(families, "process_start_time_seconds", "When the process began, since 1970.",
             MetricType::Gauge, p.started_s);
  add_single(families, "process_cpu_seconds_total", "User and system CPU time.", counter,
             p.cpu_seconds);
  add_single(families, "process_resident_memory_bytes", "Memory in use.", MetricType::Gauge,
             static_cast<double>(p.resident_bytes));
}

}  // namespace

std::string metrics_page(const std::vector<const ShardMetrics*>& shards,
                         const ProcessFigures& process) {
  std::vector<MetricFamily> families;
  add_shard_figures(families, shards);
  add_process_figures(families, process);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace throng::metrics
