// The cost gate: instructions, allocations, system calls and bytes of what the programs do most, all
// counted rather than timed, beside the values that are checked in.
//   node tests/cost/run.mjs              fails when one of them is too far away
//   node tests/cost/run.mjs --update     writes what was counted; the commit says why it changed

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { generatorCosts } from './lib/generator_costs.mjs';
import { serverCosts } from './lib/server_costs.mjs';
import { toolchain } from './lib/toolchain.mjs';

const BOUND = 0.005;
/** What depends on how many deliveries are there when a socket can take more. */
const LOOSE = { 'server: delivery in a group of 1,000: instructions': 0.02 };
const FILE = fileURLToPath(new URL('costs.json', import.meta.url));

const update = process.argv[2] === '--update';
if (process.argv.length > 3 || (process.argv[2] && !update)) throw new Error('run.mjs [--update]');

const costs = JSON.parse(readFileSync(FILE, 'utf8'));
const key = toolchain();
const expected = costs[key] ?? {};

const rounded = (value) => Number(value.toPrecision(5));
const isOff = ({ id, ratio }) => !(Math.abs(ratio - 1) <= (LOOSE[id] ?? BOUND));

function compared([name, unit, actual]) {
  const id = `${name}: ${unit}`;
  return { id, actual, expected: expected[id], ratio: actual / expected[id] };
}

function print(rows) {
  const text = (value) => (value === undefined ? '' : value.toLocaleString('en', { maximumFractionDigits: 2 }));
  console.log(`${'cost of one'.padEnd(62)} ${'actual'.padStart(10)} ${'expected'.padStart(10)}  ratio`);
  for (const row of rows) {
    const ratio = row.expected === undefined ? '' : row.ratio.toFixed(4) + (isOff(row) ? '  !' : '');
    console.log(`${row.id.padEnd(62)} ${text(row.actual).padStart(10)} ${text(row.expected).padStart(10)}  ${ratio}`);
  }
}

const rows = [...await serverCosts(), ...generatorCosts()].map(compared);
print(rows);
if (update) {
  costs[key] = Object.fromEntries(rows.map(({ id, actual }) => [id, rounded(actual)]));
  writeFileSync(FILE, `${JSON.stringify(costs, null, 2)}\n`);
} else if (!costs[key]) {
  console.log(`There are no values for ${key}, so nothing is compared.`);
} else if (rows.some(isOff)) {
  console.log(`Rows with a ! are too far away (${100 * BOUND} %, or what LOOSE says). If it is meant: node tests/cost/run.mjs --update, and a commit that says why.`);
  process.exitCode = 1;
}
