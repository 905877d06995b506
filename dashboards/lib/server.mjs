// Server: the golden signals of throng-server, and what is behind them.

import { dashboard, labelValues, runMarks } from './dashboard.mjs';
import { curves, heatmap, number, query, steps } from './panels.mjs';

const SERVER = 'job=~"$job", instance=~"$instance"';

const rate = (metric, by = '') =>
  `sum${by && ` by (${by})`} (rate(throng_server_${metric}{${SERVER}}[$__rate_interval]))`;
const total = (metric, by = '') => `sum${by && ` by (${by})`} (throng_server_${metric}{${SERVER}})`;
const quantile = (q, histogram) =>
  `histogram_quantile(${q}, sum by (le) (rate(throng_server_${histogram}_bucket{${SERVER}}[$__rate_interval])))`;
const increases = (histogram) =>
  `sum by (le) (increase(throng_server_${histogram}_bucket{${SERVER}}[$__rate_interval]))`;
const quantiles = (histogram) => [0.5, 0.99, 0.999].map((q) => query(quantile(q, histogram), `p${q * 100}`));
/** A figure of each shard beside what it may be. */
const besideLimit = (metric, limit) => [
  query(`max by (instance, shard) (throng_server_${metric}{${SERVER}})`, '{{instance}} shard {{shard}}'),
  query(`min(throng_server_${limit}{${SERVER}})`, 'limit'),
];

const SOME = steps(['red', 0.01]);

const glance = () => [
  number('Up', 'Servers that Prometheus reaches.', 'short', [query(`sum(up{${SERVER}})`, 'up')], { thresholds: { mode: 'absolute', steps: [{ color: 'red', value: null }, { color: 'green', value: 1 }] } }),
  number('Sessions', 'Users who are connected.', 'short', [query(total('sessions'), 'sessions')]),
  number('Messages', 'Accepted and durable.', 'ops', [query(rate('messages_total'), 'messages')]),
  number('Deliveries', 'Live messages and typing events handed to sessions.', 'ops', [query(rate('deliveries_total'), 'deliveries')]),
  number('Load', 'The highest load level of a shard: 0 normal, 1 no presence and typing, 2 late receipts, 3 no history, 4 full.', 'none',
    [query(`max(throng_server_load{${SERVER}})`, 'load')], { thresholds: steps(['yellow', 1], ['red', 3]) }),
  number('Version', 'Version and durability of each server.', 'none',
    [query(`throng_server_build_info{${SERVER}}`, '{{version}} {{durability}}')], { text: 'name' }),
];

const golden = () => [
  curves('Traffic', 'Messages accepted, live deliveries and receipts.', 'ops', [
    query(rate('messages_total'), 'messages'), query(rate('deliveries_total'), 'deliveries'), query(rate('receipts_total'), 'receipts'),
  ], { w: 8 }),
  curves('Events from clients', 'By op.', 'ops', [query(rate('client_events_total', 'op'), '{{op}}')], { w: 8 }),
  curves('Events to sessions', 'By op.', 'ops', [query(rate('events_total', 'op'), '{{op}}')], { w: 8 }),
  curves('Latency of commits', 'Time that a commit took: the most of what a sender waits for.', 's', quantiles('commit_group_seconds'),
    { w: 8, thresholds: steps(['yellow', 0.05], ['red', 0.25]) }),
  curves('Loop lag', "The longest turn of each shard's loop in a second: others waited for its end. From 250 ms on the load level rises.", 's', [
    query(`max by (instance, shard) (throng_server_loop_lag_seconds{${SERVER}})`, '{{instance}} shard {{shard}}'),
  ], { w: 8, thresholds: steps(['red', 0.25]) }),
  curves('Errors', 'Events answered with an error, commits and accepts that failed, changes taken back.', 'ops', [
    query(rate('client_errors_total'), 'client errors'), query(rate('commit_failures_total'), 'failed commits'),
    query(rate('commit_failed_records_total'), 'changes taken back'), query(rate('accept_errors_total'), 'failed accepts'),
  ], { w: 8, thresholds: SOME }),
  curves('Shards', 'Share of a core that the thread of each shard uses.', 'percentunit', [
    query(rate('shard_cpu_seconds_total', 'instance, shard'), '{{instance}} shard {{shard}}'),
  ], { thresholds: steps(['yellow', 0.7], ['red', 0.9]) }),
  curves('Load level', '0 normal, 1 no presence and typing, 2 late receipts, 3 no history, 4 full.', 'none', [
    query(`max by (instance, shard) (throng_server_load{${SERVER}})`, '{{instance}} shard {{shard}}'),
  ], { max: 4, thresholds: steps(['yellow', 1], ['red', 3]) }),
];

