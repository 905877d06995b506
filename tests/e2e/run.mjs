// Runs the test files one after another, since several at once would measure each other.
//   node run.mjs [NAME…]     e.g. node run.mjs client kill; without names, all of them

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from 'node:test';
import { spec as Spec } from 'node:test/reporters';

const MOST_MINUTES_PER_FILE = process.env.THRONG_LONG === '1' ? 30 : 5;

const here = fileURLToPath(new URL('.', import.meta.url));
const names = process.argv.slice(2);
const files = readdirSync(here)
  .filter((file) => file.endsWith('.test.mjs'))
  .filter((file) => names.length === 0 || names.includes(file.replace('.test.mjs', '')))
  .map((file) => here + file);
if (files.length === 0) throw new Error(`no test of that name: ${names.join(', ')}`);

const counts = { passed: 0, failed: 0, skipped: 0 };
const isTest = ({ name, details }) => details?.type !== 'suite' && !name.endsWith('.mjs');
const stream = run({ files, concurrency: 1, timeout: MOST_MINUTES_PER_FILE * 60_000 });
stream.on('test:pass', (event) => {
  if (isTest(event)) ++counts[event.skip === undefined ? 'passed' : 'skipped'];
});
stream.on('test:fail', () => {
  ++counts.failed;
  process.exitCode = 1;
});
stream.compose(new Spec()).pipe(process.stdout);
process.on('exit', () => {
  const { passed, failed, skipped } = counts;
  process.stdout.write(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`);
});
