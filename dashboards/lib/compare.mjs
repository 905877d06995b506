// Compare: two runs side by side. Each has its own label, so that its buckets count from 0: what they
// reached in the time that is looked at is the whole run, and its quantiles are exact to a bucket.

import { dashboard, labelValues, runMarks } from './dashboard.mjs';
import { curves, number, query, steps, table, words } from './panels.mjs';

const LATENCY = 'throng_operation_latency_seconds';
const selector = (run) => `run="$${run}", operation=~"$operation"`;
const most = (metric, run) => `max_over_time(${metric}{${selector(run)}}[$__range])`;
const quantile = (q, run) => `histogram_quantile(${q}, sum by (operation, le) (${most(`${LATENCY}_bucket`, run)}))`;
const count = (run) => `sum by (operation) (${most('throng_operations_total', run)})`;
const errors = (run) => `sum by (operation) (${most('throng_operation_errors_total', run)})`;
const ratio = (of, ...args) => `${of(...args, 'b')} / (${of(...args, 'a')} > 0)`;

const WORSE = steps(['yellow', 1.1], ['red', 1.5]);

const columns = () => [
  { name: 'A', expr: count('a'), unit: 'short' },
  { name: 'B', expr: count('b'), unit: 'short' },
  { name: 'A p50', expr: quantile(0.5, 'a'), unit: 's' },
  { name: 'B p50', expr: quantile(0.5, 'b'), unit: 's' },
  { name: 'p50 B/A', expr: ratio(quantile, 0.5), unit: 'none', thresholds: WORSE },
  { name: 'A p99', expr: quantile(0.99, 'a'), unit: 's' },
  { name: 'B p99', expr: quantile(0.99, 'b'), unit: 's' },
  { name: 'p99 B/A', expr: ratio(quantile, 0.99), unit: 'none', thresholds: WORSE },
];

const side = (run) => [
  curves(`${run.toUpperCase()}: operations`, `What run ${run.toUpperCase()} did, by operation.`, 'ops', [
    query(`sum by (operation) (rate(throng_operations_total{${selector(run)}}[$__rate_interval]))`, '{{operation}}'),
  ]),
  curves(
    `${run.toUpperCase()}: latency p99`,
    `Of run ${run.toUpperCase()}, from the due time.`,
    's',
    [
      query(
        `histogram_quantile(0.99, sum by (operation, le) (rate(${LATENCY}_bucket{${selector(run)}}[$__rate_interval])))`,
        '{{operation}}',
      ),
    ],
    { log: true, min: undefined },
  ),
  curves(`${run.toUpperCase()}: users`, `Of run ${run.toUpperCase()}, connected and planned.`, 'short', [
    query(`sum(throng_users_connected{run="$${run}"})`, 'connected'),
    query(`sum(throng_users_planned{run="$${run}"})`, 'planned'),
  ]),
  curves(
    `${run.toUpperCase()}: use of bounds`,
    `Of run ${run.toUpperCase()}: above 1 it is invalid, and there is nothing to compare.`,
    'percentunit',
    [query(`max by (bound) (throng_run_bound_used_ratio{run="$${run}"})`, '{{bound}}')],
    { thresholds: steps(['red', 1]) },
  ),
];

/** When first opened, both are the newest. */
const chosen = () =>
  number(
    'Runs',
    'Whether A and B are two runs: choose them above.',
    'none',
    [query('count(count by (run) (last_over_time(throng_run_info{run=~"$a|$b"}[$__range])))', 'runs')],
    {
      w: 24,
      h: 3,
      mappings: words({ 1: ['A and B are the same run: choose another', 'red'], 2: ['two runs', 'green'] }),
      noValue: 'no run',
    },
  );

/** A beside B, panel by panel. */
const sideBySide = () => {
  const [a, b] = [side('a'), side('b')];
  return a.flatMap((panel, i) => [panel, b[i]]);
};

export const compare = () =>
  dashboard({
    title: 'Compare',
    description:
      'Two runs side by side: choose a time that both are in. Quantiles are of whole runs; whether a difference is more than chance, one pair of runs cannot tell.',
    variables: [
      labelValues('a', 'Run A', 'throng_run_info', { label: 'run', multi: false, newestFirst: true }),
      labelValues('b', 'Run B', 'throng_run_info', { label: 'run', multi: false, newestFirst: true }),
      labelValues('operation', 'Operation', 'throng_operations_total{run=~"$a|$b"}'),
    ],
    marks: runMarks('run=~"$a|$b"'),
    sections: [
      {
        title: 'Whole runs',
        panels: [
          chosen(),
          table(
            'Operations',
            'Operations that ended well, and their latency from the due time. B/A above 1 is slower.',
            columns(),
            { by: 'operation' },
          ),
          table(
            'Errors',
            'Operations of the measured time that ended with an error.',
            [
              { name: 'A', expr: errors('a'), unit: 'short' },
              { name: 'B', expr: errors('b'), unit: 'short' },
            ],
            { by: 'operation', w: 12 },
          ),
          table(
            'Broken promises',
            'By kind, counted at the end of each run.',
            [
              {
                name: 'A',
                expr: 'sum by (kind) (max_over_time(throng_ledger_violations_total{run="$a"}[$__range]))',
                unit: 'short',
                thresholds: steps(['red', 1]),
              },
              {
                name: 'B',
                expr: 'sum by (kind) (max_over_time(throng_ledger_violations_total{run="$b"}[$__range]))',
                unit: 'short',
                thresholds: steps(['red', 1]),
              },
            ],
            { by: 'kind', w: 12 },
          ),
        ],
      },
      { title: 'Side by side', panels: sideBySide() },
    ],
  });
