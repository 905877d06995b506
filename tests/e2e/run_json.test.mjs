// What a run leaves behind: run.json in its documented shape, and everything that is made of it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { BIN_DIR } from './lib/process.mjs';
import { startServer } from './lib/server.mjs';
import { assertCleanLedger, run, scenario, throng } from './lib/throng.mjs';

const USERS = 200;
const FILE = scenario('one_to_one.lua');

const server = await startServer();

const result = await run(server, FILE, [
  '--users', `${USERS}`, '--duration', '5s', '--ramp', '1s', '--seed', '7', '--threshold', 'ledger.lost == 0',
  '--warmup', 'none',  // else how much is left out depends on how busy the machine is
], { script: ['gap=500ms'] });
const { report, out } = result;
const read = (name) => readFileSync(join(out, name), 'utf8');

// A shape is a string for a type, an object for its members, [shape] for a list of it, and
// {'*': shape} for an object with any keys. "?" stands for a value or null.
const wholes = (names) => Object.fromEntries(names.split(' ').map((each) => [each, 'whole']));
const numbers = (names) => Object.fromEntries(names.split(' ').map((each) => [each, '?number']));
const LATENCY = wholes('mean p50 p90 p99 p999 p9999 max');
const OPERATIONS = [
  'connect', 'login', 'send', 'deliver', 'fan_out', 'receipt_delivered', 'receipt_read', 'catch_up', 'fetch', 'presence',
];
const SHAPE = {
  schema: 'string',
  scenario: { name: 'string', file: 'string', sha256: 'string', seed: 'whole', args: ['string'] },
  target: { url: 'string', version: 'string', measured: numbers(
    'messages connections cpu_s received_bytes sent_bytes body_bytes table_bytes table_messages log_bytes resident_bytes ' +
    'cpu_s_per_message wire_bytes_per_message body_bytes_per_message disk_bytes_per_message memory_bytes_per_connection') },
  machine: { cpu: 'string', cores: 'whole', memory_bytes: 'whole', kernel: 'string' },
  clock: 'string',
  time: { started: 'string', warmup_s: 'number', measured_s: 'number', steady: 'boolean' },
  generator: {
    version: 'string', threads: 'whole', processes: 'whole', sessions_per_connection: 'whole',
    cpu_s: 'number', rss_bytes: 'whole',
    crews: [{}],
  },
  users: wholes('planned connected_peak logins'),
  operations: {
    '*': {
      count: 'whole', rate_per_s: 'number', errors: { '*': 'whole' }, dropped: 'whole', unresolved: 'whole',
      latency_ns: LATENCY, service_ns: LATENCY,
    },
  },
  ledger: wholes('sent acked expected delivered lost duplicated reordered misdelivered trimmed late unresolved'),
  validity: {
    valid: 'boolean', reasons: ['string'], late_release_ns: wholes('p99 max'),
    generator_cpu_ratio: '?number', achieved_rate_ratio: '?number', little_residual: '?number',
    loop_turn_ns: wholes('p99 max'), gc_pause_ns: wholes('p99 max'), gc_ratio: 'number',
    core_wait_ratio: '?number', steal_ratio: '?number', clock_step_s: '?number', suspended_s: '?number',
    network: wholes('sent retransmitted listen_drops queue_drops'), out_of_resources: 'whole',
    clock_uncertainty_ns: 'whole',
  },
  thresholds: [{ expr: 'string', value: '?number', pass: 'boolean' }],
  verdict: 'string',
};

const ARRIVING = new Set(['connect', 'login', 'catch_up']);

function assertShape(value, shape, path) {
  if (typeof shape === 'string') {
    if (shape.startsWith('?') && value === null) return;
    const type = shape.replace('?', '');
    assert.equal(typeof value, type === 'whole' ? 'number' : type, path);
    if (type === 'whole') assert.ok(Number.isInteger(value) && value >= 0, `${path}: ${value}`);
  } else if (Array.isArray(shape)) {
    assert.ok(Array.isArray(value), path);
    value.forEach((each, i) => assertShape(each, shape[0], `${path}[${i}]`));
  } else {
    assert.equal(Object.prototype.toString.call(value), '[object Object]', path);
    const shapes = '*' in shape ? Object.keys(value).map((key) => [key, shape['*']]) : Object.entries(shape);
    for (const [key, each] of shapes) assertShape(value[key], each, `${path}.${key}`);
  }
}

test('the run passes', () => {
  assert.equal(result.code, 0, `${result.stdout}\n${result.stderr}`);
  assert.equal(report.verdict, 'pass');
  assertCleanLedger(result);
});

test('run.json has every documented field', () => {
  assertShape(report, SHAPE, 'run');
  for (const name of OPERATIONS) assert.ok(name in report.operations, name);
});

test('run.json says what was run', () => {
  assert.equal(report.schema, 'throng.run/1');
  assert.deepEqual(
    [report.scenario.name, report.scenario.file, report.scenario.seed, report.scenario.args],
    ['one_to_one', FILE, 7, ['gap=500ms']]);
  assert.equal(report.scenario.sha256, createHash('sha256').update(readFileSync(FILE)).digest('hex'));
  assert.equal(report.target.url, server.ws);
  assert.equal(report.clock, 'real');
  assert.ok(Math.abs(Date.parse(report.time.started) - Date.now()) < 120_000);
  assert.equal(report.time.warmup_s, 1);
  assert.ok(Math.abs(report.time.measured_s - 5) < 0.5);
  assert.deepEqual([report.users.planned, report.users.connected_peak], [USERS, USERS]);
  assert.equal(report.thresholds.at(-1).expr, 'ledger.lost == 0');
});

