// The server stands still for two seconds under an open load: the figures say so, and nothing is lost.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startServer } from './lib/server.mjs';
import { assertCleanLedger, scenario, startRun } from './lib/throng.mjs';
import { sleep, until } from './lib/wait.mjs';

const FROZEN_MS = 2_000;
const SECONDS = 8;

const server = await startServer();

test('a frozen server is seen in the latency of everybody who meant to send meanwhile', async () => {
  const args = ['--users', '100', '--duration', `${SECONDS}s`, '--ramp', '1s'];
  const running = startRun(server, scenario('one_to_one.lua'), args, { script: ['gap=200ms'] });
  await until(async () => (await server.metric('throng_server_messages_total')) > 1000, 'messages flow');
  server.program.child.kill('SIGSTOP');
  await sleep(FROZEN_MS);
  server.program.child.kill('SIGCONT');

  const result = await running.ended();
  assert.equal(result.code, 3, `${result.stdout}\n${result.stderr}`);  // send.p99 < 1s doesn't hold
  assertCleanLedger(result);
  // A quarter of the time nobody was served, and people went on to send: one in ten waited longer
  // than half of it. A generator that waits for each answer would see one long send a person.
  const { count, latency_ns: { p90, max } } = result.report.operations.send;
  const frozenNs = FROZEN_MS * 1e6;
  assert.ok(max > frozenNs * 0.9 && p90 > frozenNs * 0.4, `p90 ${p90}, max ${max}`);
  assert.ok(count > 100 * 5 * SECONDS * 0.8, `${count} sends`);
});
