#include "server/metrics/page.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "catalog/exposed.hpp"
#include "server/metrics/catalog.hpp"

namespace throng::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

using Labels = std::vector<ClientMetric::Label>;

/// A new row behind those that are there.
ClientMetric& add_row(std::vector<MetricFamily>& families, const MetricFamily& family,
                      Labels labels = {}) {
  if (families.empty() || families.back().name != family.name) families.push_back(family);
  ClientMetric& row = families.back().metric.emplace_back();
  row.label = std::move(labels);
  return row;
}

void add(std::vector<MetricFamily>& families, Listed listed, double value, Labels labels = {}) {
  catalog::set_value(add_row(families, catalog::exposed(*listed), std::move(labels)), listed->kind,
                     value);
}

void add(std::vector<MetricFamily>& families, Listed listed, std::uint64_t value,
         Labels labels = {}) {
  add(families, listed, static_cast<double>(value), std::move(labels));
}

/// The label of a figure that has one.
Labels labelled(Listed listed, std::string_view value) {
  return {{std::string(listed->labels), std::string(value)}};
}

double value_of(const Description& d, const ShardFigures& shard) {
  const double counted = d.unit * static_cast<double>(shard.counted->get(d.metric));
  if (d.metric == Metric::kMailboxDepth) return static_cast<double>(shard.mailbox_depth);
  if (d.metric != Metric::kLoopLag) return counted;
  return std::max(counted, std::chrono::duration<double>(shard.standing_still).count());
}

void add_shard_figures(std::vector<MetricFamily>& families,
                       const std::vector<ShardFigures>& shards) {
  for (const Description& d : descriptions()) {
    const auto kind = d.type == Type::kCounter ? catalog::Kind::kCounter : catalog::Kind::kGauge;
    const MetricFamily family = catalog::exposed({d.name, kind, "", "", d.help});
    for (std::size_t shard = 0; shard < shards.size(); ++shard) {
      Labels labels = {{"shard", std::to_string(shard)}};
      if (!d.label_name.empty()) {
        labels.push_back({std::string(d.label_name), std::string(d.label_value)});
      }
      catalog::set_value(add_row(families, family, std::move(labels)), kind,
                         value_of(d, shards[shard]));
    }
  }
}

struct Labelled {
  std::string_view value;
  std::uint64_t count;
};

void add_each(std::vector<MetricFamily>& families, Listed listed,
              std::initializer_list<Labelled> rows) {
  for (const Labelled& each : rows) add(families, listed, each.count, labelled(listed, each.value));
}

void add(std::vector<MetricFamily>& families, Listed listed, const Distribution& all) {
  ClientMetric& row = add_row(families, catalog::exposed(*listed));
  row.histogram.sample_count = all.count;
  row.histogram.sample_sum = all.sum;
  for (const Distribution::Bucket& bucket : all.buckets) {
    ClientMetric::Bucket made;
    made.upper_bound = bucket.up_to;
    made.cumulative_count = bucket.count;
    row.histogram.bucket.push_back(made);
  }
}

void add_bounds(std::vector<MetricFamily>& families, const ProcessFigures& p) {
  add(families, "throng_server_mailbox_limit", p.bounds.mailbox);
  add(families, "throng_server_commit_pending_limit", p.bounds.commit_pending);
  add(families, "throng_server_cores", p.bounds.cores);
  add(families, "throng_server_memory_limit_bytes", p.bounds.memory_bytes);
}

void add_commit_figures(std::vector<MetricFamily>& families, const ProcessFigures& p) {
  add(families, "throng_server_commit_groups_total", p.commit_groups);
  add(families, "throng_server_commit_batches_total", p.commit_batches);
  add(families, "throng_server_commit_messages_total", p.commit_messages);
  add(families, "throng_server_commit_seconds_total", p.commit_seconds);
  add(families, "throng_server_commit_failures_total", p.commit_failures);
}

void add_gate_figures(std::vector<MetricFamily>& families, const ProcessFigures& p) {
  add(families, "throng_server_accept_errors_total", p.accept_errors);
  add_each(families, "throng_server_connections_refused_total",
           {{"address_rate", p.refused_by_address}, {"max_connections", p.refused_above_most}});
  add(families, "throng_server_accepts_delayed_total", p.accepts_delayed);
  add(families, "throng_server_connections_limit", p.bounds.connections);
  add_each(families, "throng_server_reloads_total",
           {{"done", p.reloads}, {"failed", p.failed_reloads}});
}

