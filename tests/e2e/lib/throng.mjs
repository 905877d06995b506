// throng, the load generator, as a process, and what it leaves behind.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Program } from './process.mjs';
import { SECRET } from './server.mjs';
import { tempDir } from './temp.mjs';

const RUN_ENDS_WITHIN_MS = 90_000;

/** The path of one of the scenarios that come with the project. */
export const scenario = (name) => fileURLToPath(new URL(`../../../scenarios/${name}`, import.meta.url));

/** The path of one that is only for a test. */
export const ownScenario = (name) => fileURLToPath(new URL(`../scenarios/${name}`, import.meta.url));

/** Most tests have no use for the two seconds that measuring the generator's floor takes. */
const ENVIRONMENT = { THRONG_SECRET: SECRET, THRONG_FLOOR: 'none' };

/** `throng` with any arguments; gives `{code, signal, stdout, stderr}` when it has ended. */
export async function throng(args, { env = ENVIRONMENT, ...options } = {}) {
  return new Program('loadgen/throng', args, { env, ...options }).end(RUN_ENDS_WITHIN_MS);
}

/** A run that goes on. `script` is what stands behind `--`. */
export const startRun = (server, file, args = [], options = {}) =>
  start(['run', file, '--target', server.ws, ...args], options);

/** The same against the generator's own peer. */
export const startFloor = (file, args = [], options = {}) => start(['floor', file, ...args], options);

function start(args, { script = [], env = {}, endsWithinMs = RUN_ENDS_WITHIN_MS, ...options }) {
  const out = tempDir();
  const all = [...args, '--out', out, '--', ...script];
  const program = new Program('loadgen/throng', all, { env: { ...ENVIRONMENT, ...env }, ...options });
  const ended = async () => {
    const end = await program.end(endsWithinMs);
    const path = join(out, 'run.json');
    const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
    return { ...end, out, report };
  };
  return { program, out, ended };
}

const INVALID = 5;
const TRIES = 3;
const NEIGHBOURS = /hypervisor|waited for a core|generator was late|generator stood still/;

/** The run says that others used the machine, which on shared ones happens, and nothing else. */
export function isDisturbed({ code, report }) {
  return code === INVALID && report.validity.reasons.every((reason) => NEIGHBOURS.test(reason));
}

/**
 * A whole run: `{code, stdout, stderr, out, report}`, where `report` is run.json. One that was
 * disturbed is played again.
 */
export async function run(server, file, args, options) {
  for (let tries = 1; ; ++tries) {
    const result = await startRun(server, file, args, options).ended();
    if (tries === TRIES || !isDisturbed(result)) return result;
  }
}

const VIOLATIONS = [
  'lost', 'duplicated', 'reordered', 'misdelivered', 'corrupted', 'phantom', 'cursor_violations',
];

/** Every message is accounted for, and there were some. */
export function assertCleanLedger({ report, stderr }) {
  assert.ok(report, stderr);
  const { ledger } = report;
  const broken = VIOLATIONS.filter((each) => ledger[each] !== 0);
  assert.deepEqual(broken, [], JSON.stringify(ledger));
  assert.ok(ledger.delivered > 0);
  // What nobody knows the outcome of may have come, too.
  assert.ok(ledger.delivered === ledger.expected || (ledger.unresolved > 0 && ledger.delivered > ledger.expected),
    JSON.stringify(ledger));
}
