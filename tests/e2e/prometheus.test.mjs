// The generator's /metrics page as a real Prometheus reads it: its quantiles are those of the run.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import { readLog } from './lib/hlog.mjs';
import { call } from './lib/http.mjs';
import { freePort, installed, Prometheus } from './lib/prometheus.mjs';
import { startServer } from './lib/server.mjs';
import { assertCleanLedger, isDisturbed, run, scenario, startRun } from './lib/throng.mjs';
import { sleep, until, within } from './lib/wait.mjs';

const USAGE = 2;
const NS = 1e9;
const QUANTILES = [0.5, 0.9, 0.99];
/** Buckets of the native histograms: 32 for each doubling. */
const NATIVE_ERROR = 2 ** (1 / 32) - 1;
/** Slots of what the run measured itself. */
const SLOT_ERROR = 0.001;
/** As many as the page serves at a time. */
const MOST_CONNECTIONS = 8;
const PROTOBUF =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';
const FILE = scenario('one_to_one.lua');
const SEND = '{operation="send"}';

const pageAt = (port) => ({ host: '127.0.0.1', port });
const getPage = (page, accept) => call(page, 'GET', '/metrics', { headers: accept ? { accept } : {} });
/** The page, as soon as it shows what matches. */
const pageWith = (page, pattern) => until(async () => {
  const { text } = await getPage(page).catch(() => ({ text: '' }));
  return pattern.test(text) && text;
}, `${pattern} is on the page`);

const server = await startServer();
const port = await freePort();
const page = pageAt(port);

// 2.42 takes classic buckets only where there are no native ones, so one of each kind is needed.
const [native, classic] = await Promise.all([
  Prometheus.start(port, ['--enable-feature=native-histograms']),
  Prometheus.start(port),
]);

// Without ramp and warm-up, run.json and the page are about the same sends: all of them.
const going = startRun(server, FILE, [
  '--users', '200', '--duration', '12s', '--ramp', '0s', '--warmup', 'none', '--seed', '7',
  '--prometheus', `${port}`,
], { script: ['gap=500ms'] });

