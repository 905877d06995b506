// Run: what the people of a run feel, and whether the run is to be believed.

import { dashboard, labelValues, runMarks } from './dashboard.mjs';
import { atLeast, curves, heatmap, number, query, steps, words } from './panels.mjs';

const RUN = 'job=~"$job", instance=~"$instance", run=~"$run"';
const OPERATION = `${RUN}, operation=~"$operation"`;
const LATENCY = 'throng_operation_latency_seconds_bucket';
const SERVICE = 'throng_operation_service_seconds_bucket';

/** Never an average of quantiles: buckets are added up first. */
const quantile = (q, buckets, selector) =>
  `histogram_quantile(${q}, sum by (operation, le) (rate(${buckets}{${selector}}[$__rate_interval])))`;
/** Of the whole run: a run's buckets count from 0. */
const quantileOfRun = (q, selector) =>
  `histogram_quantile(${q}, sum by (le) (max_over_time(${LATENCY}{${selector}}[$__range])))`;
/** What became of a run, which nobody tells once it is over. */
const last = (metric) => `last_over_time(${metric}{${RUN}}[$__range])`;
const rateBy = (labels, metric, selector) => `sum by (${labels}) (rate(${metric}{${selector}}[$__rate_interval]))`;

const SECOND = steps(['yellow', 0.5], ['red', 1]);
const BROKEN = steps(['red', 1]);

const outcome = () => [
  number(
    'Verdict',
    'What became of the run. Empty while it goes on.',
    'none',
    [query(last('throng_run_verdict'), '{{verdict}}')],
    { text: 'name', noValue: 'running' },
  ),
  number(
    'Figures',
    "Whether the generator's own figures can be believed: it wasn't the bottleneck.",
    'none',
    [query(`min(${last('throng_run_valid')})`, 'valid')],
    { mappings: words({ 0: ['INVALID', 'red'], 1: ['valid', 'green'] }), noValue: 'no run' },
  ),
  number(
    'Users connected',
    'Users with an open connection.',
    'short',
    [query(`sum(throng_users_connected{${RUN}})`, 'connected')],
    { noValue: 'none' },
  ),
  number(
    'Delivery p99',
    'From due time to the member, of the whole time that is looked at.',
    's',
    [query(quantileOfRun(0.99, `${RUN}, operation="deliver"`), 'p99')],
    { thresholds: SECOND },
  ),
  number(
    'Broken promises',
    'Lost, repeated, reordered, misdelivered or changed messages, counted when the run is over.',
    'short',
    [query(`sum(${last('throng_ledger_violations_total')})`, 'broken')],
    { thresholds: BROKEN },
  ),
  number(
    'Thresholds met',
    'Conditions of the scenario and the command line; known when the run is over.',
    'percentunit',
    [query(`avg(${last('throng_threshold_met')})`, 'met')],
    { thresholds: atLeast(1), noValue: 'running' },
  ),
];

const feeling = () => [
  curves('Operations', 'Operations that ended without an error, by kind.', 'ops', [
    query(rateBy('operation', 'throng_operations_total', OPERATION), '{{operation}}'),
  ]),
  curves(
    'Errors',
    'Operations of the measured time that ended with an error, by operation and kind.',
    'ops',
    [query(rateBy('operation, kind', 'throng_operation_errors_total', OPERATION), '{{operation}} {{kind}}')],
    { thresholds: steps(['red', 1]) },
  ),
  heatmap(
    'Latency of deliveries',
    'From the due time of a message to each member: how many took how long.',
    's',
    `sum by (le) (increase(${LATENCY}{${RUN}, operation="deliver"}[$__rate_interval]))`,
  ),
  heatmap(
    'Latency of the operations chosen',
    'From due time to end, as a user feels it.',
    's',
    `sum by (le) (increase(${LATENCY}{${OPERATION}}[$__rate_interval]))`,
  ),
  curves(
    'Latency p50',
    'Half took no longer, from their due time.',
    's',
    [query(quantile(0.5, LATENCY, OPERATION), '{{operation}}')],
    { w: 8 },
  ),
  curves(
    'Latency p99',
    'One of 100 took longer. The lines are at half a second and a second.',
    's',
    [query(quantile(0.99, LATENCY, OPERATION), '{{operation}}')],
    { w: 8, thresholds: SECOND },
  ),
  curves(
    'Latency p99.9',
    'One of 1,000 took longer.',
    's',
    [query(quantile(0.999, LATENCY, OPERATION), '{{operation}}')],
    { w: 8, thresholds: SECOND },
  ),
  curves(
    'Due time and service time p99',
    'Latency runs from the due time, service from the actual start. What lies between, a user waited for his turn.',
    's',
    [
      query(quantile(0.99, LATENCY, `${RUN}, operation=~"send|login"`), '{{operation}} from due time'),
      query(quantile(0.99, SERVICE, `${RUN}, operation=~"send|login"`), '{{operation}} service'),
    ],
  ),
  curves(
    'Begun and finished',
    'Operations begun and those that ended: a gap that grows is work that piles up.',
    'ops',
    [
      query(`sum(rate(throng_operations_started_total{${OPERATION}}[$__rate_interval]))`, 'begun'),
      query(`sum(rate(throng_operations_total{${OPERATION}}[$__rate_interval]))`, 'finished'),
    ],
  ),
];

