// What the generator itself adds: `throng floor` plays a scenario against a peer of its own, and a
// run has its floor beside its results.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { childrenOf, isAlive } from './lib/process.mjs';
import { ARGUMENTS, FILES, SECONDS } from './lib/scenarios.mjs';
import { startServer } from './lib/server.mjs';
import { assertCleanLedger, isDisturbed, run, scenario, startFloor, startRun, throng } from './lib/throng.mjs';
import { until } from './lib/wait.mjs';

const INVALID = 5;
const WITH_FLOOR = { THRONG_FLOOR: 'auto' };
const SMALL = ['--users', '60', '--duration', '2s', '--ramp', '500ms'];

const server = await startServer({ data: 'memory' });

for (const file of FILES) {
  test(`the floor of ${file}`, async () => {
    const args = ['--users', '60', '--duration', `${SECONDS[file] ?? 2}s`, '--ramp', '500ms'];
    const result = await startFloor(scenario(file), args, { script: ARGUMENTS[file] }).ended();
    const { code, stdout, stderr } = result;
    // Whoever goes as fast as answers come from a peer that only answers uses up a core.
    const usedUp = code === INVALID && file === 'ping_pong.lua';
    assert.ok(code === 0 || usedUp || isDisturbed(result), `${stdout}\n${stderr}`);
    assertCleanLedger(result);
    assert.equal(result.report.target.version, 'throng floor peer');
    assert.match(result.report.target.url, /^ws:\/\/127\.0\.0\.1:\d+/);
    assert.equal(result.report.floor, null);
  });
}

test('the peer ends with the generator', async () => {
  for (const signal of ['SIGINT', 'SIGKILL']) {
    const { program } = startFloor(scenario('one_to_one.lua'), ['--users', '10', '--duration', '60s', '--ramp', '500ms']);
    await program.says(/^measured/m);
    const [peer] = childrenOf(program.child.pid);
    assert.ok(isAlive(peer));
    // The terminal sends Ctrl-C to both.
    if (signal === 'SIGINT') process.kill(Number(peer), 'SIGINT');
    const { code } = await program.kill(signal);
    if (signal === 'SIGINT') assert.equal(code, 130);
    await until(() => !isAlive(peer), 'the peer ends');
  }
});

test('a run says what the generator itself adds', async () => {
  const result = await run(server, scenario('one_to_one.lua'), SMALL, { script: ['gap=500ms'], env: WITH_FLOOR });
  assert.equal(result.code, 0, `${result.stdout}\n${result.stderr}`);
  assertCleanLedger(result);
  const { floor, target, operations } = result.report;
  assert.equal(target.url, server.ws);
  assert.ok(floor.rate_per_s > 500, JSON.stringify(floor));
  for (const { mean, p50, p99, max } of [floor.send_ns, floor.deliver_ns]) {
    assert.ok(mean > 0 && p50 > 0 && p50 <= p99 && p99 <= max, JSON.stringify(floor));
  }
  assert.ok(operations.send.count < 1000, 'the messages of the floor are not the run\'s');
  assert.match(result.stdout, /the generator itself adds \S+ [nµm]?s to a send, \S+ [nµm]?s to a delivery/);
  assert.match(readFileSync(join(result.out, 'report.html'), 'utf8'), /Added by the generator to a send/);
});

test('a run by several processes has a floor, too', async () => {
  const args = [...SMALL, '--processes', '2'];
  const result = await run(server, scenario('one_to_one.lua'), args, { script: ['gap=500ms'], env: WITH_FLOOR });
  assert.equal(result.code, 0, `${result.stdout}\n${result.stderr}`);
  assertCleanLedger(result);
  assert.ok(result.report.floor.send_ns.mean > 0);
});

test('--floor none leaves it out', async () => {
  const { report, stdout } = await run(server, scenario('one_to_one.lua'), [...SMALL, '--floor', 'none'], { env: WITH_FLOOR });
  assert.equal(report.floor, null);
  assert.doesNotMatch(stdout, /itself adds/);
});

test('Ctrl-C while the floor is measured', async () => {
  const { program, ended } = startRun(server, scenario('one_to_one.lua'), SMALL, { env: WITH_FLOOR });
  await program.says(/what the generator itself adds/);
  await until(() => childrenOf(program.child.pid).length === 1, 'the peer is there');
  const [peer] = childrenOf(program.child.pid);
  program.child.kill('SIGINT');
  const { code, report } = await ended();
  assert.equal(code, 130);
  assert.equal(report, undefined);
  assert.equal(isAlive(peer), false);
});

test('what --floor can be', async () => {
  const { code, stderr } = await throng(['run', scenario('one_to_one.lua'), '--floor', 'maybe']);
  assert.equal(code, 2);
  assert.match(stderr, /--floor: expected auto or none, got "maybe"/);
});
