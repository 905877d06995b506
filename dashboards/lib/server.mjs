// Server: the golden signals of throng-server, and what is behind them.

import { dashboard, labelValues, runMarks } from './dashboard.mjs';
import { atLeast, curves, number, query, steps } from './panels.mjs';
import { drops, notifications, people } from './server_people.mjs';
import { besideLimit, quantiles, rate, SERVER, SOME, total } from './server_queries.mjs';
import { storage } from './server_storage.mjs';

const glance = () => [
  number('Up', 'Servers that Prometheus reaches.', 'short', [query(`sum(up{${SERVER}})`, 'up')], {
    thresholds: atLeast(1),
  }),
  number('Sessions', 'Users who are connected.', 'short', [query(total('sessions'), 'sessions')]),
  number('Messages', 'Accepted and durable.', 'ops', [query(rate('messages_total'), 'messages')]),
  number('Deliveries', 'Live messages and typing events handed to sessions.', 'ops', [
    query(rate('deliveries_total'), 'deliveries'),
  ]),
  number(
    'Load',
    'The highest load level of a shard: 0 normal, 1 no presence and typing, 2 late receipts, 3 no history, 4 full.',
    'none',
    [query(`max(throng_server_load{${SERVER}})`, 'load')],
    { thresholds: steps(['yellow', 1], ['red', 3]) },
  ),
  number(
    'Version',
    'Version and durability of each server.',
    'none',
    [query(`throng_server_build_info{${SERVER}}`, '{{version}} {{durability}}')],
    { text: 'name' },
  ),
];

const golden = () => [
  curves(
    'Traffic',
    'Messages accepted, live deliveries and receipts.',
    'ops',
    [
      query(rate('messages_total'), 'messages'),
      query(rate('deliveries_total'), 'deliveries'),
      query(rate('receipts_total'), 'receipts'),
    ],
    { w: 8 },
  ),
  curves('Events from clients', 'By op.', 'ops', [query(rate('client_events_total', 'op'), '{{op}}')], { w: 8 }),
  curves('Events to sessions', 'By op.', 'ops', [query(rate('events_total', 'op'), '{{op}}')], { w: 8 }),
  curves(
    'Latency of commits',
    'Time that a commit took: the most of what a sender waits for.',
    's',
    quantiles('commit_group_seconds'),
    { w: 8, thresholds: steps(['yellow', 0.05], ['red', 0.25]) },
  ),
  curves(
    'Loop lag',
    "The longest turn of each shard's loop in a second, or how long it stands still already: others wait for its end. From 250 ms on the load level rises.",
    's',
    [query(`max by (instance, shard) (throng_server_loop_lag_seconds{${SERVER}})`, '{{instance}} shard {{shard}}')],
    { w: 8, thresholds: steps(['red', 0.25]) },
  ),
  curves(
    'Errors',
    'Events answered with an error, commits and accepts that failed, changes taken back.',
    'ops',
    [
      query(rate('client_errors_total'), 'client errors'),
      query(rate('commit_failures_total'), 'failed commits'),
      query(rate('commit_failed_records_total'), 'changes taken back'),
      query(rate('accept_errors_total'), 'failed accepts'),
    ],
    { w: 8, thresholds: SOME },
  ),
  curves(
    'Shards',
    'Share of a core that the thread of each shard uses.',
    'percentunit',
    [query(rate('shard_cpu_seconds_total', 'instance, shard'), '{{instance}} shard {{shard}}')],
    { thresholds: steps(['yellow', 0.7], ['red', 0.9]) },
  ),
  curves(
    'Load level',
    '0 normal, 1 no presence and typing, 2 late receipts, 3 no history, 4 full.',
    'none',
    [query(`max by (instance, shard) (throng_server_load{${SERVER}})`, '{{instance}} shard {{shard}}')],
    { max: 4, thresholds: steps(['yellow', 1], ['red', 3]) },
  ),
];

const queues = () => [
  curves(
    'Mail',
    'Mail that awaits each shard, and how much may.',
    'short',
    besideLimit('mailbox_depth', 'mailbox_limit'),
    { w: 8 },
  ),
  curves(
    'Changes that await their commit',
    'Of each shard, and how many may.',
    'short',
    besideLimit('commit_pending', 'commit_pending_limit'),
    { w: 8 },
  ),
  curves(
    'Jobs of HTTP workers',
    'That wait, and how many may.',
    'short',
    [query(total('worker_jobs'), 'waiting'), query(total('worker_jobs_limit'), 'limit')],
    { w: 8 },
  ),
  curves(
    'Outbound bytes',
    'That wait for sessions to take them.',
    'bytes',
    [query(total('outbound_bytes', 'instance'), '{{instance}}')],
    { w: 8 },
  ),
  curves(
    'Bytes of a write',
    'Each write to a session carries all that had gathered.',
    'bytes',
    [query(`${rate('sent_bytes_total')} / ${rate('writes_total')}`, 'bytes')],
    { w: 8 },
  ),
  curves(
    'Network',
    'Read from and written to sessions.',
    'Bps',
    [query(rate('received_bytes_total'), 'received'), query(rate('sent_bytes_total'), 'sent')],
    { w: 8 },
  ),
];

export const server = () =>
  dashboard({
    title: 'Server',
    description:
      'throng-server: traffic, latency, errors and saturation, then queues, storage, people, pushes and drops.',
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
