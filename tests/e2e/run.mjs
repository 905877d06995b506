// Runs the test files one after another, since several at once would measure each other.
//   node run.mjs [NAME…]     e.g. node run.mjs client kill; without names, all of them

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from 'node:test';
import { spec as Spec } from 'node:test/reporters';

// Of a long run bounds.test.mjs takes longest: half an hour, and its ramps.
const MOST_MINUTES_PER_FILE = process.env.THRONG_LONG === '1' ? 60 : 5;

const here = fileURLToPath(new URL('.', import.meta.url));
const all = readdirSync(here).filter((file) => file.endsWith('.test.mjs')).map((file) => here + file);
const wanted = process.argv.slice(2).map((name) => `${here}${name}.test.mjs`);
const unknown = wanted.filter((file) => !all.includes(file));
if (unknown.length > 0) throw new Error(`not there: ${unknown.join(', ')}`);
const files = wanted.length > 0 ? wanted : all;

const counts = { passed: 0, failed: 0, skipped: 0 };
const testsOf = new Map(files.map((file) => [file, 0]));

/** Node.js also tells of suites, and of files as if each were a test. */
function count({ name, file, details }, outcome) {
  const isFile = testsOf.has(name);
  if (isFile ? outcome !== 'failed' || testsOf.get(name) > 0 : details?.type === 'suite') return;
  ++counts[outcome];
  testsOf.set(file, testsOf.get(file) + 1);
}

const stream = run({ files, concurrency: 1, timeout: MOST_MINUTES_PER_FILE * 60_000 });
stream.on('test:pass', (event) => count(event, event.skip === undefined ? 'passed' : 'skipped'));
stream.on('test:fail', (event) => {
  count(event, 'failed');
  process.exitCode = 1;
});
stream.compose(new Spec()).pipe(process.stdout);
process.on('exit', () => {
  for (const [file] of [...testsOf].filter(([, tests]) => tests === 0)) {
    process.stdout.write(`\nno tests in ${file}`);
    process.exitCode = 1;
  }
  const { passed, failed, skipped } = counts;
  process.stdout.write(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`);
});
