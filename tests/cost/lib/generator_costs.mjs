// What a worker of the generator takes for a send, and for a user who is there.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { BIN_DIR } from '../../e2e/lib/process.mjs';
import { tempDir } from '../../e2e/lib/temp.mjs';
import { callgrind, readCounts } from './callgrind.mjs';

const PROGRAM = `${BIN_DIR}/tests/cost/generator_cost`;
const script = (name) => fileURLToPath(new URL(`../../bench/scenarios/${name}`, import.meta.url));

function play(args, under = []) {
  const [command, ...rest] = [...under, PROGRAM, ...args];
  return JSON.parse(execFileSync(command, rest, { encoding: 'utf8' }));
}

/** Rows of the gate: `[name, unit, value]`. */
export function generatorCosts() {
  const idle = play([script('idle.lua'), '1000', '1']);
  const file = join(tempDir(), 'callgrind');
  const busy = play([script('full_messages.lua'), '100', '10', 'gap=1s'], callgrind(file, ['--collect-atstart=no']));
  return [
    ['generator: send, delivered, read', 'instructions', readCounts(file).instructions / busy.sends],
    ['generator: send, delivered, read', 'allocations', busy.allocations / busy.sends],
    ['generator: user who is there', 'bytes', idle.login_bytes / idle.users],
  ];
}