const ledger = () => [
  curves(
    'Deliveries',
    'What acknowledged messages are due, and what came.',
    'ops',
    [
      query(`sum(rate(throng_ledger_expected_total{${RUN}}[$__rate_interval]))`, 'due'),
      query(`sum(rate(throng_ledger_delivered_total{${RUN}}[$__rate_interval]))`, 'came'),
    ],
    { w: 8 },
  ),
  curves(
    'On their way',
    'Deliveries that are due and have not come, and sends without an answer.',
    'short',
    [
      query(
        `clamp_min(sum(throng_ledger_expected_total{${RUN}}) - sum(throng_ledger_delivered_total{${RUN}}), 0)`,
        'deliveries',
      ),
      query(`sum(throng_ledger_pending_sends{${RUN}})`, 'sends'),
    ],
    { w: 8 },
  ),
  number(
    'Promises',
    'Broken promises by kind, counted when the run is over. A lost acknowledged message fails the run.',
    'short',
    [query(`sum by (kind) (${last('throng_ledger_violations_total')})`, '{{kind}}')],
    { w: 8, h: 8, thresholds: BROKEN, text: 'value_and_name' },
  ),
  number(
    'Thresholds',
    'Each condition of the run; known when it is over.',
    'none',
    [query(`min by (threshold) (${last('throng_threshold_met')})`, '{{threshold}}')],
    {
      w: 24,
      text: 'value_and_name',
      noValue: 'running',
      mappings: words({ 0: ['missed', 'red'], 1: ['met', 'green'] }),
    },
  ),
];

const people = () => [
  curves('Users', 'Connected, and as many as the run will have.', 'short', [
    query(`sum(throng_users_connected{${RUN}})`, 'connected'),
    query(`sum(throng_users_planned{${RUN}})`, 'planned'),
  ]),
  curves('Arrivals', 'Connections, logins and catch-ups.', 'ops', [
    query(
      rateBy('operation', 'throng_operations_total', `${RUN}, operation=~"connect|login|catch_up"`),
      '{{operation}}',
    ),
  ]),
];

const generator = () => [
  curves(
    'Use of bounds',
    'What the generator used of each bound that makes a run invalid: above 1 its figures are not to be believed.',
    'percentunit',
    [query(`max by (bound) (throng_run_bound_used_ratio{${RUN}})`, '{{bound}}')],
    { thresholds: steps(['yellow', 0.7], ['red', 1]) },
  ),
  curves(
    'Late releases',
    'How long after its due time the generator began scheduled work.',
    's',
    [
      ...[0.5, 0.99, 0.999].map((q) =>
        query(
          `histogram_quantile(${q}, sum by (le) (rate(throng_late_release_seconds_bucket{${RUN}}[$__rate_interval])))`,
          `p${q * 100}`,
        ),
      ),
    ],
    { thresholds: steps(['red', 0.1]) },
  ),
  curves('CPU of the generator', 'Cores that its processes on this machine use.', 'short', [
    query(`sum by (instance) (rate(process_cpu_seconds_total{${RUN}}[$__rate_interval]))`, '{{instance}}'),
  ]),
  curves('Memory of the generator', 'Of its processes on this machine.', 'bytes', [
    query(`sum by (instance) (process_resident_memory_bytes{${RUN}})`, '{{instance}}'),
  ]),
];

export const run = () =>
  dashboard({
    title: 'Run',
    description:
      'What people of a run feel: rates, latency from the due time, the ledger, and whether the generator can be believed.',
    variables: [
      labelValues('job', 'Job', 'throng_run_info'),
      labelValues('instance', 'Generator', 'throng_run_info{job=~"$job"}'),
      labelValues('scenario', 'Scenario', 'throng_run_info{job=~"$job", instance=~"$instance"}'),
      labelValues('run', 'Run', 'throng_run_info{job=~"$job", instance=~"$instance", scenario=~"$scenario"}', {
        newestFirst: true,
      }),
      labelValues('operation', 'Operation', 'throng_operations_total{run=~"$run"}'),
    ],
    marks: runMarks(RUN),
    sections: [
      { title: 'Outcome', panels: outcome() },
      { title: 'What users feel', panels: feeling() },
      { title: 'Ledger', panels: ledger() },
      { title: 'Users', panels: people() },
      { title: 'Generator', panels: generator() },
    ],
  });
