// Capacity: what is used of what there is, what a message costs, and how much more would fit.

import { dashboard, labelValues, runMarks, typed } from './dashboard.mjs';
import { atLeast, curves, number, query, steps, table, use } from './panels.mjs';

const SERVER = 'job=~"$job", instance=~"$instance"';

const rate = (metric) => `sum(rate(${metric}{${SERVER}}[$__rate_interval]))`;
const MESSAGES = rate('throng_server_messages_total');
const CPU = rate('process_cpu_seconds_total');
const BUSIEST_SHARD = `max(rate(throng_server_shard_cpu_seconds_total{${SERVER}}[$__rate_interval]))`;
const WIRE = `(${rate('throng_server_received_bytes_total')} + ${rate('throng_server_sent_bytes_total')})`;
/** Nothing where nothing was done. */
const each = (cost, of) => `${cost} / (${of} > 0)`;
const share = (used, of) => `max by (instance) (${used}{${SERVER}}) / max by (instance) (${of}{${SERVER}} > 0)`;
const CPU_SHARE = `sum by (instance) (rate(process_cpu_seconds_total{${SERVER}}[$__rate_interval])) / max by (instance) (throng_server_cores{${SERVER}})`;
const OPEN =
  `sum by (instance) (throng_server_sessions{${SERVER}} - throng_server_shared_sessions{${SERVER}}` +
  ` + throng_server_connections{${SERVER}} + throng_server_shared_connections{${SERVER}})`;
const CONNECTION_SHARE = `${OPEN} / max by (instance) (throng_server_connections_limit{${SERVER}} > 0)`;
const DISK_SHARE = `1 - max by (instance) (throng_server_disk_available_bytes{${SERVER}}) / max by (instance) (throng_server_disk_size_bytes{${SERVER}} > 0)`;

const limits = () => [
  use(
    'Used of what there is',
    'CPU of the cores it may use, memory of its limit, file descriptors, connections, and the disk of the store.',
    [
      query(CPU_SHARE, 'CPU {{instance}}'),
      query(share('process_resident_memory_bytes', 'throng_server_memory_limit_bytes'), 'memory {{instance}}'),
      query(share('process_open_fds', 'process_max_fds'), 'descriptors {{instance}}'),
      query(CONNECTION_SHARE, 'connections {{instance}}'),
      query(DISK_SHARE, 'disk {{instance}}'),
    ],
  ),
  use(
    'Used of queues',
    'The fullest queue of its kind: mail of a shard, changes that await their commit, jobs of HTTP workers.',
    [
      query(share('throng_server_mailbox_depth', 'throng_server_mailbox_limit'), 'mail {{instance}}'),
      query(share('throng_server_commit_pending', 'throng_server_commit_pending_limit'), 'commits {{instance}}'),
      query(share('throng_server_worker_jobs', 'throng_server_worker_jobs_limit'), 'HTTP jobs {{instance}}'),
    ],
  ),
  curves('CPU', 'Of the cores that the server may use.', 'percentunit', [query(CPU_SHARE, '{{instance}}')], {
    w: 8,
    max: 1,
    thresholds: steps(['yellow', 0.7], ['red', 0.9]),
  }),
  curves(
    'Memory',
    'In use, and how much there may be.',
    'bytes',
    [
      query(`max by (instance) (process_resident_memory_bytes{${SERVER}})`, '{{instance}}'),
      query(`min(throng_server_memory_limit_bytes{${SERVER}})`, 'limit'),
    ],
    { w: 8, log: true },
  ),
  curves(
    'Connections and descriptors',
    'Open, and how many there may be.',
    'short',
    [
      query(OPEN, 'connections {{instance}}'),
      query(`min(throng_server_connections_limit{${SERVER}})`, 'limit of connections'),
      query(`max by (instance) (process_open_fds{${SERVER}})`, 'descriptors {{instance}}'),
      query(`min(process_max_fds{${SERVER}})`, 'limit of descriptors'),
    ],
    { w: 8, log: true },
  ),
  curves(
    'Disk',
    'Free on the file system of the store.',
    'bytes',
    [
      query(`min by (instance) (throng_server_disk_available_bytes{${SERVER}})`, 'free {{instance}}'),
      query(`max by (instance) (throng_server_disk_size_bytes{${SERVER}})`, 'size {{instance}}'),
    ],
    { w: 8 },
  ),
  number(
    'Disk full in',
    'If it fills on as in the time that is looked at. Empty: it does not fill.',
    's',
    [
      query(
        `min(throng_server_disk_available_bytes{${SERVER}} / (-deriv(throng_server_disk_available_bytes{${SERVER}}[$__range]) > 0))`,
        'full in',
      ),
    ],
    {
      w: 8,
      h: 8,
      thresholds: {
        mode: 'absolute',
        steps: [
          { color: 'red', value: null },
          { color: 'yellow', value: 14_400 },
          { color: 'green', value: 86_400 },
        ],
      },
      noValue: "it doesn't fill",
    },
  ),
  curves(
    'Network',
    'Read from and written to sessions, without TLS and TCP.',
    'bps',
    [
      query(`8 * ${rate('throng_server_received_bytes_total')}`, 'in'),
      query(`8 * ${rate('throng_server_sent_bytes_total')}`, 'out'),
    ],
    { w: 8 },
  ),
];

