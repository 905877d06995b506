// Crews of several machines play one run: together they do what one machine does, on clocks that
// are compared. Here the machines are processes, whose clocks are really apart where that is allowed.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';

import { canShiftClocks, clockAhead, Program } from './lib/process.mjs';
import { startServer } from './lib/server.mjs';
import { assertCleanLedger, ownScenario, run, scenario, startRun } from './lib/throng.mjs';
import { sleep, until } from './lib/wait.mjs';

const KEY = 'the key of the crews of the end-to-end tests, for nobody else';
const OTHER_KEY = 'a key of somebody else, who has nothing to do with these tests';
const LONG_RUN = ['--users', '60', '--duration', '60s', '--ramp', '500ms'];
const NS_PER_S = 1e9;
const VERSION_AT = 16;
const GREETING_BYTES = 64;

const server = await startServer({ data: 'memory' });
const shifted = canShiftClocks();
if (!shifted) process.stderr.write('no time namespaces here: all crews have the same clock\n');

const startCrew = (port, name, { key = KEY, args = [], ...options } = {}) =>
  new Program('loadgen/throng', ['crew', '--join', `${port}`, '--name', name, ...args],
    { env: { THRONG_CREW_KEY: key }, ...options });

/** A run that waits for `crews`, and where. */
async function startCoordinator(file, crews, args, { target = server, ...options } = {}) {
  const own = ['--crews', `${crews}`, '--crew-listen', '0', ...args];
  const running = startRun(target, file, own, { env: { THRONG_CREW_KEY: KEY }, ...options });
  const [, port] = await running.program.says(/have joined at 127\.0\.0\.1:(\d+)/);
  return { ...running, port: Number(port) };
}

/** A run of two crews that has come as far as to send messages. */
async function underWay() {
  const before = await server.metric('throng_server_messages_total');
  const running = await startCoordinator(scenario('one_to_one.lua'), 2, LONG_RUN, { script: ['gap=200ms'] });
  const crews = [startCrew(running.port, 'one'), startCrew(running.port, 'two')];
  await until(async () => (await server.metric('throng_server_messages_total')) > before + 100, 'messages flow');
  return { ...running, crews };
}

/** A run of two crews, one of which has stopped before it could begin to get ready. */
async function gettingReady(target) {
  const running = await startCoordinator(scenario('one_to_one.lua'), 2, LONG_RUN, { target });
  const slow = startCrew(running.port, 'slow');
  await slow.says(/joined/);
  slow.child.kill('SIGSTOP');
  const quick = startCrew(running.port, 'quick');
  await quick.says(/plays one_to_one/);
  return { ...running, slow, quick };
}

const WAY_TAKES_MS = 150;

/**
 * A way to a coordinator on which its words take a while. When it ends, the crew finds its last words and
 * the end at once, and has something to say itself.
 */
async function slowWay(port) {
  let crew;
  const proxy = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.on('data', (data) => far.write(data)).on('error', () => {}).on('close', () => far.destroy());
    let last = Promise.resolve();
    const later = (act) => (last = Promise.all([last, sleep(WAY_TAKES_MS)]).then(act));
    far.on('error', () => {});
    far.on('data', (data) => later(() => near.write(data)));
    far.on('close', () => {
      crew.child.kill('SIGSTOP');
      later(() => near.resetAndDestroy()).then(() => sleep(WAY_TAKES_MS)).then(() => crew.child.kill('SIGCONT'));
    });
  }).listen(0, '127.0.0.1');
  await new Promise((done) => proxy.on('listening', done));
  return { port: proxy.address().port, close: () => proxy.close(), stopsWhenItEnds: (it) => (crew = it) };
}

/** All of a line's bytes until the other end closes it. */
function say(port, bytes) {
  return new Promise((done) => {
    const heard = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (data) => heard.push(data)).on('error', () => {});
    socket.on('close', () => done(Buffer.concat(heard)));
  });
}

const PLAY = ['--users', '100', '--duration', '4s', '--ramp', '1s'];
const TALK = { script: ['gap=500ms'] };

async function playWithCrews() {
  for (let tries = 1; ; ++tries) {
    const running = await startCoordinator(scenario('group_evening.lua'), 2, PLAY, TALK);
    const crews = [100_000, 500].map((seconds) =>
      startCrew(running.port, `ahead-${seconds}`, { under: shifted ? clockAhead(seconds) : [] }));
    const result = await running.ended();
    const ends = await Promise.all(crews.map((crew) => crew.end()));
    if (result.code === 0 || tries === 3) return { ...result, ends };
  }
}

