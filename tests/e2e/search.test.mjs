// throng search: a knee that is known beforehand, a search that is interrupted and goes on, and bad
// input. Rates of people who write by the clock have no noise, so a few short probes do.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Program } from './lib/process.mjs';
import { SECRET, startServer } from './lib/server.mjs';
import { tempDir } from './lib/temp.mjs';
import { ownScenario } from './lib/throng.mjs';

const USAGE = 2;
const BREAKS = 3;
const UNREACHABLE = 7;
const UNSURE = 8;
const INTERRUPTED = 130;
const FOUND = 0;

const server = await startServer({ data: 'memory' });
const STEADY = ownScenario('steady.lua');

const start = (args) => new Program('loadgen/throng', ['search', ...args], { env: { THRONG_SECRET: SECRET } });
const search = (args) => start(args).end(60_000);
const read = (out) => JSON.parse(readFileSync(join(out, 'search.json'), 'utf8'));

/** Each person writes 10 times a second, so that 20 of them break it. */
const small = (out) => [
  STEADY, '--target', server.ws, '--slo', 'send.rate < 200', '--from', '5', '--to', '100', '--ramp', '200ms',
  '--budget', '14s', '--probe', '400ms', '--settle', '0s', '--out', out,
];
const SCRIPT = ['--', 'gap=100ms'];

/** What is computed again from numbers that were written is the same but for their last digits. */
const rounded = (report) => JSON.parse(JSON.stringify(report, (_, value) =>
  typeof value === 'number' ? Number(value.toPrecision(9)) : value));

test('it is interrupted, goes on, and finds the knee', async () => {
  const out = join(tempDir(), 'search');
  const first = start([...small(out), ...SCRIPT]);
  await first.says(/^ {2}2 +up /m);
  const interrupted = await first.kill('SIGINT');
  assert.equal(interrupted.code, INTERRUPTED, interrupted.stderr);
  assert.match(interrupted.stdout, /throng search --resume /);
  const before = read(out);
  assert.equal(before.complete, false);
  assert.ok(before.probes.length >= 2 && before.probes.length < 6);

  const { code, stdout, stderr } = await search(['--resume', out]);
  assert.ok([FOUND, UNSURE].includes(code), stderr);
  const after = read(out);
  assert.equal(after.schema, 'throng.search/1');
  assert.equal(after.complete, true);
  assert.deepEqual(after.probes.slice(0, before.probes.length), before.probes);
  const { at, low, high } = after.finding.maximum;
  assert.ok(Math.abs(at.load - 20) <= 2, JSON.stringify(after.finding));
  assert.ok(low.load <= 20.5 && high.load >= 19.5, JSON.stringify(after.finding));
  assert.ok(Math.abs(at.messages_per_s - 200) < 30, JSON.stringify(after.finding));
  assert.deepEqual(after.finding.critical, after.finding.maximum);
  const metrics = readFileSync(join(out, 'search.prom'), 'utf8');
  const [, knee] = /^throng_knee_load\{scenario="steady",edge="at"\} (\S+)$/m.exec(metrics);
  assert.equal(Number(knee).toPrecision(9), at.load.toPrecision(9));
  assert.match(stdout, /^maximum \(all hold\) +\d+ users/m);
  assert.doesNotMatch(stdout, /\x1b/);
  for (const { folder } of after.probes) assert.ok(existsSync(join(out, folder, 'run.json')), folder);
  for (const { load } of after.probes) assert.equal(load, Math.round(load));
  assert.deepEqual(after.probes.slice(0, 3).map(({ load }) => load), [5, 10, 20]);

  const again = await search(['--resume', out, '--json']);
  assert.equal(again.code, code, again.stderr);
  assert.deepEqual(rounded(JSON.parse(again.stdout)), rounded(after));
});

