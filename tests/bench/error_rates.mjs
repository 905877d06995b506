// How often the gate of throng ab is wrong, on recorded pairs of runs of one server.
//   node tests/bench/error_rates.mjs record FILE [PAIRS]    plays PAIRS (20) pairs of equals, ten minutes
//   node tests/bench/error_rates.mjs simulate FILE          prints the table; the same each time
//
// A family is ten of the recorded pairs, each turned round or not by a coin: nothing is worse, and the
// noise is this machine's, with how the metrics depend on each other. That pairs may be turned round is
// assumed by that, not shown; nor is what is rarer than the recorded pairs are many. Where a loss is
// injected, the candidates' values are multiplied by it. Each family is judged by throng compare, at the
// two looks of throng ab; the second has ten pairs more.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { BIN_DIR, Program } from '../e2e/lib/process.mjs';
import { tempDir } from '../e2e/lib/temp.mjs';
import { scenario, throng } from '../e2e/lib/throng.mjs';

const FAMILIES = 500;
const PAIRS = 10;
const LOOKS = [{ pairs: PAIRS, alpha: 0.008 }, { pairs: 2 * PAIRS, alpha: 0.002 }];
const INJECTED = [
  ['nothing', {}],
  ['throughput 3 %', { throughput: 0.97 }],
  ['CPU a message 3 %', { cpu_per_message: 1.03 }],
  ['send.p50 5 %', { 'send.p50': 1.05 }],
  ['both p99 5 %', { 'send.p99': 1.05, 'deliver.p99': 1.05 }],
  ['all of it', { throughput: 0.97, cpu_per_message: 1.03, 'send.p50': 1.05, 'send.p99': 1.05, 'deliver.p99': 1.05 }],
];

/** A generator of numbers from 0 to 1, the same each time (Numerical Recipes' LCG). */
function randomFrom(seed) {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

async function record(file, pairs) {
  const out = join(tempDir(), 'pairs');
  const server = join(BIN_DIR, 'server/throng-server');
  const ended = new Program('loadgen/throng', [
    'ab', scenario('one_to_one.lua'), '--base', server, '--candidate', server, '--out', out, '--retries', '200',
    '--pairs', `${pairs}`, '--max-pairs', `${pairs}`, '--users', '1000', '--ramp', '2s', '--warmup', '2s',
    '--duration', '8s', '--', 'gap=500ms',
  ]);
  ended.child.stderr.pipe(process.stderr);
  const { code, stderr } = await ended.end(3_600_000);
  if (![0, 6, 8].includes(code)) throw new Error(`exit code ${code}: ${stderr}`);
  const { base, candidate } = JSON.parse(readFileSync(join(out, 'comparison.json'), 'utf8'));
  const rows = base.map(({ values }, at) => JSON.stringify([values, candidate[at].values]));
  writeFileSync(file, `[\n${rows.join(',\n')}\n]\n`);
}

/** What throng compare takes as one side: so many runs, each beginning when its turn in ABBA is. */
function writeSide(file, side, pairs) {
  const runs = pairs.map((values, at) => ({
    started: new Date((4 * at + (at % 2 === side ? 0 : 1)) * 60_000).toISOString(),
    seed: at, length_s: 10, kernel: '', target: '', identity: { scenario: 'recorded' }, values: values[side],
  }));
  writeFileSync(file, JSON.stringify({ schema: 'throng.baseline/1', name: '', saved: '', commit: '', runs }));
  return file;
}

const isWorse = ({ p, worse_by: loss, limit }, alpha) => p <= alpha && loss >= limit / 2;
const isFine = ({ interval: [, high], limit }) => high !== null && high <= limit;

async function look(dir, pairs, alpha) {
  const sides = [0, 1].map((side) => writeSide(join(dir, `${side}.json`), side, pairs));
  const { stdout } = await throng(['compare', '--json', '--base', sides[0], '--candidate', sides[1]]);
  const { findings } = JSON.parse(stdout);
  if (findings.some((each) => isWorse(each, alpha))) return 'REGRESSION';
  return findings.every(isFine) ? 'PASS' : 'INCONCLUSIVE';
}

function drawPair(recorded, random, factors) {
  const pair = recorded[Math.floor(random() * recorded.length)];
  const [base, candidate] = random() < 0.5 ? pair : [pair[1], pair[0]];
  const changed = Object.entries(candidate).map(([name, value]) => [name, value * (factors[name] ?? 1)]);
  return [base, Object.fromEntries(changed)];
}

/** `[after ten pairs, at the end]` */
async function judge(dir, recorded, random, factors) {
  const pairs = Array.from({ length: 2 * PAIRS }, () => drawPair(recorded, random, factors));
  const first = await look(dir, pairs.slice(0, LOOKS[0].pairs), LOOKS[0].alpha);
  if (first !== 'INCONCLUSIVE') return [first, first];
  return [first, await look(dir, pairs, LOOKS[1].alpha)];
}

const percent = (count) => `${(100 * count / FAMILIES).toFixed(1)} %`;

async function row(name, factors, recorded) {
  const random = randomFrom(1);
  const dir = tempDir();
  const verdicts = [];
  for (let family = 0; family < FAMILIES; ++family) verdicts.push(await judge(dir, recorded, random, factors));
  const share = (at, wanted) => percent(verdicts.filter((each) => each[at] === wanted).length);
  const cells = [share(0, 'REGRESSION'), ...['REGRESSION', 'PASS', 'INCONCLUSIVE'].map((each) => share(1, each))];
  return `| ${name} | ${cells.join(' | ')} |`;
}

/** The standard deviation of a metric's losses within pairs. */
function spread(recorded, name) {
  const losses = recorded.map(([base, candidate]) => Math.log(candidate[name] / base[name]));
  return Math.sqrt(losses.reduce((sum, each) => sum + each * each, 0) / losses.length);
}

async function simulate(file) {
  const recorded = JSON.parse(readFileSync(file, 'utf8'));
  console.log(`${recorded.length} recorded pairs, ${FAMILIES} families a row.\n`);
  console.log('| metric | varies within a pair by |\n|---|---:|');
  for (const name of Object.keys(recorded[0][0])) console.log(`| ${name} | ${(100 * spread(recorded, name)).toFixed(2)} % |`);
  console.log('\n| injected | REGRESSION after 10 pairs | at the end | PASS | INCONCLUSIVE |\n|---|---:|---:|---:|---:|');
  for (const [name, factors] of INJECTED) console.log(await row(name, factors, recorded));
}

const [command, file, pairs = '20'] = process.argv.slice(2);
if (!file || !['record', 'simulate'].includes(command)) throw new Error('error_rates.mjs record|simulate FILE [PAIRS]');
await (command === 'record' ? record(file, Number(pairs)) : simulate(file));
