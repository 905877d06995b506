// throng simulate: the same scenarios in virtual time, and the search for seeds that break a promise.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { tempDir } from './lib/temp.mjs';
import { assertCleanLedger, scenario, throng } from './lib/throng.mjs';

const LONG = process.env.THRONG_LONG === '1';
const ONE_TO_ONE = scenario('one_to_one.lua');
const world = (name) => scenario(`worlds/${name}.lua`);

async function simulate(args, script = []) {
  const out = tempDir();
  const end = await throng(['simulate', ...args, '--out', out, '--', ...script]);
  const path = join(out, 'run.json');
  return { ...end, out, report: existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined };
}

test('ten minutes of a thousand people take seconds, and lose nothing', async () => {
  const result = await simulate([ONE_TO_ONE, '--users', '1000', '--duration', '10m'], ['gap=30s']);
  assert.equal(result.code, 0, `${result.stdout}\n${result.stderr}`);
  assertCleanLedger(result);
  const { clock, simulation, target, verdict } = result.report;
  assert.equal(clock, 'virtual');
  assert.equal(verdict, 'pass');
  assert.equal(simulation.fidelity, 'exact');
  assert.equal(simulation.world, 'one_node');
  assert.match(simulation.costs, /docs\/performance\.md/);
  assert.ok(simulation.virtual_s >= 600 && simulation.virtual_per_real > 5, JSON.stringify(simulation));
  assert.ok(simulation.core_busy_ratio > 0 && simulation.core_busy_ratio < 1);
  assert.equal(target.url, 'a simulated node');
  assert.match(result.stdout, /simulated in .* × real time/);
  const page = readFileSync(join(result.out, 'report.html'), 'utf8');
  assert.match(page, /What is modelled/);
});

test('the same seed goes the same way, another seed another', async () => {
  const play = (seed) => simulate([ONE_TO_ONE, '--users', '100', '--duration', '20s', '--seed', seed,
    '--world', world('bad_day')], ['gap=1s']);
  const [once, again, other] = [await play('1'), await play('1'), await play('2')];
  for (const { report, stderr } of [once, again, other]) {
    assert.ok(report, stderr);
    report.ledger.examples.forEach((example) => assert.fail(example));
  }
  assert.equal(again.report.simulation.trace_hash, once.report.simulation.trace_hash);
  assert.deepEqual(again.report.operations, once.report.operations);
  assert.deepEqual(again.report.ledger, once.report.ledger);
  assert.equal(readFileSync(join(again.out, 'series.csv'), 'utf8'), readFileSync(join(once.out, 'series.csv'), 'utf8'));
  assert.notEqual(other.report.simulation.trace_hash, once.report.simulation.trace_hash);
});

test('no seed breaks a promise, whatever fails when', async () => {
  const seeds = LONG ? '1..200' : '1..6';
  const { code, stdout, stderr } = await throng(['simulate', ONE_TO_ONE, '--seeds', seeds, '--faults',
    world('any_fault'), '--users', '60', '--duration', '20s', '--', 'gap=500ms']);
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  assert.match(stdout, /^\d+ seeds, [\d,]+ messages, [\d,]+ events: no promise was broken$/m);
});

test('a fleet loses one zone after the other, and nothing that was said', async () => {
  const result = await simulate([scenario('zone_loss.lua'), '--world', world('zone_loss'), '--users', '300']);
  assert.equal(result.code, 0, `${result.stdout}\n${result.stderr}`);
  assertCleanLedger(result);
  const { simulation, target } = result.report;
  assert.equal(target.url, '6 simulated nodes');
  assert.equal(simulation.nodes, 6);
  assert.equal(simulation.cores, 12);
  assert.equal(simulation.faults.length, 3);
  for (const fault of simulation.faults) {
    assert.match(fault, /^zone \d lost at .*: send p99 [\d.]+ m?s \(else [\d.]+ m?s\), .* connected at least\.$/);
  }
});

test('no seed breaks a promise of a fleet, whatever fails when', async () => {
  const seeds = LONG ? '1..100' : '1..4';
  const { code, stdout, stderr } = await throng(['simulate', ONE_TO_ONE, '--seeds', seeds, '--faults',
    world('any_fault_fleet'), '--users', '60', '--duration', '20s', '--', 'gap=500ms']);
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  assert.match(stdout, /no promise was broken$/m);
});

test('mistakes are told with their place', async () => {
  const file = join(tempDir(), 'world.lua');
  const told = async (text, ...args) => {
    writeFileSync(file, text);
    const { code, stderr } = await throng(['simulate', ONE_TO_ONE, '--world', file, ...args]);
    assert.equal(code, 2, stderr);
    return stderr;
  };
  assert.match(await told('\nworld { node = { cores = 0 } }'), /world\.lua:2: world: node\.cores must be/);
  assert.match(await told('world {'), /world\.lua/);
  assert.match(await told('\nworld { nodes = 0 }'), /world\.lua:2: world: nodes must be/);
  assert.match(await told('world {}', '--seeds', '5..1'), /--seeds: 5 is after 1/);
  assert.match(await told('world {}', '--seeds', '1..5'), /--seeds: the world world has no faults/);
  for (const other of [['--seed', '1'], ['--threshold', 'lost == 0'], ['--json'], ['--out', '/tmp']]) {
    assert.match(await told('world {}', '--seeds', '1..5', ...other), new RegExp(`${other[0]} excludes --seeds`));
  }
  assert.match(await told('-- nothing'), /world\.lua:1: it calls neither world/);
  const media = await simulate([scenario('media_share.lua'), '--users', '10']);
  assert.equal(media.code, 2);
  assert.match(media.stderr, /media_share\.lua:\d+: .*no meaning in virtual time/);
});

test('people who are added up come out as rates, intervals and a fleet, without a ledger', async () => {
  const result = await simulate([scenario('group_chat_500m_day.lua'), '--fidelity', 'aggregate', '--users', '20M',
    '--duration', '2m']);
  assert.equal(result.code, 0, `${result.stdout}\n${result.stderr}`);
  const { clock, ledger, operations, simulation } = result.report;
  assert.equal(clock, 'virtual');
  assert.deepEqual(ledger, { kept: false });
  assert.equal(simulation.fidelity, 'aggregate');
  const { nodes, nodes_found: found, sample, day_ns: day, traffic } = simulation.aggregate;
  assert.ok(found && nodes > 1, JSON.stringify(simulation));
  assert.match(sample.thinned, /thinned to .* of the nodes' time/);
  assert.ok(day.deliver.p99.low <= day.deliver.p99.value && day.deliver.p99.value <= day.deliver.p99.high);
  assert.ok(Math.abs(operations.send.rate_per_s / traffic.messages.mean_per_s - 1) < 0.1, JSON.stringify(traffic));
  assert.match(result.stdout, /ledger +none/);
  assert.match(readFileSync(join(result.out, 'report.html'), 'utf8'), /All people together/);
});

test('a scenario that can’t be added up says which line prevents it', async () => {
  const { code, stderr } = await throng(['simulate', ONE_TO_ONE, '--fidelity', 'aggregate']);
  assert.equal(code, 2);
  assert.match(stderr, /one_to_one\.lua:13: user\(me\) tells of one person at a time/);
});
