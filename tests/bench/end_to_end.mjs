// What a message and a person cost with whole programs, beside the floor of the machine.
//   node tests/bench/end_to_end.mjs [ROUNDS]      needs `cmake --build --preset release`
// Prints a table: the median of ROUNDS (3) runs, their spread, and what was to be reached.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../build/release', import.meta.url));
process.env.THRONG_BIN_DIR ??= bin;
const { startServer } = await import('../e2e/lib/server.mjs');
const { run, scenario, startRun } = await import('../e2e/lib/throng.mjs');

const rounds = Number(process.argv[2] ?? 3);
const TICKS_PER_S = 100;
const RESIDENT_FIELD = /VmRSS:\s+(\d+) kB/;

const cpuSeconds = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
};
const residentBytes = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(RESIDENT_FIELD)[1]) * 1024;
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

async function withServer(args, measure) {
  const server = await startServer({ args });
  try {
    return await measure(server);
  } finally {
    await server.stop();
  }
}

function floor(connections) {
  const text = execFileSync(`${bin}/tests/bench/socket_floor`, [String(connections), '4'], { encoding: 'utf8' });
  const { round_trips: trips, client_cpu_s: cpu } = JSON.parse(text);
  return trips / cpu;
}

/** Round trips per CPU-second of a script that waits for each answer; no reading, no receipts. */
const roundTrips = (connections) => withServer(['--data', 'memory'], async (server) => {
  const { report } = await run(server, scenario('ping_pong.lua'),
    ['--users', String(connections), '--duration', '6s', '--ramp', '1s']);
  return report.ledger.sent / report.generator.cpu_s;
});

/** Of the server, per message with ack, delivery and both receipts; at the given sends a second. */
const cpuPerMessage = (users, rate) => withServer(['--durability', 'fsync'], async (server) => {
  const { ended } = startRun(server, scenario('one_to_one.lua'),
    ['--users', String(users), '--duration', '10s', '--ramp', '2s'], { script: [`gap=${users / rate}s`] });
  await wait(5);
  const [cpu, messages] = [cpuSeconds(server.program.child.pid), await server.metric('throng_server_messages_total')];
  await wait(6);
  const [cpuLater, messagesLater] =
    [cpuSeconds(server.program.child.pid), await server.metric('throng_server_messages_total')];
  await ended();
  return ((cpuLater - cpu) / (messagesLater - messages)) * 1e6;
});

/** User-space bytes of one more connected person with a script and chats, at both ends. */
async function bytesPerUser(users) {
  const measure = (count) => withServer([], async (server) => {
    const { ended, program } = startRun(server, scenario('one_to_one.lua'),
      ['--users', String(count), '--duration', '6s', '--ramp', '3s'], { script: ['gap=1h'] });
    await wait(7);
    const bytes = { server: residentBytes(server.program.child.pid), generator: residentBytes(program.child.pid) };
    await ended();
    return bytes;
  });
  const few = await measure(100);
  const many = await measure(users);
  const each = (side) => (many[side] - few[side]) / (users - 100);
  return { server: each('server'), generator: each('generator') };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const digits = (value) => (value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));

async function row(name, unit, target, measure) {
  const values = [];
  for (let i = 0; i < rounds; ++i) values.push(await measure());
  const [low, high] = [Math.min(...values), Math.max(...values)];
  console.log(`${name.padEnd(58)} ${digits(median(values)).padStart(9)}  ${`${digits(low)}–${digits(high)}`.padEnd(19)} ${unit.padEnd(16)} ${target}`);
  return median(values);
}

console.log(`${'figure'.padEnd(58)} ${'median'.padStart(9)}  ${'spread'.padEnd(19)} ${'unit'.padEnd(16)} to reach`);
const floorTrips = await row('floor: raw epoll client, 2,000 connections', 'round trips/CPU-s', '', async () => floor(2000));
const trips = await row('generator: Lua, latency, ledger; 2,000 connections', 'round trips/CPU-s', '≥ 100,000', () => roundTrips(2000));
console.log(`${'  as a share of the floor'.padEnd(58)} ${digits(trips / floorTrips).padStart(9)}`);
await row('server: full 1:1 message, fsync, 2,000 users, 5,000/s', 'µs CPU', '', () => cpuPerMessage(2000, 5000));
await row('server: full 1:1 message, fsync, 2,000 users, saturated', 'µs CPU', '≤ 25', () => cpuPerMessage(2000, 25000));
const memory = [];
await row('server: one more connected, idle user', 'bytes', '≤ 12,000', async () => {
  memory.push(await bytesPerUser(9000));
  return memory.at(-1).server;
});
await row('generator: one more connected, scripted user', 'bytes', '≤ 12,000', async () => memory.shift().generator);
