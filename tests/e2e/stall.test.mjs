// The server stands still for two seconds under an open load: the figures are those that the
// schedule and the stall say they must be, and nothing is lost.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startServer } from './lib/server.mjs';
import { assertCleanLedger, isDisturbed, ownScenario, startRun } from './lib/throng.mjs';
import { sleep, until } from './lib/wait.mjs';

const USERS = 40;
const GAP_S = 0.1;
const WARM_UP_S = 3;
const DURATION_S = 20;
const STALL_MS = 2_000;
const PER_S = USERS / GAP_S;
const WITHIN = 0.05;

const server = await startServer({ data: 'memory' });

/** Stops the server's process for a while; gives for how many seconds. */
async function stall() {
  const { child } = server.program;
  child.kill('SIGSTOP');
  const begin = process.hrtime.bigint();
  await sleep(STALL_MS);
  const end = process.hrtime.bigint();
  child.kill('SIGCONT');
  return Number(end - begin) / 1e9;
}

const start = (wait) => startRun(server, ownScenario('steady.lua'), [
  '--users', `${USERS}`, '--ramp', `${WARM_UP_S}s`, '--duration', `${DURATION_S}s`,
], { script: [`gap=${GAP_S}s`, `wait=${wait}`] });

// Both at once: the first sends at every due time, the second person by person in turn.
const runs = [start(0), start(1)];
await until(async () => (await server.metric('throng_server_messages_total')) > 100, 'messages flow');
await sleep(1e3 * (WARM_UP_S + DURATION_S / 2));
const stalled = await stall();
const [pipelined, inTurn] = await Promise.all(runs.map((each) => each.ended()));

function near(value, expected, what) {
  assert.ok(Math.abs(value - expected) <= WITHIN * expected, `${what}: ${value}, expected ${expected}`);
}

const quantile = (curve, percentile) => curve.find(([each]) => each === percentile)[1];

const ms = (ns) => `${(ns / 1e6).toFixed(1)} ms`;

/**
 * What was due in the stall waited for its end, and everything else was answered at once. So of
 * PER_S × `seconds` messages PER_S × x waited for longer than the stall less x.
 */
function assertTheStall(t, { p99, max }, curve, seconds, what) {
  const figures = [['p95', 95, quantile(curve, 95)], ['p99', 99, p99], ['max', 100, max]];
  for (const [name, percentile, value] of figures) {
    const expected = 1e9 * (stalled - (1 - percentile / 100) * seconds);
    t.diagnostic(`${what} ${name}: ${ms(value)}, expected ${ms(expected)}`);
    near(value, expected, `${what} ${name}`);
  }
}

for (const [how, result] of [['at every due time', pipelined], ['in turn', inTurn]]) {
  test(`latency from the due time tells the stall to those who send ${how}`, (t) => {
    assert.ok(result.code === 0 || isDisturbed(result), `${result.stdout}\n${result.stderr}`);
    assertCleanLedger(result);
    const { time: { measured_s: seconds }, operations } = result.report;
    for (const name of ['send', 'deliver']) {
      const { count, latency_ns: latency, latency_curve: curve } = operations[name];
      near(count, PER_S * seconds, `${name} count`);
      assertTheStall(t, latency, curve, seconds, name);
    }
  });
}

test('the service time of those who send in turn hides the stall', (t) => {
  // Each of them waited once, and then hurried: that is what a tool sees that times its requests.
  const { latency_ns: latency, service_ns: service } = inTurn.report.operations.send;
  t.diagnostic(`p99: service ${ms(service.p99)}, latency ${ms(latency.p99)}`);
  assert.ok(service.p99 < latency.p99 / 20, `p99 ${service.p99} of ${latency.p99}`);
  near(service.max, 1e9 * stalled, 'max');
});

test('the service time of those who send at every due time does not', (t) => {
  // The connection takes what the server doesn't read yet: all are written when they are due.
  const { time, operations: { send } } = pipelined.report;
  assertTheStall(t, send.service_ns, send.service_curve, time.measured_s, 'service');
});
