// latency.hlog as a stranger's tool reads it: what hdr-histogram-js decodes are the figures of
// run.json and of series.csv, to the nanosecond.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import hdr from 'hdr-histogram-js';

import { startServer } from './lib/server.mjs';
import { ownScenario, run } from './lib/throng.mjs';

const ARRIVING = ['connect', 'login', 'catch_up'];
const PERCENTILES = { p50: 50, p90: 90, p99: 99, p999: 99.9, p9999: 99.99 };

const server = await startServer({ data: 'memory' });
const { code, report, out, stderr } = await run(server, ownScenario('steady.lua'), [
  '--users', '200', '--ramp', '1s', '--duration', '4s',
], { script: ['gap=200ms', 'wait=1'] });
assert.equal(code, 0, stderr);
const read = (name) => readFileSync(join(out, name), 'utf8').trim().split('\n');

const text = readFileSync(join(out, 'latency.hlog'), 'utf8');
const lines = read('latency.hlog').filter((line) => line.startsWith('Tag='));
const reader = new hdr.HistogramLogReader(text);
const entries = lines.map((line) => {
  const [, start, length, max] = line.split(',');
  const histogram = reader.nextIntervalHistogram();
  return {
    tag: histogram.tag, start: Number(start), length: Number(length), histogram,
    // Slots are narrow but not exact; the greatest value stands beside them and is.
    max: Math.round(Number(max) * 1e6),
  };
});

const at = ({ histogram, max }, percentile) => Math.min(histogram.getValueAtPercentile(percentile), max);
const tagged = (tag) => entries.filter((entry) => entry.tag === tag);

const near = (seconds, expected, what) => assert.ok(Math.abs(seconds - expected) < 2e-3, `${what}: ${seconds} s`);

/** The entry says exactly what run.json says. */
function assertSame(entry, latency, curve, what) {
  assert.equal(entry.max, latency.max, `${what} max`);
  assert.equal(entry.histogram.maxValue, entry.histogram.highestEquivalentValue(latency.max), what);
  for (const [name, percentile] of Object.entries(PERCENTILES)) {
    assert.equal(at(entry, percentile), latency[name], `${what} ${name}`);
  }
  for (const [percentile, ns] of curve) {
    const least = percentile === 0 ? entry.histogram.lowestEquivalentValue(ns) : ns;
    assert.equal(at(entry, percentile), least, `${what} ${percentile}`);
  }
}

test('the log is whole', () => {
  assert.match(text, /^#\[Histogram log format version 1\.[23]\]$/m);
  assert.match(text, /^#\[StartTime: \d+(\.\d+)? \(seconds since epoch\)/m);
  assert.match(text, /^"StartTimestamp","Interval_Length","Interval_Max",/m);
  assert.equal(reader.nextIntervalHistogram(), null);
  assert.ok(entries.every(({ tag, histogram }) => tag && histogram.totalCount > 0));
});

test('each operation has a total that equals its latency in run.json', () => {
  for (const [name, figures] of Object.entries(report.operations)) {
    const finished = figures.count + figures.unresolved;
    const totals = tagged(`total.${name}`);
    assert.equal(totals.length, finished > 0 ? 1 : 0, name);
    if (totals.length === 0) continue;
    assert.equal(totals[0].histogram.totalCount, finished, name);
    assertSame(totals[0], figures.latency_ns, figures.latency_curve, name);
    const { warmup_s: warmUp, measured_s: measured } = report.time;
    near(totals[0].start, ARRIVING.includes(name) ? 0 : warmUp, name);
    near(totals[0].start + totals[0].length, warmUp + measured, name);
  }
  for (const name of ['connect', 'login', 'send', 'deliver', 'receipt_delivered', 'catch_up']) {
    assert.equal(tagged(`total.${name}`).length, 1, name);
  }
});

test('and one that equals its service time, where that is known', () => {
  const known = Object.entries(report.operations).filter(([, figures]) => figures.service_ns.max > 0);
  assert.deepEqual(known.map(([name]) => name).sort(), ['catch_up', 'connect', 'login', 'send']);
  for (const [name, figures] of known) {
    const [total, ...others] = tagged(`service.${name}`);
    assert.equal(others.length, 0);
    assert.equal(total.histogram.totalCount, figures.count);
    assertSame(total, figures.service_ns, figures.service_curve, `service of ${name}`);
  }
  assert.equal(entries.filter(({ tag }) => tag.startsWith('service.')).length, known.length);
});

test('each second of each operation is the cell of series.csv', () => {
  const [head, ...rows] = read('series.csv').map((line) => line.split(','));
  let seconds = 0;
  for (const name of Object.keys(report.operations)) {
    const column = (figure) => head.indexOf(`${name}_${figure}`);
    for (const row of rows) {
      const found = tagged(name).filter(({ start }) => start === Number(row[0]));
      const count = Number(row[column('count')]);
      assert.equal(found.length, count > 0 ? 1 : 0, `${name} in second ${row[0]}`);
      if (count === 0) continue;
      ++seconds;
      const [entry] = found;
      assert.equal(entry.length, 1);
      assert.equal(entry.histogram.totalCount, count);
      for (const p of [50, 90, 99]) assert.equal(at(entry, p), Number(row[column(`p${p}_ns`)]), `${name} p${p}`);
      assert.equal(entry.max, Number(row[column('max_ns')]));
    }
  }
  assert.equal(entries.length - seconds, entries.filter(({ tag }) => tag.includes('.')).length);
});

test('the seconds of people who arrive add up to the total', () => {
  for (const name of ARRIVING) {
    const sum = hdr.build({ highestTrackableValue: 2 ** 42 - 1, numberOfSignificantValueDigits: 3 });
    for (const { histogram } of tagged(name)) sum.add(histogram);
    const [{ histogram: total }] = tagged(`total.${name}`);
    assert.equal(sum.outputPercentileDistribution(), total.outputPercentileDistribution(), name);
  }
});
