// What a message and a person cost with whole programs, each figure beside its floor in the same run.
// Called by ./bench, which builds what it needs.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { facts } from './lib/machine.mjs';
import { resultOf } from './lib/results.mjs';
import { CannotRun, Disturbed } from './lib/runs.mjs';
import { markdown, table } from './lib/table.mjs';

const FAMILIES = await Promise.all(
  ['round_trips', 'idle_users', 'messages', 'groups', 'logins', 'catch_up', 'history', 'simulation']
    .map((name) => import(`./rows/${name}.mjs`)));
const ALL_ROWS = FAMILIES.flatMap(({ rows }) => rows);
const TRIES = 3;
/** Why a row may have no figure without anything being wrong. */
const KINDS = [[CannotRun, 'cannot run'], [Disturbed, 'disturbed']];

const OPTIONS = {
  rounds: { type: 'string', default: '3' },
  rows: { type: 'string', default: ALL_ROWS.map(({ name }) => name).join(',') },
  json: { type: 'string' },
  list: { type: 'boolean', default: false },
  markdown: { type: 'boolean', default: false },
};

/** What is asked for, with `rounds` as a number and `rows` as a set. */
function readOptions() {
  const { values } = parseArgs({ options: OPTIONS });
  const [rounds, names] = [Number(values.rounds), values.rows.split(',')];
  const unknown = names.filter((name) => !ALL_ROWS.some((row) => row.name === name));
  if (unknown.length > 0) throw new Error(`--rows: unknown ${unknown.join(', ')} (--list names all)`);
  if (!(rounds >= 1)) throw new Error(`--rounds ${values.rounds}: at least 1`);
  return { ...values, rounds, rows: new Set(names) };
}

function optionsOrExit() {
  try {
    return readOptions();
  } catch (error) {
    process.stderr.write(`bench: ${error.message}\n`);
    return process.exit(2);
  }
}

class Bench {
  #rounds = new Map(ALL_ROWS.map(({ name }) => [name, []]));
  #notes = new Map();
  hasFailed = false;

  constructor(names) {
    this.names = names;
  }

  async round(number) {
    process.stderr.write(`round ${number}\n`);
    for (const family of FAMILIES) await family.measure((name, measure) => this.#take(name, measure));
  }

  results() {
    return ALL_ROWS.filter(({ name }) => this.names.has(name))
      .map((row) => resultOf(row, this.#rounds.get(row.name), this.#notes.get(row.name)));
  }

  /** Measures a row if it is wanted; what others disturbed is measured again. */
  async #take(name, measure) {
    if (!this.names.has(name)) return;
    for (let tries = 1; tries <= TRIES; ++tries) {
      process.stderr.write(`  ${name}${tries > 1 ? ', again' : ''}\n`);
      try {
        this.#rounds.get(name).push(await measure());
        return;
      } catch (error) {
        const again = error instanceof Disturbed && tries < TRIES;
        this.#tell(name, error, again);
        if (!again) return;
      }
    }
  }

  #tell(name, error, again) {
    const expected = KINDS.find(([kind]) => error instanceof kind);
    const [, word] = expected ?? [Error, 'failed'];
    process.stderr.write(`  ${word}: ${expected ? error.message : error.stack}\n`);
    if (again) return;
    if (!expected) this.hasFailed = true;
    this.#notes.set(name, `${word}: ${error.message.split('\n')[0]}`);
  }
}

async function run({ rounds, rows, json, markdown: asMarkdown }) {
  const bench = new Bench(rows);
  for (let number = 1; number <= rounds; ++number) await bench.round(number);
  const results = bench.results();
  console.log((asMarkdown ? markdown : table)(results).join('\n'));
  if (json) writeFileSync(json, `${JSON.stringify({ machine: facts(), rounds, rows: results }, null, 2)}\n`);
  if (bench.hasFailed) process.exitCode = 1;
}

const options = optionsOrExit();
if (options.list) {
  for (const { name, what } of ALL_ROWS) console.log(`${name.padEnd(26)} ${what}`);
} else {
  await run(options);
}
