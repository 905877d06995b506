// Plays group_words.lua at several rates and mixes, each against a server of its own, and has throng
// cost fit what the server spends on each thing it does: on half of the runs, to predict the others.
//   node tests/bench/cost_model.mjs DIR                   all of them, about three minutes
//   node tests/bench/cost_model.mjs DIR --from 0 --to 3   some, into the same DIR; the fit is of all
//                                                         that DIR has

import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { assertCleanLedger, scenario, startRun, throng } from '../e2e/lib/throng.mjs';
import { Disturbed, usable, withServer } from './lib/runs.mjs';

const [PASS, THRESHOLD] = [0, 3];
const RAMP_S = 1.5;
const MEASURED_S = 6.5;

// So far apart in what they ask for that their costs can be told apart, and so busy that the server
// does its work in batches, as it does where capacity is a question: an idle one gets up for each
// message. Every other one is fitted, so both halves have few and many of everything.
const MIXES = [
  { users: 1000, gap: 0.3, size: 5, read: 1, heartbeat: 2, stay: 120 },
  { users: 1000, gap: 0.5, size: 10, read: 0.1, heartbeat: 10, stay: 60 },
  { users: 2000, gap: 4, size: 20, read: 0, heartbeat: 2, stay: 600 },
  { users: 1500, gap: 1, size: 3, read: 1, heartbeat: 1, stay: 300 },
  { users: 800, gap: 0.8, size: 20, read: 0.1, heartbeat: 1, stay: 60 },
  { users: 500, gap: 0.2, size: 3, read: 1, heartbeat: 0.5, stay: 600 },
  { users: 1000, gap: 0.3, size: 3, read: 0, heartbeat: 60, stay: 30 },
  { users: 1200, gap: 1.2, size: 15, read: 1, heartbeat: 60, stay: 600 },
  { users: 2500, gap: 5, size: 5, read: 1, heartbeat: 1, stay: 30 },
  { users: 2200, gap: 3, size: 20, read: 0, heartbeat: 20, stay: 40 },
  { users: 700, gap: 0.7, size: 20, read: 1, heartbeat: 5, stay: 120 },
  { users: 1500, gap: 2.5, size: 5, read: 0, heartbeat: 0.4, stay: 60 },
  { users: 1500, gap: 2, size: 3, read: 1, heartbeat: 30, stay: 8 },
  { users: 1000, gap: 0.5, size: 10, read: 0.5, heartbeat: 1, stay: 300 },
  { users: 600, gap: 0.15, size: 3, read: 0.1, heartbeat: 2, stay: 600 },
  { users: 1800, gap: 3, size: 5, read: 1, heartbeat: 1, stay: 10 },
  { users: 1200, gap: 0.6, size: 5, read: 1, heartbeat: 10, stay: 100 },
  { users: 2500, gap: 4, size: 10, read: 0, heartbeat: 5, stay: 300 },
];

const { values: options, positionals: [dir] } = parseArgs({
  allowPositionals: true,
  options: { from: { type: 'string', default: '0' }, to: { type: 'string', default: `${MIXES.length - 1}` } },
});
if (!dir) throw new Error('the directory for the runs is missing');

const runDir = (number) => join(dir, `run${String(number).padStart(2, '0')}`);

async function playOnce(number) {
  const { users, ...mix } = MIXES[number];
  const args = ['--users', `${users}`, '--ramp', `${RAMP_S}s`, '--duration', `${MEASURED_S}s`, '--warmup', 'none'];
  const script = Object.entries(mix).map(([name, value]) => `${name}=${value}`);
  await withServer({}, async (server) => {
    const ended = await startRun(server, scenario('group_words.lua'), args, { script }).ended();
    await usable(() => ended, [PASS, THRESHOLD]);
    assertCleanLedger(ended);
    mkdirSync(runDir(number), { recursive: true });
    cpSync(join(ended.out, 'run.json'), join(runDir(number), 'run.json'));
  });
  process.stderr.write(`run ${number} of ${MIXES.length}: ${users} people, ${script.join(' ')}\n`);
}

/** Once more, up to three times, where neighbours disturbed it. */
async function play(number, tries = 3) {
  try {
    await playOnce(number);
  } catch (error) {
    if (tries === 1 || !(error instanceof Disturbed)) throw error;
    await play(number, tries - 1);
  }
}

for (let number = Number(options.from); number <= Number(options.to); ++number) await play(number);
const played = readdirSync(dir).map((name) => join(dir, name)).filter((each) => existsSync(join(each, 'run.json')));
const { stdout, stderr } = await throng(['cost', ...played.sort()]);
process.stdout.write(stdout + stderr);
