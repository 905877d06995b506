// Mistakes at the command line and in scripts: one sentence that says what is wrong, and the exit
// code that the documentation lists.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import { Program } from './lib/process.mjs';
import { SECRET, Server, startServer } from './lib/server.mjs';
import { tempDir } from './lib/temp.mjs';
import { run, scenario, startRun, throng } from './lib/throng.mjs';
import { until } from './lib/wait.mjs';

const PASS = 0;
const USAGE = 2;
const THRESHOLD = 3;
const UNREACHABLE = 7;
const INTERRUPTED = 130;

const FILE = scenario('one_to_one.lua');
const SHORT = ['--users', '10', '--duration', '1s', '--ramp', '200ms'];

const server = await startServer();
const dir = tempDir();

function script(text) {
  const path = join(dir, 'script.lua');
  writeFileSync(path, text);
  return path;
}

/** Exactly one line of complaint, which matches. */
function assertComplains({ code, stderr }, expected, pattern, name = 'throng') {
  const complaints = stderr.split('\n').filter((line) => line.startsWith(`${name}: `));
  assert.equal(complaints.length, 1, stderr);
  assert.match(complaints[0], pattern);
  assert.equal(code, expected, stderr);
}

/** Something that accepts connections and isn't a chat server. */
async function listen(onConnection) {
  const sockets = [];
  const listener = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    onConnection(socket);
  });
  await new Promise((done) => listener.listen(0, '127.0.0.1', done));
  listener.unref();
  const close = () => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  };
  return { url: `ws://127.0.0.1:${listener.address().port}`, close };
}

// Takes its time; see the last test.
const silent = await listen(() => {});
const runAgainstSilence = throng(['run', FILE, '--target', silent.url, ...SHORT]);

test('throng: --help, --version', async () => {
  const help = await throng(['--help']);
  assert.equal(help.code, PASS);
  assert.match(help.stdout, /\brun\b/);
  const runHelp = await throng(['run', '--help']);
  assert.equal(runHelp.code, PASS);
  for (const option of ['--users', '--duration', '--target', '--threshold']) {
    assert.ok(runHelp.stdout.includes(option), option);
  }
  for (const each of [help, runHelp]) assert.ok(each.stdout.split('\n').length <= 50, 'fits a screen');
  const version = await throng(['--version']);
  assert.deepEqual([version.code, /^throng \d+\.\d+\.\d+\n$/.test(version.stdout)], [PASS, true]);
});