test('a run of two crews whose clocks are far apart', async () => {
  const result = await playWithCrews();
  assert.equal(result.code, 0, `${result.stdout}\n${result.stderr}`);
  assertCleanLedger(result);
  for (const end of result.ends) assert.equal(end.code, 0, end.stderr);
  const { generator, users, operations, validity } = result.report;
  assert.equal(users.connected_peak, 100);
  assert.equal(generator.processes, 2);
  assert.equal(generator.crews.reduce((sum, crew) => sum + crew.users, 0), 100);
  for (const crew of generator.crews) {
    const ahead = shifted ? Number(crew.name.split('-')[1]) : 0;
    const wrong = Math.abs(crew.clock_offset_ns + ahead * NS_PER_S);
    assert.ok(wrong <= crew.clock_error_ns, `${crew.name}: ${wrong} of ${crew.clock_error_ns} ns`);
    assert.ok(crew.cpu_s > 0 && crew.rss_bytes > 0 && crew.cores > 0, JSON.stringify(crew));
  }
  const errors = generator.crews.map((crew) => crew.clock_error_ns);
  assert.equal(validity.clock_uncertainty_ns, errors[0] + errors[1]);
  assert.match(result.stdout, /2 crews on clocks that were compared: a latency between two is within/);

  // The same on one machine, where there is nothing to compare.
  const alone = await run(server, scenario('group_evening.lua'), [...PLAY, '--processes', '2'], TALK);
  const p50 = (each) => each.operations.deliver.latency_ns.p50;
  const most = 4 * p50(alone.report) + validity.clock_uncertainty_ns;
  assert.ok(p50(result.report) <= most, `${p50(result.report)} and ${p50(alone.report)} ns`);
  assert.ok(p50(result.report) * 4 + validity.clock_uncertainty_ns >= p50(alone.report));
  const receipts = operations.receipt_delivered.count / operations.deliver.count;
  assert.ok(receipts > 0.95, `${receipts}: a crew sees who of the other's people is there`);
});