const queues = () => [
  curves('Mail', 'Mail that awaits each shard, and how much may.', 'short', besideLimit('mailbox_depth', 'mailbox_limit'), { w: 8 }),
  curves('Changes that await their commit', 'Of each shard, and how many may.', 'short', besideLimit('commit_pending', 'commit_pending_limit'), { w: 8 }),
  curves('Jobs of HTTP workers', 'That wait, and how many may.', 'short', [
    query(total('worker_jobs'), 'waiting'), query(total('worker_jobs_limit'), 'limit'),
  ], { w: 8 }),
  curves('Outbound bytes', 'That wait for sessions to take them.', 'bytes', [query(total('outbound_bytes', 'instance'), '{{instance}}')], { w: 8 }),
  curves('Bytes of a write', 'Each write to a session carries all that had gathered.', 'bytes', [
    query(`${rate('sent_bytes_total')} / ${rate('writes_total')}`, 'bytes'),
  ], { w: 8 }),
  curves('Network', 'Read from and written to sessions.', 'Bps', [
    query(rate('received_bytes_total'), 'received'), query(rate('sent_bytes_total'), 'sent'),
  ], { w: 8 }),
];

const storage = () => [
  heatmap('Time of commits', 'How many took how long.', 's', increases('commit_group_seconds'), { w: 8 }),
  heatmap('Messages of a commit', 'Under load a commit carries more.', 'short', increases('commit_group_messages'), { w: 8 }),
  heatmap('Time of fsync', 'Writes that the disk had to confirm.', 's', increases('store_sync_seconds'), { w: 8 }),
  curves('Commits', 'Groups, and the batches of shards that they carried.', 'ops', [
    query(rate('commit_groups_total'), 'groups'), query(rate('commit_batches_total'), 'batches'), query(rate('commit_messages_total'), 'messages'),
  ], { w: 8 }),
  curves('Time spent in commits', 'Share of the time in which one is under way.', 'percentunit', [query(rate('commit_seconds_total', 'instance'), '{{instance}}')],
    { w: 8, thresholds: steps(['yellow', 0.7], ['red', 0.9]) }),
  curves('fsync', 'Time of the writes that the disk had to confirm.', 's', quantiles('store_sync_seconds'), { w: 8, thresholds: steps(['red', 0.1]) }),
  curves('Store on disk', 'Tables and write-ahead log.', 'bytes', [query(total('store_bytes', 'part'), '{{part}}'), query(total('asset_store_bytes'), 'assets')], { w: 8 }),
  curves('Memory of the store', 'By use.', 'bytes', [query(total('store_memory_bytes', 'use'), '{{use}}')], { w: 8 }),
  curves('Held back', 'Share of time that writes were held back, and whether they are at the moment.', 'percentunit', [
    query(rate('store_stall_seconds_total'), 'held back'), query(`max(throng_server_store_writes_stopped{${SERVER}})`, 'stopped'),
  ], { w: 8, thresholds: SOME }),
  curves('Compactions', 'Background work under way.', 'short', [query(total('store_running', 'work'), '{{work}}')], { w: 8 }),
  curves('Before compactions', 'Bytes that they have before them, about.', 'bytes', [query(total('store_pending_compaction_bytes'), 'bytes')], { w: 8 }),
  curves('Hits of caches', "Share of reads that found a block of tables, or an entry of the directory, in memory.", 'percentunit', [
    query(`sum(rate(throng_server_store_cache_reads_total{${SERVER}, outcome="hit"}[$__rate_interval])) / ${rate('store_cache_reads_total')}`, 'blocks'),
    query(`${rate('directory_cache_hits_total', 'kind')} / (${rate('directory_cache_hits_total', 'kind')} + ${rate('directory_cache_misses_total', 'kind')})`, 'directory {{kind}}'),
  ], { w: 8, max: 1 }),
];