test('the figures of run.json fit each other', () => {
  const { operations, ledger, time } = report;
  for (const [name, { count, rate_per_s: rate, latency_ns: latency }] of Object.entries(operations)) {
    const { p50, p90, p99, p999, p9999, max } = latency;
    const rising = [p50, p90, p99, p999, p9999, max];
    assert.deepEqual(rising, [...rising].sort((a, b) => a - b), name);
    // Those of people who arrive count from the start of the run: that is when they arrive.
    const seconds = ARRIVING.has(name) ? time.warmup_s + time.measured_s : time.measured_s;
    assert.ok(Math.abs(rate - count / seconds) < 0.01 + rate * 0.01, `${name}: ${count} at ${rate}/s`);
  }
  assert.ok(operations.send.count > 0 && operations.deliver.count > 0 && operations.receipt_read.count > 0);
  assert.ok(ledger.acked <= ledger.sent && operations.send.count <= ledger.acked);
  assert.equal(ledger.expected, ledger.acked, 'one recipient for each message between two people');
  // A person sends twice a second; five seconds are measured.
  const planned = USERS * 2 * 5;
  assert.ok(Math.abs(operations.send.count - planned) < planned * 0.2, `${operations.send.count} sends`);
});

test('series.csv has a row a second, which add up', () => {
  const [head, ...rows] = read('series.csv').trim().split('\n').map((line) => line.split(','));
  const column = (name) => {
    assert.ok(head.includes(name), `${name} in ${head}`);
    return rows.map((row) => Number(row[head.indexOf(name)]));
  };
  assert.deepEqual(column('second'), rows.map((_, i) => i));
  assert.ok(rows.length >= 6 && rows.length <= 10, `${rows.length} rows`);
  assert.equal(Math.max(...column('users_connected')), USERS);
  const sends = column('send_count').reduce((sum, each) => sum + each, 0);
  assert.equal(sends, report.ledger.acked);
});

test('report.html stands alone and states the verdict', () => {
  const html = read('report.html');
  assert.match(html, /^<!doctype html>/i);
  // What is loaded from elsewhere: none of it.
  assert.doesNotMatch(html, /<(script|img|iframe|source|video|audio|embed)\b[^>]*\ssrc\s*=/i);
  assert.doesNotMatch(html, /<link\b/i);
  assert.doesNotMatch(html, /@import|url\(\s*['"]?(?!#|data:)/i);
  assert.doesNotMatch(html, /\b(href|src)\s*=\s*["']?\s*(https?:)?\/\//i);
  assert.doesNotMatch(html, /https?:\/\/(?!www\.w3\.org\/)/);
  assert.match(html.match(/<title>.*<\/title>/s)[0], /pass/i);
  assert.match(html, /class="verdict[^"]*"[\s\S]{0,80}pass/i);
  const data = html.match(/<script type="application\/json" id="run-data">([\s\S]*?)<\/script>/)[1];
  assert.equal(JSON.parse(data).run.verdict, 'pass');
});

test('junit.xml is well-formed and has a case for each threshold', () => {
  const xml = read('junit.xml');
  assertWellFormed(xml);
  const cases = [...xml.matchAll(/<testcase\b[^>]*\bname="([^"]*)"/g)].map(([, name]) => name);
  for (const name of ['ledger', 'validity', 'deliver.p99 &lt; 1s']) {
    assert.ok(cases.includes(name), `${name}: ${cases}`);
  }
  const [, tests, failures] = xml.match(/<testsuite\b[^>]*\btests="(\d+)"[^>]*\bfailures="(\d+)"/);
  assert.deepEqual([Number(tests), Number(failures)], [cases.length, 0]);
});

test('throng report makes the same page and cases of run.json again', async () => {
  const before = ['report.html', 'junit.xml'].map(read);
  const again = await throng(['report', out]);
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual(['report.html', 'junit.xml'].map(read), before);
});

test('what cannot be printed is no success', () => {
  const full = openSync('/dev/full', 'w');
  const stdio = ['ignore', full, 'pipe'];
  const { status, stderr } = spawnSync(join(BIN_DIR, 'loadgen/throng'), ['report', out], { stdio, encoding: 'utf8' });
  closeSync(full);
  assert.equal(status, 2);
  assert.match(stderr, /^throng: .*standard output/m);
});

test('--json prints run.json and nothing else', async () => {
  const args = ['--users', '10', '--duration', '1s', '--ramp', '500ms', '--json'];
  const small = await run(server, FILE, args, { script: ['gap=200ms'] });
  assert.equal(small.code, 0, small.stderr);
  assert.deepEqual(JSON.parse(small.stdout), small.report);
});

/** Tags that open and close in order, quoted attributes, no stray "<" or "&". */
function assertWellFormed(xml) {
  const open = [];
  const rest = xml.replace(/^<\?xml[^?]*\?>/, '').replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, '')
    .replace(/<(\/?)([\w.-]+)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>/g, (_, closes, name, attributes, empty) => {
      if (closes) assert.equal(open.pop(), name);
      else if (!empty) open.push(name);
      return attributes;
    });
  assert.deepEqual(open, []);
  assert.doesNotMatch(rest, /[<]|&(?!(amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)/);
}