const MISTAKES = {
  'no command': [[], /subcommand|command/],
  'an unknown command': [['fly'], /fly|subcommand/],
  'an unknown option': [['run', FILE, '--userz', '10'], /--userz/],
  'no scenario': [['run'], /SCENARIO/],
  'a scenario that is not there': [['run', 'nowhere.lua'], /nowhere\.lua/],
  'a directory for a scenario': [['run', dir], /throng-e2e/],
  'a bad count': [['run', FILE, '--users', 'many'], /--users.*many/],
  'no users at all': [['run', FILE, '--users', '0'], /users/],
  'a bad duration': [['run', FILE, '--duration', '10 parsecs'], /--duration.*parsecs/],
  'a bad ramp': [['run', FILE, '--ramp', '-1s'], /--ramp|ramp/],
  'a warm-up that is none': [['run', FILE, '--warmup', '-1s'], /--warmup.*"-1s"/],
  'a bad seed': [['run', FILE, '--seed', 'x'], /--seed/],
  'a bad number of threads': [['run', FILE, '--threads', '257'], /--threads/],
  'a threshold that is none': [['run', FILE, '--threshold', 'deliver.p99 is fine'], /deliver\.p99/],
  'a threshold on an unknown metric': [['run', FILE, '--threshold', 'deliver.p42 < 1s'], /p42/],
  'a bad target': [['run', FILE, '--target', 'ftp://127.0.0.1'], /--target.*ftp/],
  'a password in the target': [['run', FILE, '--target', 'ws://me:hunter2@127.0.0.1'], /--target.*no name and password/],
  'a bad argument of the script': [['run', FILE, '--', 'fast'], /fast/],
  'a second scenario': [['run', FILE, 'other.lua'], /"other\.lua" isn't an argument of the script/],
  'an argument that the script does not know': [['run', FILE, '--', 'speed=9'], /speed/],
  'an argument of the wrong type': [['run', FILE, '--', 'gap=often'], /gap/],
  'a report of nothing': [['report', dir], /run\.json/],
};
for (const [what, [args, pattern]] of Object.entries(MISTAKES)) {
  test(`throng: ${what}`, async () => assertComplains(await throng(args, { cwd: dir }), USAGE, pattern));
}

test('throng: no secret, and one that is too short', async () => {
  const short = { THRONG_SECRET: 'short' };
  assertComplains(await throng(['run', FILE], { env: {} }), USAGE, /THRONG_SECRET/);
  assertComplains(await throng(['run', FILE], { env: short }), USAGE, /secret.*\d+ bytes/);
  const file = await throng(['run', FILE, '--secret-file', 'none'], { env: {}, cwd: dir });
  assertComplains(file, USAGE, /--secret-file.*none/);
});

test("throng: another secret than the server's", async () => {
  const env = { THRONG_SECRET: 'x'.repeat(40) };
  const result = await throng(['run', FILE, '--target', server.ws, ...SHORT], { env });
  assertComplains(result, USAGE, /401/);
});

test('throng: options stand in the environment too, and the command line wins', async () => {
  const env = { THRONG_SECRET: SECRET, THRONG_USERS: '12', THRONG_DURATION: '1s', THRONG_RAMP: '7s' };
  const options = { env, script: ['gap=200ms'] };
  const { code, report, stderr } = await run(server, FILE, ['--ramp', '200ms'], options);
  assert.equal(code, PASS, stderr);
  assert.deepEqual([report.users.planned, report.time.warmup_s], [12, 0.2]);
});

test('throng: a warm-up of a given length comes before the measured time', async () => {
  const args = ['--users', '10', '--ramp', '200ms', '--warmup', '800ms', '--duration', '1s'];
  const { code, report, stderr } = await run(server, FILE, args, { script: ['gap=100ms'] });
  assert.equal(code, PASS, stderr);
  assert.deepEqual([report.time.warmup_s, report.time.measured_s], [1, 1]);
  // Half of what is sent is sent before it.
  assert.ok(report.operations.send.count < 0.75 * report.ledger.sent, JSON.stringify(report.operations.send));
});

test("throng: the environment's options of one command don't count for another", async () => {
  const env = { THRONG_THREADS: 'many' };
  assertComplains(await throng(['report', dir], { env }), USAGE, /run\.json/);
  assertComplains(await throng(['run', FILE], { env }), USAGE, /--threads/);
});

const SCENARIO = 'scenario { users = 5, duration = "1s", friends = { per_user = 1 } }\n';

test('throng: a script that is not Lua', async () => {
  const result = await run(server, script(`${SCENARIO}function user(me\nend`));
  assertComplains(result, USAGE, /script\.lua:3: /);
});

test('throng: a script that fails while people play', async () => {
  const result = await run(server, script(`${SCENARIO}function user(me)\n  me:login()\n  me:fly()\nend`));
  assertComplains(result, USAGE, /script\.lua:4: .*fly/);
});

test('throng: a script without a scenario, without a user, and with an unknown key', async () => {
  assertComplains(await run(server, script('function user(me) end')), USAGE, /script\.lua.*scenario/);
  assertComplains(await run(server, script(SCENARIO)), USAGE, /script\.lua.*user/);
  const misspelt = 'scenario { user = 5, duration = "1s" }\nfunction user(me) end';
  assertComplains(await run(server, script(misspelt)), USAGE, /script\.lua:1: .*user/);
});

test('throng: a script that never waits', async () => {
  const result = await run(server, script(`${SCENARIO}function user(me)\n  while true do end\nend`));
  assertComplains(result, USAGE, /script\.lua:3: /);
});

test('throng: a target where nobody listens', async () => {
  const closed = await throng(['run', FILE, '--target', 'ws://127.0.0.1:1', ...SHORT]);
  assertComplains(closed, UNREACHABLE, /127\.0\.0\.1:1/);
  const unknown = await throng(['run', FILE, '--target', 'ws://nobody.invalid:9400', ...SHORT]);
  assertComplains(unknown, UNREACHABLE, /nobody\.invalid/);
});

test('throng: a target that only just starts', async () => {
  const late = await startServer();
  await late.stop();
  const running = startRun(late, FILE, SHORT);
  await running.program.says(/checking the machine and the target/);
  await late.start();
  const { code, stderr } = await running.ended();
  assert.equal(code, PASS, stderr);
  await late.stop();
});

test('throng: the results of an earlier run are not left for those of one that fails', async () => {
  const out = tempDir();
  const files = ['run.json', 'series.csv', 'latency.hlog', 'report.html', 'junit.xml'];
  for (const name of [...files, 'notes.txt']) writeFileSync(join(out, name), 'old');
  const args = ['run', FILE, '--target', 'ws://127.0.0.1:1', '--out', out];
  assertComplains(await throng([...args, '--users', 'many']), USAGE, /--users/);
  assert.deepEqual(readdirSync(out).sort(), [...files, 'notes.txt'].sort());
  assertComplains(await throng(args), UNREACHABLE, /127\.0\.0\.1:1/);
  assert.deepEqual(readdirSync(out), ['notes.txt']);
});

test('throng: results that cannot be written are no success, and the summary comes all the same', async () => {
  const running = startRun(server, FILE, SHORT, { script: ['gap=200ms'] });
  await running.program.says(/ramp/);
  symlinkSync('/dev/full', join(running.out, 'series.csv'));
  const result = await running.ended();
  assertComplains(result, USAGE, /series\.csv/);
  assert.match(result.stdout, /^PASS /m);
  assert.deepEqual([result.report.verdict, existsSync(join(running.out, 'report.html'))], ['pass', false]);
});

test('throng: a target that is something else', async () => {
  const other = await listen((socket) => socket.write('220 mail.example.org ESMTP\r\n'));
  const result = await throng(['run', FILE, '--target', other.url, ...SHORT]);
  assertComplains(result, UNREACHABLE, /127\.0\.0\.1/);
  other.close();
});

test('throng: more users than descriptors', async () => {
  const result = await run(server, FILE, ['--users', '5000', '--duration', '1s'], { openFiles: 256 });
  assertComplains(result, USAGE, /256 file descriptors hold \d+ of 5000 users; raise .*ulimit -n/);
});

test('throng: a threshold that does not hold', async () => {
  const args = [...SHORT, '--threshold', 'send.p50 < 1ns'];
  const { code, report, out, stderr } = await run(server, FILE, args, { script: ['gap=200ms'] });
  assert.equal(code, THRESHOLD, stderr);
  assert.deepEqual([report.verdict, report.exit_code], ['fail', THRESHOLD]);
  assert.equal(report.thresholds.at(-1).pass, false);
  assert.match(readFileSync(join(out, 'junit.xml'), 'utf8'), /<failure /);
});

async function startLongRun() {
  const before = await server.metric('throng_server_messages_total');
  const args = ['--users', '20', '--duration', '10m', '--ramp', '100ms'];
  const running = startRun(server, FILE, args, { script: ['gap=100ms'] });
  const more = async () => (await server.metric('throng_server_messages_total')) > before + 50;
  await until(more, 'messages flow');
  return running;
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  test(`throng: ${signal} ends a run gracefully, with its report`, async () => {
    const running = await startLongRun();
    running.program.child.kill(signal);
    const { code, report, out, stderr } = await running.ended();
    assert.equal(code, INTERRUPTED, stderr);
    assert.deepEqual([report.interrupted, report.exit_code], [true, INTERRUPTED]);
    assert.ok(report.ledger.acked > 0 && report.ledger.lost === 0);
    assert.ok(existsSync(join(out, 'report.html')));
  });
}

test('throng: a second SIGINT ends it at once', async () => {
  const running = await startLongRun();
  server.program.child.kill('SIGSTOP');  // so that there is something to wait for
  running.program.child.kill('SIGINT');
  await running.program.says(/drain/);
  running.program.child.kill('SIGINT');
  const end = running.program.end(2_000).finally(() => server.program.child.kill('SIGCONT'));
  const { code, signal } = await end;
  assert.ok(code === INTERRUPTED || signal === 'SIGINT', `${code} ${signal}`);
});

test('throng: SIGINT ends it while it waits for the target', async () => {
  const args = ['run', FILE, '--target', silent.url, ...SHORT];
  const program = new Program('loadgen/throng', args, { env: { THRONG_SECRET: SECRET }, cwd: dir });
  await program.says(/checking the machine and the target/);
  program.child.kill('SIGINT');
  assertComplains(await program.end(2_000), INTERRUPTED, /interrupted/);
});

// throng-server

const serverRun = (args, env = { THRONG_SECRET: SECRET }) => {
  return new Program('server/throng-server', args, { env, cwd: dir }).end();
};
const MEMORY = ['--data', 'memory', '--listen', '127.0.0.1:0'];

test('throng-server: --help, --version', async () => {
  const help = await serverRun(['--help']);
  assert.equal(help.code, PASS);
  for (const option of ['--listen', '--data', '--durability']) assert.ok(help.stdout.includes(option));
  const version = await serverRun(['--version']);
  assert.deepEqual([version.code, /^throng-server \d+\.\d+\.\d+\n$/.test(version.stdout)], [PASS, true]);
});

const SERVER_MISTAKES = {
  'an unknown option': [[...MEMORY, '--datta', 'x'], /--datta/],
  'a bad address': [['--data', 'memory', '--listen', 'everywhere'], /--listen.*everywhere/],
  'a bad port': [['--data', 'memory', '--listen', '127.0.0.1:99999'], /--listen.*99999/],
  'a bad durability': [[...MEMORY, '--durability', 'maybe'], /--durability.*maybe/],
  'a bad number of threads': [[...MEMORY, '--threads', '1000'], /--threads/],
  'a config file that is not there': [[...MEMORY, '--config', join(dir, 'none.conf')], /none\.conf/],
};
for (const [what, [args, pattern]] of Object.entries(SERVER_MISTAKES)) {
  test(`throng-server: ${what}`, async () => {
    assertComplains(await serverRun(args), USAGE, pattern, 'throng-server');
  });
}

test('throng-server: a secret that is too short', async () => {
  const result = await serverRun(MEMORY, { THRONG_SECRET: 'short' });
  assertComplains(result, USAGE, /secret.*\d+ bytes/, 'throng-server');
});

/** It gives up with a sentence, whatever its code. */
async function assertDoesNotStart(args, pattern) {
  const { code, stderr } = await serverRun(args);
  assert.ok(code > 0, `${code}`);
  assertComplains({ code, stderr }, code, pattern, 'throng-server');
}

test('throng-server: a port that is taken', () => {
  const taken = `127.0.0.1:${server.port}`;
  return assertDoesNotStart(['--data', 'memory', '--listen', taken], new RegExp(`${taken}.*in use`, 'i'));
});

test("throng-server: another server's data", () => {
  return assertDoesNotStart(['--data', server.data, '--listen', '127.0.0.1:0'], /lock|in use|another/i);
});

test('throng-server: data that cannot be written', () => {
  const path = join(dir, 'a file');
  writeFileSync(path, '');
  return assertDoesNotStart(['--data', path, '--listen', '127.0.0.1:0'], /a file/);
});

test('throng-server: a config file with a word that is none', async () => {
  const path = join(dir, 'typo.conf');
  writeFileSync(path, 'threds = 2\n');
  const env = { THRONG_SECRET: SECRET, THRONG_CONFIG: path };
  assertComplains(await serverRun(MEMORY, env), USAGE, /typo\.conf.*threds/, 'throng-server');
});

test('throng-server: an IPv6 address is told as it is given', async () => {
  const program = new Program('server/throng-server', ['--data', 'memory', '--listen', '[::1]:0'],
    { env: { THRONG_SECRET: SECRET } });
  await program.says(/listens on \[::1\]:\d+/);
  assert.equal((await program.kill('SIGTERM')).code, PASS);
});

test('throng-server: nobody else can read what it stores', async () => {
  const own = await new Server({ data: join(dir, 'private') }).start();
  await own.stop();
  assert.equal(statSync(own.data).mode & 0o077, 0);
});

test('throng-server: more connections than descriptors', async () => {
  const program = new Program('server/throng-server', [...MEMORY, '--max-connections', '5000'],
    { env: { THRONG_SECRET: SECRET }, openFiles: 1024 });
  await program.says(/--max-connections 5000: only \d+ fit into 1024 file descriptors/);
  await program.kill('SIGTERM');
  const few = await new Program('server/throng-server', MEMORY,
    { env: { THRONG_SECRET: SECRET }, openFiles: 64 }).end();
  assertComplains(few, USAGE, /64 file descriptors are too few/, 'throng-server');
});

test('throng: a target that never answers', async () => {
  assertComplains(await runAgainstSilence, UNREACHABLE, /127\.0\.0\.1/);
  silent.close();
});