void add_store_figures(std::vector<MetricFamily>& families, const ProcessFigures& p) {
  add(families, "throng_server_commit_group_seconds", p.commit_group_seconds);
  add(families, "throng_server_commit_group_messages", p.commit_group_messages);
  add(families, "throng_server_store_sync_seconds", p.store.sync_seconds);
  add_each(families, "throng_server_store_cache_reads_total",
           {{"hit", p.store.cache_hits}, {"miss", p.store.cache_misses}});
  add_each(families, "throng_server_store_memory_bytes",
           {{"cache", p.store.cache_bytes}, {"memtables", p.store.memtable_bytes}});
  add_each(families, "throng_server_store_running",
           {{"compactions", p.store.running_compactions}, {"flushes", p.store.running_flushes}});
  add(families, "throng_server_store_pending_compaction_bytes", p.store.pending_compaction_bytes);
  add(families, "throng_server_store_stall_seconds_total", p.store.stall_seconds);
  add(families, "throng_server_store_writes_stopped", p.store.stopped ? 1.0 : 0.0);
}

void add_caches(std::vector<MetricFamily>& families, const std::vector<CacheFigures>& caches) {
  const auto add_all = [&](Listed listed, auto figure) {
    for (const CacheFigures& cache : caches) {
      add(families, listed, cache.*figure, labelled(listed, cache.kind));
    }
  };
  add_all("throng_server_directory_cache_hits_total", &CacheFigures::hits);
  add_all("throng_server_directory_cache_misses_total", &CacheFigures::misses);
}

void add_sizes(std::vector<MetricFamily>& families, const ProcessFigures& p) {
  add_each(families, "throng_server_store_bytes",
           {{"tables", p.table_bytes}, {"log", p.log_bytes}});
  add(families, "throng_server_store_messages", p.table_messages);
  add(families, "throng_server_disk_size_bytes", p.disk.size_bytes);
  add(families, "throng_server_disk_available_bytes", p.disk.available_bytes);
  add(families, "throng_server_asset_store_bytes", p.asset_bytes);
  const double bytes = static_cast<double>(p.table_bytes);
  add(families, "throng_server_store_bytes_per_message",
      p.table_messages > 0 ? bytes / static_cast<double>(p.table_messages) : 0.0);
}

void add_push_figures(std::vector<MetricFamily>& families, const PushFigures& p) {
  const auto add_all = [&](Listed listed, auto figure) {
    for (const PushFigures::Channel& channel : p.channels) {
      add(families, listed, channel.*figure, labelled(listed, channel.name));
    }
  };
  add_all("throng_server_pushes_sent_total", &PushFigures::Channel::sent);
  add_all("throng_server_push_failures_total", &PushFigures::Channel::failures);
  add_all("throng_server_pushes_dead_total", &PushFigures::Channel::dead);
  add(families, "throng_server_pushes_collapsed_total", p.collapsed);
  add_each(families, "throng_server_pushes_withheld_total",
           {{"taken", p.taken},
            {"expired", p.expired},
            {"rate_limited", p.rate_limited},
            {"queue_full", p.queue_full}});
  add(families, "throng_server_pushes_waiting", p.waiting);
}

void add_process_figures(std::vector<MetricFamily>& families, const ProcessFigures& p) {
  add(families, "throng_server_build_info", 1.0,
      {{"version", std::string(p.version)}, {"durability", std::string(p.durability)}});
  add_bounds(families, p);
  add_commit_figures(families, p);
  add_gate_figures(families, p);
  add_store_figures(families, p);
  add(families, "throng_server_worker_jobs", p.worker_jobs);
  add(families, "throng_server_worker_jobs_limit", p.bounds.worker_jobs);
  add_caches(families, p.caches);
  add_sizes(families, p);
  add(families, "throng_server_messages_removed_total", p.removed_messages);
  add(families, "throng_server_events_written_total", p.events_written);
  add(families, "throng_server_events_dropped_total", p.events_dropped);
  if (!p.pushes.channels.empty()) add_push_figures(families, p.pushes);
  add(families, "process_start_time_seconds", p.started_s);
  add(families, "process_cpu_seconds_total", p.cpu_seconds);
  add(families, "process_resident_memory_bytes", p.resident_bytes);
  if (p.open_descriptors) add(families, "process_open_fds", *p.open_descriptors);
  add(families, "process_max_fds", p.bounds.descriptors);
}

}  // namespace

std::string metrics_page(const std::vector<ShardFigures>& shards, const ProcessFigures& process) {
  std::vector<MetricFamily> families;
  add_shard_figures(families, shards);
  add_process_figures(families, process);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace throng::metrics
