// Whether the generator's latencies are those that a client without its code sees: both load one
// server at the same time and rate, with as many users each.
//   node tests/bench/agreement.mjs [ROUNDS] [USERS] [GAP_MS]      needs `cmake --build --preset release`
// Prints send's median and p99 of both, and their ratio, for each round and over all rounds.

import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { median } from './lib/results.mjs';

const bin = resolve(process.env.THRONG_BIN_DIR ?? fileURLToPath(new URL('../../build/release', import.meta.url)));
process.env.THRONG_BIN_DIR = bin;
const { AS_OFTEN_AS_YOU_LIKE, SECRET, startServer } = await import('../e2e/lib/server.mjs');
const { run } = await import('../e2e/lib/throng.mjs');

const [rounds = 5, users = 100, gap = 200] = process.argv.slice(2).map(Number);
const WARMUP_S = 2;
const MEASURED_S = 10;
const script = fileURLToPath(new URL('agreement.lua', import.meta.url));

async function raw(server) {
  const args = [server.port, users, gap, WARMUP_S, MEASURED_S].map(String);
  const env = { ...process.env, THRONG_SECRET: SECRET };
  const { stdout } = await promisify(execFile)(`${bin}/tests/bench/agreement`, args, { env });
  return JSON.parse(stdout);
}

async function generator(server) {
  const args = ['--users', `${users}`, '--ramp', `${WARMUP_S}s`, '--duration', `${MEASURED_S}s`, '--warmup', 'none'];
  const { report, stderr } = await run(server, script, args, { script: [`gap=${gap}ms`] });
  if (!report) throw new Error(stderr);
  return { count: report.operations.send.count, ...report.operations.send.latency_ns };
}

/** Answers at once: with a beat it would matter who asks just before one. */
const AT_ONCE = ['--pace', '0', ...AS_OFTEN_AS_YOU_LIKE];

async function round() {
  const server = await startServer({ data: 'memory', args: AT_ONCE });
  try {
    const [theirs, ours] = await Promise.all([raw(server), generator(server)]);
    return { theirs, ours };
  } finally {
    await server.stop();
  }
}

const micro = (ns) => `${Math.round(ns / 1e3)} µs`.padStart(9);
const ratios = { p50: [], p99: [] };

console.log('round   raw: count       p50       p99   throng: count       p50       p99   ratio p50   p99');
for (let n = 1; n <= rounds; ++n) {
  const { theirs, ours } = await round();
  for (const figure of ['p50', 'p99']) ratios[figure].push(ours[figure] / theirs[figure]);
  console.log(`${n}`.padEnd(6), `${theirs.count}`.padStart(12), micro(theirs.p50), micro(theirs.p99),
    `${ours.count}`.padStart(15), micro(ours.p50), micro(ours.p99),
    ratios.p50.at(-1).toFixed(3).padStart(11), ratios.p99.at(-1).toFixed(3).padStart(5));
}
for (const [figure, all] of Object.entries(ratios)) {
  console.log(`throng / raw at ${figure}: median ${median(all).toFixed(3)}, ${Math.min(...all).toFixed(3)}–${Math.max(...all).toFixed(3)}`);
}