test('an argument is varied, too, and a gap is a load turned over', async () => {
  const out = join(tempDir(), 'search');
  const { code, stderr } = await search([
    STEADY, '--target', server.ws, '--vary', 'arg:gap', '--from', '400ms', '--to', '20ms', '--users', '10',
    '--slo', 'send.rate < 30', '--ramp', '200ms', '--budget', '8s', '--probe', '400ms', '--settle', '0s', '--out', out,
  ]);
  assert.ok([FOUND, UNSURE].includes(code), stderr);
  const { probes, finding } = read(out);
  assert.deepEqual(probes.slice(0, 2).map(({ setting }) => setting), ['0.4s', '0.2s']);
  const { low, high } = finding.maximum;  // the lighter load has the longer gap
  assert.ok(parseFloat(low.setting) >= 1 / 3 && parseFloat(high.setting) <= 1 / 3, JSON.stringify(finding.maximum));
});

test('what breaks from the beginning is told', async () => {
  const out = join(tempDir(), 'search');
  const { code, stdout } = await search([...small(out), '--slo', 'login.rate > 1M', ...SCRIPT]);
  assert.equal(code, BREAKS, stdout);
  assert.match(stdout, /begin lower \(--from\)[\s\S]*^BREAKS/m);
});

test('mistakes are told in a line, and nothing is played', async () => {
  const out = join(tempDir(), 'search');
  const args = (...changed) => [STEADY, '--target', server.ws, '--slo', 'send.rate < 200', '--out', out, ...changed];
  const mistakes = [
    [[], /expected SCENARIO/],
    [['/nowhere.lua'], /nowhere/],
    [[STEADY, '--target', server.ws, '--out', out], /--slo: expected a condition/],
    [args('--slo', 'send.p98 < 5ms'), /--slo: threshold "send.p98 < 5ms", column 1/],
    [args('--vary', 'gap'), /--vary: expected users or arg:NAME/],
    [args('--vary', 'arg:speed', '--from', '1', '--to', '2'), /the scenario has no argument speed/],
    [args('--vary', 'arg:gap'), /--from, --to: .* expected both/],
    [args('--vary', 'arg:gap', '--from', '1s', '--to', '2'), /--to: expected a time/],
    [args('--from', '100', '--to', '10'), /--to: expected a heavier load/],
    [args('--from', 'few'), /--from: /],
    [args('--users', '5'), /--users: it is what the search varies/],
    [args('--to', '100M'), /doesn't fit|users/],
    [args('--budget', '5s', '--probe', '1s'), /--budget: expected 20 s or more/],
    [args('--precision', '90%'), /--precision: /],
    [args('--dance'), /--dance/],
    [['--resume', '/nowhere'], /nowhere/],
  ];
  for (const [words, expected] of mistakes) {
    const { code, stdout, stderr } = await search(words);
    assert.equal(code, USAGE, `${words.join(' ')}: ${stderr}`);
    assert.match(stderr, expected);
    assert.equal(stdout, '');
  }
  assert.ok(!existsSync(out));
});

test('a search never writes over another, nor goes on with something else', async () => {
  const out = tempDir();
  writeFileSync(join(out, 'search.json'), '{"schema": "throng.run/1"}');
  const over = await search([...small(out), ...SCRIPT]);
  assert.equal(over.code, USAGE);
  assert.match(over.stderr, /holds a search already/);
  const other = await search(['--resume', out]);
  assert.equal(other.code, USAGE);
  assert.match(other.stderr, /search\.json: expected what throng search wrote/);
});

test('what never happens in the scenario is a mistake', async () => {
  const out = join(tempDir(), 'search');
  const { code, stderr } = await search([...small(out), '--slo', 'fetch.p99 < 1s', ...SCRIPT]);
  assert.equal(code, USAGE);
  assert.match(stderr, /says nothing of fetch\.p99 < 1s/);
});

test('a target that isn\'t there is told', async () => {
  const out = join(tempDir(), 'search');
  const { code, stderr } = await search([
    STEADY, '--target', 'ws://127.0.0.1:1', '--slo', 'send.rate < 200', '--to', '100', '--out', out,
  ]);
  assert.equal(code, UNREACHABLE, stderr);
});
