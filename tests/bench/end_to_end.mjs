// What a message and a person cost with whole programs, beside the floor of the machine.
//   node tests/bench/end_to_end.mjs [ROUNDS]      needs `cmake --build --preset release`, or the
//                                                 directory of another build as THRONG_BIN_DIR
// Prints a table: the median of ROUNDS (3) runs, their spread, and what was to be reached. A run that
// fails otherwise than it was meant to ends it.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { BIN_DIR } from '../e2e/lib/process.mjs';
import { startServer } from '../e2e/lib/server.mjs';
import { scenario, startRun } from '../e2e/lib/throng.mjs';
import { until } from '../e2e/lib/wait.mjs';

const rounds = Number(process.argv[2] ?? 3);
const [PASS, THRESHOLD, INVALID] = [0, 3, 5];
// What a run may end with that is more than the machine can do, and one of people who say nothing.
const SATURATED = [PASS, THRESHOLD, INVALID];
const SILENT = [PASS, THRESHOLD];
const TICKS_PER_S = 100;
const RESIDENT_FIELD = /VmRSS:\s+(\d+) kB/;

const cpuSeconds = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
};
const residentBytes = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(RESIDENT_FIELD)[1]) * 1024;
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

async function withServer(options, measure) {
  const server = await startServer(options);
  try {
    return await measure(server);
  } finally {
    await server.stop();
  }
}

/** A run whose figures count. */
async function usable(ended, codes = [PASS]) {
  const result = await ended();
  if (!codes.includes(result.code)) throw new Error(`${result.code}: ${result.stdout}${result.stderr}`);
  return result;
}

const allOnline = (server, users) =>
  until(async () => (await server.metric('throng_server_sessions')) >= users, `${users} are online`);

function floor(connections) {
  const text = execFileSync(`${BIN_DIR}/tests/bench/socket_floor`, [String(connections), '4'], { encoding: 'utf8' });
  const { round_trips: trips, client_cpu_s: cpu } = JSON.parse(text);
  return trips / cpu;
}

/**
 * Sends per CPU-second of a script that waits for each answer. Each is two round trips at the socket:
 * send and sent, then at the other end delivered and its receipt; nobody reads. Set-up is in the CPU time.
 */
const sendsPerCpuSecond = (connections) => withServer({ data: 'memory' }, async (server) => {
  const { ended } = startRun(server, scenario('ping_pong.lua'),
    ['--users', String(connections), '--duration', '6s', '--ramp', '1s']);
  const { report } = await usable(ended, SATURATED);
  return report.ledger.sent / report.generator.cpu_s;
});

/** Of the server, per message with ack, delivery and both receipts; at the given sends a second. */
const cpuPerMessage = (users, rate, codes) => withServer({ args: ['--durability', 'fsync'] }, async (server) => {
  const { ended } = startRun(server, scenario('one_to_one.lua'),
    ['--users', String(users), '--duration', '10s', '--ramp', '2s'], { script: [`gap=${users / rate}s`] });
  await allOnline(server, users);
  await wait(2);
  const [cpu, messages] = [cpuSeconds(server.program.child.pid), await server.metric('throng_server_messages_total')];
  await wait(6);
  const [cpuLater, messagesLater] =
    [cpuSeconds(server.program.child.pid), await server.metric('throng_server_messages_total')];
  await usable(ended, codes);
  return ((cpuLater - cpu) / (messagesLater - messages)) * 1e6;
});

/** User-space bytes of one more connected person with a script and chats, at both ends. */
async function bytesPerUser(users) {
  const measure = (count) => withServer({}, async (server) => {
    const { ended, program } = startRun(server, scenario('one_to_one.lua'),
      ['--users', String(count), '--duration', '6s', '--ramp', '3s'], { script: ['gap=1h'] });
    await allOnline(server, count);
    await wait(2);
    const bytes = { server: residentBytes(server.program.child.pid), generator: residentBytes(program.child.pid) };
    await usable(ended, SILENT);
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
const sends = await row('generator: Lua, latency, ledger; 2,000 connections', 'sends/CPU-s', '≥ 100,000 trips, two a send', () => sendsPerCpuSecond(2000));
console.log(`${'  sends as a share of the floor\'s trips'.padEnd(58)} ${digits(sends / floorTrips).padStart(9)}`);
await row('server: full 1:1 message, fsync, 2,000 users, 5,000/s', 'µs CPU', '', () => cpuPerMessage(2000, 5000));
await row('server: full 1:1 message, fsync, 2,000 users, saturated', 'µs CPU', '≤ 25', () => cpuPerMessage(2000, 25000, SATURATED));
const memory = [];
await row('server: one more connected, idle user', 'bytes', '≤ 12,000', async () => {
  memory.push(await bytesPerUser(9000));
  return memory.at(-1).server;
});
await row('generator: one more connected, scripted user', 'bytes', '≤ 12,000', async () => memory.shift().generator);
