// Several generator processes play one run: together they do what one does, and none outlives it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { childrenOf, isAlive } from './lib/process.mjs';
import { startServer } from './lib/server.mjs';
import { assertCleanLedger, ownScenario, run, scenario, startRun, throng } from './lib/throng.mjs';
import { until } from './lib/wait.mjs';

const LONG_RUN = ['--users', '60', '--duration', '60s', '--ramp', '500ms', '--processes', '3'];

const server = await startServer({ data: 'memory' });

/** A run of three processes that has come as far as to send messages; gives their ids, too. */
async function underWay() {
  const before = await server.metric('throng_server_messages_total');
  const running = startRun(server, scenario('one_to_one.lua'), LONG_RUN, { script: ['gap=200ms'] });
  await until(async () => (await server.metric('throng_server_messages_total')) > before + 100, 'messages flow');
  return { ...running, children: childrenOf(running.program.child.pid) };
}

test('a run of three processes', async () => {
  const args = ['--users', '200', '--duration', '4s', '--ramp', '1s', '--processes', '3'];
  const result = await run(server, scenario('group_evening.lua'), args, { script: ['gap=500ms'] });
  assert.equal(result.code, 0, `${result.stdout}\n${result.stderr}`);
  assertCleanLedger(result);
  const { generator, users, operations } = result.report;
  assert.equal(generator.processes, 3);
  assert.ok(generator.threads >= 3);
  assert.equal(users.connected_peak, 200);
  assert.ok(operations.deliver.count > operations.send.count);  // members are in all processes
});

test('the same people do the same, however many processes play them', async () => {
  const plan = async (processes) => {
    const args = ['--users', '50', '--duration', '3s', '--ramp', '500ms', '--warmup', 'none',
      '--processes', processes];
    const { report } = await run(server, scenario('one_to_one.lua'), args, { script: ['gap=300ms'] });
    return report.operations.send.count + report.operations.send.unresolved;
  };
  const alone = await plan('1');
  const together = await plan('3');
  // What is due at the very end may be begun or not.
  assert.ok(Math.abs(alone - together) <= 0.02 * alone, `${alone} and ${together}`);
});

test('when a process dies the run ends, and says so', async () => {
  const { program, children } = await underWay();
  assert.equal(children.length, 3);
  process.kill(Number(children[1]), 'SIGKILL');
  const { code, stderr } = await program.end();
  assert.equal(code, 2);
  assert.match(stderr, /a generator process was ended by signal 9/);
  await until(() => !children.some(isAlive), 'the others end');
});

test('when the run is killed its processes end', async () => {
  const { program, children } = await underWay();
  await program.kill('SIGKILL');
  await until(() => !children.some(isAlive), 'all end');
});

test('Ctrl-C ends all of them gracefully', async () => {
  const { program, children, ended } = await underWay();
  for (const pid of [...children, program.child.pid]) process.kill(Number(pid), 'SIGINT');
  const result = await ended();
  assert.equal(result.code, 130, result.stderr);
  assertCleanLedger(result);
  assert.equal(children.some(isAlive), false);
});

test('a mistake in the script that shows in one process only', async () => {
  const file = ownScenario('fails_late.lua');
  const args = ['run', file, '--target', server.ws, '--users', '30', '--processes', '3'];
  const { code, stderr } = await throng(args);
  assert.equal(code, 2);
  assert.match(stderr, /fails_late\.lua:\d+: .*nobody/);
});

test('how many processes there can be', async () => {
  for (const processes of ['0', '257', 'many']) {
    const { code, stderr } = await throng(['run', scenario('one_to_one.lua'), '--processes', processes]);
    assert.equal(code, 2);
    assert.match(stderr, /--processes: /);
  }
});
