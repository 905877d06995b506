// A reference report: so many people at once on this machine, what each of them takes in memory at
// both ends and in the kernel, and what a million would take.
//   node tests/bench/scale.mjs DIR --users 19000 --scenario away_and_back.lua stay=60s ...
// Options are those of throng run, and --durability. DIR gets README.md, run.json and report.html.

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { assertCleanLedger, startRun } from '../e2e/lib/throng.mjs';
import { sleep } from '../e2e/lib/wait.mjs';
import { facts } from './lib/machine.mjs';
import { anonymousBytes, kernelBytes } from './lib/process_figures.mjs';
import { withServer } from './lib/runs.mjs';

const PHASE_WITHIN_MS = 30 * 60_000;
const SETTLE_MS = 3_000;
const MILLION = 1_000_000;
const MIB = 2 ** 20;
/** Where scenarios have paths that mean something to others. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    users: { type: 'string', default: '19000' },
    scenario: { type: 'string', default: 'away_and_back.lua' },
    'sessions-per-connection': { type: 'string', default: '1' },
    ramp: { type: 'string', default: '30s' },
    duration: { type: 'string', default: '60s' },
    durability: { type: 'string', default: 'fsync' },
  },
});
const [dir, ...script] = positionals;
if (!dir) throw new Error('the directory of the report is missing');

const sample = (server, run) => ({
  server: anonymousBytes(server.program.child.pid),
  generator: anonymousBytes(run.program.child.pid),
  kernel: kernelBytes(),
});

/** Memory before anybody came, and when all are there; the run's end, and its report. */
async function play(server) {
  const args = [
    '--users', options.users, '--ramp', options.ramp, '--duration', options.duration,
    '--sessions-per-connection', options['sessions-per-connection'],
  ];
  const fresh = anonymousBytes(server.program.child.pid);
  const run = startRun(server, `scenarios/${options.scenario}`, args,
    { script, endsWithinMs: PHASE_WITHIN_MS, cwd: ROOT });
  await run.program.says(/^ramp/m, PHASE_WITHIN_MS);
  const before = sample(server, run);
  await run.program.says(/^measured/m, PHASE_WITHIN_MS);
  await sleep(SETTLE_MS);
  const after = sample(server, run);
  const sessions = await server.metric('throng_server_sessions');
  return { fresh, before, after, sessions, ...await run.ended() };
}

const figure = (value) => Math.round(value).toLocaleString('en');

function memoryTable({ fresh, before, after, sessions, report }) {
  const { planned } = report.users;
  const rows = [
    ['server, one more connected person', (after.server - before.server) / sessions],
    ['server, a person with chats, connected or not', (before.server - fresh) / planned],
    ['generator, all of it', after.generator / planned],
    ['kernel, both ends of a connection and what is in it', (after.kernel - before.kernel) / sessions],
  ];
  const total = rows.reduce((sum, [, each]) => sum + each, 0);
  const line = ([what, each]) => `| ${what} | ${figure(each)} | ${figure((each * MILLION) / MIB)} |`;
  return ['| memory | bytes a person | MiB for a million |', '|---|---:|---:|', ...rows.map(line),
    line(['together', total])].join('\n');
}

const OPERATIONS = ['connect', 'login', 'catch_up', 'send', 'deliver', 'receipt_delivered'];
const ms = (ns) => (ns >= 1e9 ? figure(ns / 1e6) : (ns / 1e6).toPrecision(3));

function latencyTable({ operations }) {
  const line = (name) => {
    const { count, latency_ns: ns } = operations[name];
    return `| ${name} | ${figure(count)} | ${ms(ns.p50)} | ${ms(ns.p99)} | ${ms(ns.max)} |`;
  };
  return ['| operation | count | p50, ms | p99, ms | max, ms |', '|---|---:|---:|---:|---:|',
    ...OPERATIONS.map(line)].join('\n');
}

function page(played) {
  const { report, sessions } = played;
  const { ledger, users, generator, validity } = report;
  const machine = facts();
  const shared = generator.sessions_per_connection > 1
    ? `Up to ${figure(generator.sessions_per_connection)} people shared a connection: what sockets cost isn't in these figures.\n`
    : '';
  return `# ${figure(users.planned)} people on one machine

\`${options.scenario}\` ${script.join(' ')}, ${options.ramp} of ramp, ${options.duration} measured, \`--durability
${options.durability}\`; server and generator on the same ${machine.cores} cores (${machine.cpu}, ${figure(machine.memory_bytes / 2 ** 30)} GiB,
Linux ${machine.kernel}), ${machine.date.slice(0, 10)}, ${machine.version} at ${machine.commit}.
${shared}
- ${figure(users.connected_peak)} were connected at once; ${figure(sessions)} when memory was looked at.
- ${figure(ledger.sent)} messages sent, ${figure(ledger.acked)} acknowledged, ${figure(ledger.delivered)} of ${figure(ledger.expected)} deliveries came;
  ${ledger.lost} lost, ${ledger.duplicated} repeated, ${ledger.reordered} reordered, ${ledger.misdelivered} misdelivered.
- The run is ${validity.valid ? 'valid' : `invalid: ${validity.reasons.join('; ')}`}.

${memoryTable(played)}

${latencyTable(report)}

[report.html](report.html) has the curves, [run.json](run.json) all figures. Made by
\`node tests/bench/scale.mjs\`.
`;
}

const played = await withServer({ args: ['--durability', options.durability] }, play);
if (!played.report) throw new Error(played.stderr);
mkdirSync(dir, { recursive: true });
for (const file of ['run.json', 'report.html']) copyFileSync(join(played.out, file), join(dir, file));
writeFileSync(join(dir, 'README.md'), page(played));
process.stdout.write(page(played));
assertCleanLedger(played);
