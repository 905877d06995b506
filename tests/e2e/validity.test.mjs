// Runs that judge themselves: figures that come from a generator in trouble aren't believed, and the
// run says what the trouble was.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Program } from './lib/process.mjs';
import { startServer } from './lib/server.mjs';
import { assertCleanLedger, run, scenario, startRun } from './lib/throng.mjs';

const PASS = 0;
const INVALID = 5;

const FILE = scenario('one_to_one.lua');
const CORE = 0;
const HOGS = 2;
const HOG_MS = 30_000;

const server = await startServer();

/** Keeps a core busy until it is killed, or for half a minute. */
const startHog = () => {
  const code = `const end = Date.now() + ${HOG_MS}; while (Date.now() < end);`;
  return new Program(process.execPath, ['-e', code], { core: CORE });
};

/** The run is invalid, and one of its reasons matches. */
function assertInvalid({ code, report, stderr }, pattern) {
  assert.ok(report, stderr);
  const { valid, reasons } = report.validity;
  assert.ok(reasons.some((reason) => pattern.test(reason)), reasons.join('\n') || 'no reason at all');
  assert.deepEqual([code, report.verdict, valid], [INVALID, 'invalid', false]);
}

test('an ordinary run beside its server is valid', async () => {
  const args = ['--users', '500', '--ramp', '1s', '--duration', '5s'];
  const result = await run(server, FILE, args, { script: ['gap=2s'] });
  assertCleanLedger(result);
  const { validity } = result.report;
  assert.deepEqual(validity.reasons, []);
  assert.equal(result.code, PASS, result.stdout);
  assert.ok(validity.core_wait_ratio < 0.4 && validity.network.sent > 0, JSON.stringify(validity));
  assert.equal(validity.suspended_s, 0);
});

test('a generator whose core is taken by others says so, however little it needs', async () => {
  const hogs = Array.from({ length: HOGS }, startHog);
  const args = ['--users', '500', '--ramp', '1s', '--duration', '5s', '--threads', '1'];
  const result = await startRun(server, FILE, args, { script: ['gap=200ms'], core: CORE }).ended();
  await Promise.all(hogs.map((hog) => hog.kill('SIGKILL')));
  assertInvalid(result, /waited for a core: .*(\d+) % of the measured time.*stop what runs beside it/);
  assert.ok(result.report.validity.generator_cpu_ratio < 0.8);
});

test('a rate that no thread can reach ends in time and within bounds', async () => {
  const began = Date.now();
  const args = ['--users', '1000', '--ramp', '1s', '--duration', '4s', '--threads', '1'];
  const result = await startRun(server, FILE, args, { script: ['gap=1ms'] }).ended();
  assertInvalid(result, /the generator was late|scheduled work was begun|of its cores/);
  assert.ok(Date.now() - began < 60_000);
  assert.ok(result.report.generator.rss_bytes < 2e9, `${result.report.generator.rss_bytes}`);
});