const people = () => [
  curves('Sessions and connections', 'Sessions, those on shared connections, and connections before or without a session.', 'short', [
    query(total('sessions'), 'sessions'), query(total('shared_sessions'), 'shared sessions'),
    query(total('connections'), 'connections without session'), query(total('shared_connections'), 'shared connections'),
  ]),
  curves('Arrivals', 'Connections accepted, sessions begun, HTTP requests.', 'ops', [
    query(rate('connections_total'), 'connections'), query(rate('sessions_total'), 'sessions'), query(rate('http_requests_total'), 'HTTP requests'),
  ]),
  curves('Catch-up', 'Messages and pages read for returning users, and messages of history.', 'ops', [
    query(rate('catch_up_messages_total'), 'messages'), query(rate('catch_up_pages_total'), 'pages'), query(rate('history_messages_total'), 'history'),
  ], { w: 8 }),
  curves('Presence', 'What clients asked and told, and what they were told.', 'ops', [
    query(`sum by (op) (rate(throng_server_client_events_total{${SERVER}, op=~"presence|activity|typing"}[$__rate_interval]))`, 'client {{op}}'),
    query(`sum by (op) (rate(throng_server_events_total{${SERVER}, op=~"presence|typing"}[$__rate_interval]))`, 'told {{op}}'),
  ], { w: 8 }),
  curves('Chats in memory', 'Loaded by shards.', 'short', [query(total('chats_in_memory'), 'chats')], { w: 8 }),
  curves('Repeats and cursors', 'Sends that had their answer already, and durable moves of cursors.', 'ops', [
    query(rate('message_repeats_total'), 'repeated sends'), query(rate('cursor_moves_total'), 'cursor moves'),
  ], { w: 8 }),
  curves('Assets', 'Uploads, those whose bytes were there already, and downloads.', 'ops', [
    query(rate('asset_uploads_total'), 'uploads'), query(rate('asset_repeats_total'), 'repeated'), query(rate('asset_downloads_total'), 'downloads'),
  ], { w: 8 }),
  curves('Bytes of assets', 'Received and sent.', 'Bps', [
    query(rate('asset_received_bytes_total'), 'received'), query(rate('asset_sent_bytes_total'), 'sent'),
  ], { w: 8 }),
];

const notifications = () => [
  curves('Pushes', 'Pushes that each channel took, attempts that failed, and pushes that were given up.', 'ops', [
    query(rate('pushes_sent_total', 'channel'), 'sent {{channel}}'), query(rate('push_failures_total', 'channel'), 'failed {{channel}}'),
    query(rate('pushes_dead_total', 'channel'), 'dead {{channel}}'),
  ], { w: 8 }),
  curves('Withheld', 'Pushes that were not sent, by reason, and messages that went into one that was there.', 'ops', [
    query(rate('pushes_withheld_total', 'reason'), '{{reason}}'), query(rate('pushes_collapsed_total'), 'collapsed'),
  ], { w: 8 }),
  curves('Waiting', 'Pushes that are planned, under way, or keep their chat quiet.', 'short', [query(total('pushes_waiting'), 'waiting')], { w: 8 }),
];

const drops = () => [
  curves('Shed under load', 'What was asked for and not done, by kind.', 'ops', [query(rate('shed_total', 'work'), '{{work}}')], { w: 8, thresholds: SOME }),
  curves('Refused', 'Connections and requests, by reason.', 'ops', [
    query(rate('refused_total', 'reason'), '{{reason}}'), query(rate('connections_refused_total', 'reason'), 'unread: {{reason}}'),
    query(rate('accepts_delayed_total'), 'accepts delayed'),
  ], { w: 8, thresholds: SOME }),
  curves('Closed', 'Sessions that the server closed, by reason.', 'ops', [query(rate('sessions_closed_total', 'reason'), '{{reason}}')], { w: 8, thresholds: SOME }),
  curves('Event stream', 'Lines written, and lines that found too many waiting.', 'ops', [
    query(rate('events_written_total'), 'written'), query(rate('events_dropped_total'), 'dropped'),
  ]),
  curves('Retention and reloads', 'Messages removed, and reloads of the configuration by outcome.', 'ops', [
    query(rate('messages_removed_total'), 'removed'), query(rate('reloads_total', 'outcome'), 'reloads {{outcome}}'),
  ]),
];

export const server = () => dashboard({
  title: 'Server',
  description: 'throng-server: traffic, latency, errors and saturation, then queues, storage, people, pushes and drops.',
  variables: [
    labelValues('job', 'Job', 'throng_server_build_info'),
    labelValues('instance', 'Server', 'throng_server_build_info{job=~"$job"}'),
  ],
  marks: runMarks('run=~".+"'),
  sections: [
    { title: 'At a glance', panels: glance() },
    { title: 'Golden signals', panels: golden() },
    { title: 'Queues', panels: queues() },
    { title: 'Commits and storage', panels: storage() },
    { title: 'People', panels: people() },
    { title: 'Notifications', panels: notifications() },
    { title: 'Drops by reason', panels: drops() },
  ],
});