const cost = () => [
  curves(
    'CPU of a message',
    'CPU time of the server for each message accepted: with all that follows from it.',
    's',
    [query(each(CPU, MESSAGES), 'CPU')],
    { w: 6 },
  ),
  curves(
    'CPU of a delivery',
    'CPU time of the server for each live delivery.',
    's',
    [query(each(CPU, rate('throng_server_deliveries_total')), 'CPU')],
    { w: 6 },
  ),
  curves(
    'Wire bytes of a message',
    'Read and written for each message accepted.',
    'bytes',
    [query(each(WIRE, MESSAGES), 'bytes')],
    { w: 6 },
  ),
  curves(
    'Disk bytes of a message',
    "Bytes of the store's tables for each message in them.",
    'bytes',
    [query(`max(throng_server_store_bytes_per_message{${SERVER}})`, 'bytes')],
    { w: 6 },
  ),
  curves(
    'Memory of a session',
    'Memory of the process for each session; with few sessions it is that of the store.',
    'bytes',
    [query(each(`sum(process_resident_memory_bytes{${SERVER}})`, `sum(throng_server_sessions{${SERVER}})`), 'bytes')],
    { w: 12 },
  ),
  curves(
    'Messages of a commit',
    'On average: what makes commits cheaper under load.',
    'short',
    [query(each(rate('throng_server_commit_messages_total'), rate('throng_server_commit_groups_total')), 'messages')],
    { w: 12 },
  ),
];

const headroom = () => [
  number('Messages', 'Accepted at the moment.', 'ops', [query(MESSAGES, 'messages')], { w: 6 }),
  number(
    'Ceiling by the busiest shard',
    'What would fit if all went on as it is until the thread of the busiest shard had no time left. A search finds the knee below it.',
    'ops',
    [query(each(MESSAGES, BUSIEST_SHARD), 'messages')],
    { w: 6 },
  ),
  number(
    'Knee',
    'As `throng search` found it, in messages a second, or as typed in above.',
    'ops',
    [query('vector($knee)', 'knee')],
    { w: 6 },
  ),
  number(
    'Headroom to the knee',
    'Share of the knee that is left.',
    'percentunit',
    [query(`1 - ${MESSAGES} / $knee`, 'left')],
    {
      w: 6,
      thresholds: {
        mode: 'absolute',
        steps: [
          { color: 'red', value: null },
          { color: 'yellow', value: 0.1 },
          { color: 'green', value: 0.3 },
        ],
      },
    },
  ),
  curves('Messages and the knee', 'Messages accepted, the ceiling by the busiest shard, and the knee.', 'ops', [
    query(MESSAGES, 'messages'),
    query(each(MESSAGES, BUSIEST_SHARD), 'ceiling'),
    query('vector($knee)', 'knee'),
  ]),
  curves(
    'Conditions of runs',
    'Thresholds that were met: the verdict on what was claimed of the service. Known when a run is over.',
    'percentunit',
    [query('avg by (run) (throng_threshold_met)', '{{run}}')],
    { max: 1, thresholds: atLeast(1) },
  ),
];

const claims = () => [
  number(
    'Verdicts',
    'Claims of estimates by what became of them, as `throng capacity` last said.',
    'short',
    [query('count by (verdict) (throng_claim_verdict)', '{{verdict}}')],
    { w: 6, h: 9, text: 'value_and_name' },
  ),
  table(
    'Claims',
    'Each claim with its verdict, and how far it is above what follows from the estimate or was measured.',
    [
      { name: 'Verdict', expr: 'max by (claim, verdict) (throng_claim_verdict)', unit: 'none' },
      { name: 'Error', expr: 'max by (claim) (throng_claim_error_ratio)', unit: 'percentunit' },
    ],
    { by: 'claim', w: 18 },
  ),
];

export const capacity = () =>
  dashboard({
    title: 'Capacity',
    description:
      'What throng-server uses of its machine and limits, what a message costs, and how much more would fit.',
    variables: [
      labelValues('job', 'Job', 'throng_server_build_info'),
      labelValues('instance', 'Server', 'throng_server_build_info{job=~"$job"}'),
      typed(
        'knee',
        'Knee',
        'scalar(max(throng_knee_messages_per_second{edge="at"}))',
        'Messages a second at the knee: what `throng search` wrote for Prometheus, or a number',
      ),
    ],
    marks: runMarks('run=~".+"'),
    sections: [
      { title: 'Against limits', panels: limits() },
      { title: 'What things cost', panels: cost() },
      { title: 'Headroom', panels: headroom() },
      { title: 'Claims', panels: claims() },
    ],
  });
