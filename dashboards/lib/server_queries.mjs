// What the panels of the Server dashboard ask for.

import { query, steps } from './panels.mjs';

export const SERVER = 'job=~"$job", instance=~"$instance"';

export const rate = (metric, by = '') =>
  `sum${by && ` by (${by})`} (rate(throng_server_${metric}{${SERVER}}[$__rate_interval]))`;
export const total = (metric, by = '') => `sum${by && ` by (${by})`} (throng_server_${metric}{${SERVER}})`;
const quantile = (q, histogram) =>
  `histogram_quantile(${q}, sum by (le) (rate(throng_server_${histogram}_bucket{${SERVER}}[$__rate_interval])))`;
export const increases = (histogram) =>
  `sum by (le) (increase(throng_server_${histogram}_bucket{${SERVER}}[$__rate_interval]))`;
export const quantiles = (histogram) => [0.5, 0.99, 0.999].map((q) => query(quantile(q, histogram), `p${q * 100}`));
/** A figure of each shard beside what it may be. */
export const besideLimit = (metric, limit) => [
  query(`max by (instance, shard) (throng_server_${metric}{${SERVER}})`, '{{instance}} shard {{shard}}'),
  query(`min(throng_server_${limit}{${SERVER}})`, 'limit'),
];

export const SOME = steps(['red', 0.01]);