test('promtool finds nothing wrong with the text', async () => {
  const text = await pageWith(page, /^throng_operation_latency_seconds_count\{run="[^"]+",operation="send"\} [1-9]/m);
  const said = execFileSync(installed('promtool'), ['check', 'metrics'], { input: text, encoding: 'utf8' });
  assert.equal(said, '');
});

test('the page is text unless Protobuf is asked for', async () => {
  for (const accept of [undefined, '*/*', 'text/plain', `${PROTOBUF};q=0.5,text/plain`]) {
    const { status, headers, text } = await getPage(page, accept);
    assert.equal(status, 200);
    assert.match(headers['content-type'], /^text\/plain; version=0\.0\.4/);
    assert.match(text, /^throng_users_planned\{run="one_to_one-[^"]+"\} 200$/m);
  }
  const { status, headers } = await getPage(page, `${PROTOBUF},text/plain;q=0.5,*/*;q=0.1`);
  assert.equal(status, 200);
  assert.match(headers['content-type'], /^application\/vnd\.google\.protobuf; .*encoding=delimited$/);
});

test('there is only one page, and only for GET', async () => {
  assert.equal((await call(page, 'GET', '/metrics?name=x')).status, 200);
  for (const path of ['/', '/metrics/', '/metricsx']) {
    assert.equal((await call(page, 'GET', path)).status, 404, path);
  }
  for (const method of ['POST', 'HEAD', 'DELETE', 'OPTIONS']) {
    const { status, headers } = await call(page, method, '/metrics');
    assert.deepEqual([status, headers.allow], [405, 'GET'], method);
  }
});

/** What a server answers to raw bytes, until it closes. */
const answerTo = (bytes) => within(new Promise((done) => {
  let text = '';
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
  socket.setEncoding('utf8').on('data', (part) => (text += part));
  socket.on('error', () => {}).on('close', () => done(text));
}), `an answer to ${bytes.slice(0, 30)}`);

test('what is malformed or too large is refused', async () => {
  assert.match(await answerTo('nonsense\r\n\r\n'), /^HTTP\/1\.1 400 /);
  assert.match(await answerTo(`GET /metrics HTTP/1.1\r\nx: ${'y'.repeat(9000)}`), /^HTTP\/1\.1 431 /);
  assert.equal((await getPage(page)).status, 200);
});

test('an address that is taken is a usage error that names it', async () => {
  const { code, stderr } = await run(server, FILE, ['--users', '2', '--prometheus', `${port}`]);
  assert.equal(code, USAGE, stderr);
  assert.match(stderr, new RegExp(`metrics page at ${port}: Address already in use`));
});

test('an address that cannot be is a usage error', async () => {
  for (const address of ['127.0.0.1:http', '127.0.0.1:70000', '127.0.0.1:0', '127.0.0.1:', '[::1]']) {
    const { code, stderr } = await run(server, FILE, ['--users', '2', '--prometheus', address]);
    assert.equal(code, USAGE, stderr);
    assert.match(stderr, /metrics page at .*expected a port from 1 to 65535/, address);
  }
});

test('connections that say nothing keep others waiting, and are closed in time', async () => {
  const other = pageAt(await freePort());
  const { program } = startRun(server, FILE, [
    '--users', '10', '--duration', '60s', '--prometheus', `${other.port}`,
  ]);
  await pageWith(other, /^throng_users_planned\{.*\} 10$/m);
  const [first, ...silent] = Array.from({ length: MOST_CONNECTIONS }, () => {
    return connect(other.port, other.host).on('error', () => {}).resume();
  });
  await Promise.all([first, ...silent].map((socket) => once(socket, 'connect')));
  const closed = silent.map((socket) => once(socket, 'close'));
  let status;
  const served = getPage(other).then((answer) => (status = answer.status));
  await sleep(300);
  assert.equal(status, undefined);
  first.destroy();
  await served;
  assert.equal(status, 200);
  await within(Promise.all(closed), 'silent connections to be closed');
  await program.kill('SIGINT');
});

test('a run ends once who read its page has what became of it', async () => {
  const other = pageAt(await freePort());
  const { program, out, ended } = startRun(server, FILE, [
    '--users', '10', '--ramp', '0s', '--warmup', 'none', '--duration', '1s', '--prometheus', `${other.port}`,
  ]);
  await pageWith(other, /^throng_users_planned/m);
  await until(() => existsSync(join(out, 'run.json')), 'the report is written');
  await sleep(300);
  assert.equal(program.child.exitCode, null);
  const { text } = await getPage(other);
  assert.match(text, /^throng_run_verdict\{run="one_to_one-[^"]+",verdict="[A-Z]+"\} 1$/m);
  assert.match(text, /^throng_threshold_met\{.*threshold="send\.errors == 0"\} 1$/m);
  const asked = Date.now();
  await ended();
  assert.ok(Date.now() - asked < 15_000);
});

test('nobody is waited for longer than --prometheus-linger', async () => {
  for (const [linger, least, most] of [['2s', 1_900, 10_000], ['0s', 0, 1_500]]) {
    const other = pageAt(await freePort());
    const { program, out, ended } = startRun(server, FILE, [
      '--users', '10', '--ramp', '0s', '--warmup', 'none', '--duration', '1s',
      '--prometheus', `${other.port}`, '--prometheus-linger', linger,
    ]);
    await pageWith(other, /^throng_users_planned/m);
    await until(() => existsSync(join(out, 'run.json')), 'the report is written');
    const written = Date.now();
    await ended();
    const waited = Date.now() - written;
    assert.ok(waited >= least && waited <= most, `${linger}: ${waited} ms`);
    assert.equal(program.stderr.includes('waiting for Prometheus'), linger !== '0s');
  }
});

let report;
const { out } = going;

test('the run passes', async () => {
  const result = await going.ended();
  report = result.report;
  assert.ok(result.code === 0 || isDisturbed(result), `${result.stdout}\n${result.stderr}`);
  assertCleanLedger(result);
  assert.equal(report.operations.send.unresolved, 0);
});

test('what the page adds up to is what run.json says', () => {
  const all = readLog(out, 'send');
  const { count, latency_ns: latency } = report.operations.send;
  assert.equal(all.count, count);
  for (const [q, key] of [[0.5, 'p50'], [0.9, 'p90'], [0.99, 'p99']]) {
    const { lowest, highest } = all.quantile(q);
    assert.ok(lowest <= latency[key] && latency[key] <= highest, `${key}: ${latency[key]}`);
  }
});

/** When the page was last scraped, and what the run had measured of sends till then. */
async function lastScrape(prometheus, countOf) {
  const time = await prometheus.lastTime('throng_users_planned');
  const count = await prometheus.number(countOf, time);
  assert.ok(count > report.operations.send.count / 2, `${count} of ${report.operations.send.count}`);
  return { time, measured: readLog(out, 'send', count) };
}

test('quantiles of native histograms are those of the run', async () => {
  const latency = `throng_operation_latency_seconds${SEND}`;
  const { time, measured } = await lastScrape(native, `histogram_count(${latency})`);
  for (const q of QUANTILES) {
    const got = await native.number(`histogram_quantile(${q}, ${latency})`, time) * NS;
    const { highest } = measured.quantile(q);
    assert.ok(Math.abs(got / highest - 1) <= NATIVE_ERROR + SLOT_ERROR, `${q}: ${got} for ${highest}`);
  }
});

test('quantiles of classic buckets are in the buckets of those of the run', async () => {
  const latency = `throng_operation_latency_seconds_bucket${SEND}`;
  const { time, measured } = await lastScrape(classic, `throng_operation_latency_seconds_count${SEND}`);
  const bounds = (await classic.query(latency, time))
    .map(({ metric }) => Number(metric.le.replace('Inf', 'Infinity')) * NS).sort((a, b) => a - b);
  assert.equal(bounds.at(-1), Infinity);
  for (const q of QUANTILES) {
    const got = await classic.number(`histogram_quantile(${q}, ${latency})`, time) * NS;
    const { lowest } = measured.quantile(q);
    const bucket = bounds.findIndex((bound) => lowest <= bound);
    const below = bounds[bucket - 1] ?? 0;
    assert.ok(below <= got && got <= bounds[bucket], `${q}: ${got} for ${lowest}`);
  }
});

test('the other histograms are native too', async () => {
  const time = await native.lastTime('throng_users_planned');
  const logins = await native.number('histogram_count(throng_operation_service_seconds{operation="login"})', time);
  assert.equal(logins, report.operations.login.count);
  assert.ok(await native.number('histogram_count(throng_late_release_seconds)', time) > 0);
});

test("the documented queries give quantiles", async () => {
  const page = readFileSync(new URL('../../docs/running.md', import.meta.url), 'utf8');
  const queries = [...page.matchAll(/^histogram_quantile\(.*$/gm)].map(([query]) => query);
  const ofKind = (isClassic) => queries.filter((query) => query.includes('_bucket') === isClassic);
  const all = readLog(out, 'send');
  const [least, most] = [all.quantile(0), all.quantile(1)];
  for (const [prometheus, expressions] of [[native, ofKind(false)], [classic, ofKind(true)]]) {
    assert.ok(expressions.length > 0);
    const time = await prometheus.lastTime('throng_users_planned');
    for (const expression of expressions) {
      const sends = (await prometheus.query(expression, time)).find(({ metric }) => metric.operation === 'send');
      const value = Number(sends?.value[1]) * NS;
      // A classic bucket may reach beyond what was measured.
      assert.ok(value >= least.lowest / 2.5 && value <= most.highest * 2.5, `${expression}: ${value}`);
    }
  }
});

test('both Prometheus end well', async () => {
  for (const prometheus of [native, classic]) {
    const { code, stderr } = await prometheus.stop();
    assert.equal(code, 0, stderr);
  }
});