test('a crew with another key', async () => {
  const running = await startCoordinator(scenario('one_to_one.lua'), 1, ['--crew-wait', '2s']);
  const crew = await startCrew(running.port, 'stranger', { key: OTHER_KEY }).end();
  assert.equal(crew.code, 2);
  assert.match(crew.stderr, /doesn't let this crew in: both need the same key/);
  const { code, stderr } = await running.ended();
  assert.equal(code, 2);
  assert.match(stderr, /0 of 1 crews joined .* isn't sealed with the key/);
});

test('strangers, and crews of another version, are turned away; the run waits for its own', async () => {
  const running = await startCoordinator(scenario('one_to_one.lua'), 1,
    ['--users', '20', '--duration', '1s', '--ramp', '200ms', '--crew-wait', '20s'], TALK);
  await say(running.port, Buffer.alloc(1000, 0xff));
  const greeting = Buffer.alloc(GREETING_BYTES, 1);
  greeting.write('throng.crew/5\n\0\0');
  greeting.write('9.9.9\0\0\0\0\0\0\0\0\0\0\0', VERSION_AT);
  const heard = await say(running.port, greeting);
  assert.equal(heard.toString('latin1', 0, 13), 'throng.crew/5');
  assert.equal(heard.length, GREETING_BYTES, 'nothing but a greeting');
  const crew = startCrew(running.port, 'one');
  const result = await running.ended();
  assert.ok([0, 5].includes(result.code), result.stderr);
  assertCleanLedger(result);
  assert.equal((await crew.end()).code, 0);
});

test('too few crews in time', async () => {
  const running = await startCoordinator(scenario('one_to_one.lua'), 2, ['--crew-wait', '1s']);
  const crew = startCrew(running.port, 'one');
  const { code, stderr } = await running.ended();
  assert.equal(code, 2);
  assert.match(stderr, /1 of 2 crews joined at 127\.0\.0\.1:\d+ within 1 s/);
  const { code: crewCode, stderr: said } = await crew.end();
  assert.equal(crewCode, 2);
  assert.match(said, /the coordinator at \d+ has gone before the run was over/);
});

test('when a crew dies the run ends, and says so', async () => {
  const { ended, crews } = await underWay();
  await crews[1].kill('SIGKILL');
  const { code, stderr } = await ended();
  assert.equal(code, 2);
  assert.match(stderr, /crew two is gone/);
  assert.equal((await crews[0].end()).code, 2);
});

test('when a crew hangs the run ends, and says so', async () => {
  const { ended, crews } = await underWay();
  crews[1].child.kill('SIGSTOP');
  const { code, stderr } = await ended();
  await crews[1].kill('SIGKILL');
  assert.equal(code, 2);
  assert.match(stderr, /crew two hasn't said a word for 1\d s/);
});

test('when the coordinator is killed the crews end, and say so', async () => {
  const { program, crews } = await underWay();
  await program.kill('SIGKILL');
  for (const crew of crews) {
    const { code, stderr } = await crew.end();
    assert.equal(code, 2);
    assert.match(stderr, /the coordinator at \d+ has gone before the run was over/);
  }
});

test('Ctrl-C at the coordinator ends all of them gracefully', async () => {
  const { program, ended, crews } = await underWay();
  program.child.kill('SIGINT');
  const result = await ended();
  assert.equal(result.code, 130, result.stderr);
  assertCleanLedger(result);
  for (const crew of crews) assert.equal((await crew.end()).code, 0);
});

test('crews hear that the run is over although the ways to them are slow and end with that', async () => {
  const running = await startCoordinator(scenario('one_to_one.lua'), 4, PLAY, TALK);
  const crews = await Promise.all(['a', 'b', 'c', 'd'].map(async (name) => {
    const way = await slowWay(running.port);
    const crew = startCrew(way.port, name);
    way.stopsWhenItEnds(crew);
    return { crew, way };
  }));
  await running.ended();
  for (const { crew, way } of crews) {
    const { code, stderr } = await crew.end();
    assert.equal(code, 0, stderr);
    way.close();
  }
});

test('Ctrl-C at a crew ends it, and the run with it', async () => {
  const { ended, crews } = await underWay();
  const { code: crewCode, stderr: said } = await crews[0].kill('SIGINT');
  assert.equal(crewCode, 130);
  assert.match(said, /interrupted/);
  const { code, stderr } = await ended();
  assert.equal(code, 2);
  assert.match(stderr, /crew one: interrupted/);
});

test('Ctrl-C while crews get ready', async () => {
  const { program, ended, slow, quick } = await gettingReady();
  program.child.kill('SIGINT');
  const { code, stderr } = await ended();
  await slow.kill('SIGKILL');
  assert.equal(code, 130);
  assert.match(stderr, /interrupted before anybody was played/);
  assert.equal((await quick.end()).code, 2);
});

test('a crew that cannot reach the target', async () => {
  const target = await startServer({ data: 'memory' });
  const { ended, slow, quick } = await gettingReady(target);
  await target.kill();
  const { code: crewCode } = await slow.kill('SIGCONT');
  assert.equal(crewCode, 7);
  const { code, stderr } = await ended();
  assert.equal(code, 7);
  assert.match(stderr, /crew (slow|quick): ws:.*Connection refused/);
  await quick.end();
});

test('a crew whose share is in no report says so', async () => {
  const { program, out, ended, crews } = await underWay();
  rmSync(out, { recursive: true });
  program.child.kill('SIGINT');
  const { code, stderr } = await ended();
  assert.equal(code, 130);
  assert.match(stderr, /can't be written: .*series\.csv/);
  for (const crew of crews) {
    const { code: crewCode, stderr: said } = await crew.end();
    assert.equal(crewCode, 2);
    assert.match(said, /the coordinator at \d+ has gone before the run was over/);
  }
});

test('a mistake in the script that shows at a crew only', async () => {
  const running = await startCoordinator(ownScenario('fails_late.lua'), 2, ['--users', '30']);
  const crews = [startCrew(running.port, 'one'), startCrew(running.port, 'two')];
  const { code, stderr } = await running.ended();
  assert.equal(code, 2);
  assert.match(stderr, /fails_late\.lua:\d+: .*nobody/);
  for (const crew of crews) assert.equal((await crew.end()).code, 2);
});

test('what can be told before anybody joins', async () => {
  const file = scenario('one_to_one.lua');
  const refused = async (args, env, pattern, wanted = 2) => {
    const { code, stderr } = await new Program('loadgen/throng', args, { env }).end();
    assert.match(stderr, pattern);
    assert.equal(code, wanted);
  };
  const env = { THRONG_SECRET: 'x'.repeat(32), THRONG_CREW_KEY: KEY };
  const target = ['--target', server.ws];
  await refused(['run', file, ...target, '--crews', '2'], { ...env, THRONG_CREW_KEY: undefined },
    /no key for the line between/);
  await refused(['run', file, ...target, '--crews', '2'], { ...env, THRONG_CREW_KEY: 'short' },
    /the crews' key must have at least 32 bytes/);
  await refused(['run', file, ...target, '--crews', '2', '--processes', '2'], env, /--processes: /);
  await refused(['run', file, ...target, '--crews', '2', '--crew-listen', 'here'], env,
    /crews at here: expected a port/);
  await refused(['crew', '--join', '9'], {}, /no key for the line between/);
  await refused(['crew', '--join', '9', '--wait', '300ms'], env,
    /no coordinator let this crew in at 9 within 0\.3 s: Connection refused/, 7);
});

test('more crews than people', async () => {
  const running = startRun(server, scenario('one_to_one.lua'),
    ['--users', '2', '--crews', '3', '--crew-listen', '0'], { env: { THRONG_CREW_KEY: KEY } });
  const { code, stderr } = await running.ended();
  assert.equal(code, 2);
  assert.match(stderr, /3 crews are too many for 2 users/);
});
