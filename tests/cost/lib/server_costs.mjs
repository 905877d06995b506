// What the whole server takes for a message, counted while a conversation in lock-step goes on.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { startServer } from '../../e2e/lib/server.mjs';
import { tempDir } from '../../e2e/lib/temp.mjs';
import { until } from '../../e2e/lib/wait.mjs';
import { callgrind, readCounts } from './callgrind.mjs';
import { Group, Pair } from './lock_step.mjs';

/** What is loaded, cached and grown by the first messages isn't theirs. */
const WARM_UP = 20;
/** Nor does anything depend on how long something takes: what there is is served at once. */
const ONE_SHARD = ['--threads', '1', '--pace', '0', '--receipt-delay', '0'];

async function wireBytes(server) {
  const [received, sent] = await Promise.all(
    ['received', 'sent'].map((way) => server.metric(`throng_server_${way}_bytes_total`)));
  return { received, sent };
}

/** Instructions, allocations and bytes on the wire, a message. `options` are those of the server. */
async function counted(begin, messages, options) {
  const file = join(tempDir(), 'callgrind');
  const server = await startServer({ ...options, args: ONE_SHARD, under: callgrind(file) });
  const control = (command) => execFileSync('callgrind_control', [command, `${server.program.child.pid}`], { stdio: 'ignore' });
  const talk = await begin(server);
  await talk.talk(WARM_UP);
  const before = await wireBytes(server);
  control('--zero');
  await talk.talk(messages);
  control('--dump');
  const after = await wireBytes(server);
  await server.stop();
  const { instructions, allocations } = readCounts(`${file}.1`);
  const all = {
    instructions, allocations, received: after.received - before.received, sent: after.sent - before.sent,
  };
  return Object.fromEntries(Object.entries(all).map(([name, count]) => [name, count / messages]));
}

/** What moves or keeps data: how often threads wake each other up depends on the machine. */
const DATA_CALL = /^(recv|send|p?read|p?write|fsync|fdatasync|sync_file)/;
const STRACE_ROW = /^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$/gm;

async function dataCallsOfRun(begin, messages) {
  const file = join(tempDir(), 'strace');
  const server = await startServer({ args: ONE_SHARD, under: ['strace', '-D', '-f', '-c', '-o', file] });
  await (await begin(server)).talk(messages);
  await server.stop();
  const text = await until(() => wholeSummary(file), 'strace has written its summary');
  const rows = [...text.matchAll(STRACE_ROW)].filter(([, , name]) => DATA_CALL.test(name));
  return rows.reduce((sum, [, calls]) => sum + Number(calls), 0);
}

function wholeSummary(file) {
  const text = readFileSync(file, 'utf8');
  return text.trimEnd().endsWith('total') && text;
}

/** A message; the start of the server is in two runs alike. */
async function dataCalls(begin, messages) {
  const few = await dataCallsOfRun(begin, WARM_UP);
  return (await dataCallsOfRun(begin, WARM_UP + messages) - few) / messages;
}

const MEMBERS = 1_000;
const pair = (server) => Pair.begin(server);
const group = (server) => Group.begin(server, MEMBERS);

/** Rows of the gate: `[name, unit, value]`. */
export async function serverCosts() {
  const memory = await counted(pair, 500, { data: 'memory' });
  const disk = await counted(pair, 500, {});
  const calls = await dataCalls(pair, 200);
  const crowd = await counted(group, 10, { data: 'memory' });
  const others = MEMBERS - 1;
  return [
    ['full message, in memory', 'instructions', memory.instructions],
    ['full message, in memory', 'allocations', memory.allocations],
    ['full message', 'bytes received', memory.received],
    ['full message', 'bytes sent', memory.sent],
    ['full message, on disk', 'instructions', disk.instructions],
    ['full message, on disk', 'allocations', disk.allocations],
    ['full message, on disk', 'system calls with data', calls],
    ['delivery in a group of 1,000', 'instructions', crowd.instructions / others],
    ['delivery in a group of 1,000', 'allocations', crowd.allocations / others],
    ['delivery in a group of 1,000', 'bytes sent', crowd.sent / others],
  ].map(([what, unit, value]) => [`server: ${what}`, unit, value]);
}
