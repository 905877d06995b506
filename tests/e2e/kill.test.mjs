// The server is killed in the middle of load and started again on what it left: nobody loses a
// message, gets one twice, or sees them in another order.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fetchPage } from './lib/http.mjs';
import { startServer } from './lib/server.mjs';
import { assertCleanLedger, scenario, startRun } from './lib/throng.mjs';
import { until } from './lib/wait.mjs';

const LONG = process.env.THRONG_LONG === '1';
const KILLS = LONG ? 50 : 3;
const SECONDS = LONG ? 150 : 12;
// People who can't log in while the server is dead count, and a load that it interrupts isn't steady.
const ENDS = [0, 3, 5];

const messages = (server) => server.metric('throng_server_messages_total').catch(() => 0);

/** Kills the server as soon as it took so many messages since it started, and starts it again. */
async function killAfter(server, count) {
  const taken = async () => (await messages(server)) >= count;
  await until(taken, `the server has taken ${count} messages`, { every: 5 });
  await server.kill();
  await server.start();
}

/** A chat's messages, oldest first, page by page; undefined if there is no such chat. */
async function readHistory(server, chat) {
  const all = [];
  for (let next; ;) {
    const page = await fetchPage(server, server.adminToken(), chat, { next, limit: 200 });
    if (page.code === 'no_such_chat') return undefined;
    all.push(...page.messages);
    if (page.next === undefined) return all.reverse();
    next = page.next;
  }
}

/** Reads all chats that the run made as somebody who wasn't there, and counts their messages. */
async function countMessages(server) {
  let total = 0;
  for (let chat = 1; ; ++chat) {
    const history = await readHistory(server, chat);
    if (history === undefined) return total;
    assert.deepEqual(history.map(({ seq }) => seq), history.map((_, i) => i + 1), `the seqs of chat ${chat}`);
    const names = history.map(({ from, cmid }) => `${from} ${cmid}`);
    assert.equal(new Set(names).size, names.length, `a message stands twice in chat ${chat}`);
    total += history.length;
  }
}

async function assertSurvivesKills(durability, file, script) {
  const server = await startServer({ args: ['--durability', durability] });
  const args = ['--users', '200', '--duration', `${SECONDS}s`, '--ramp', '1s'];
  const running = startRun(server, scenario(file), args, { script, endsWithinMs: (SECONDS + 80) * 1000 });
  for (let kills = 0; kills < KILLS; ++kills) await killAfter(server, 50 + Math.floor(450 * Math.random()));
  const result = await running.ended();
  assertCleanLedger(result);

  const { acked, sent } = result.report.ledger;
  const stored = await countMessages(server);
  assert.ok(acked > 0 && acked <= stored && stored <= sent, `${acked} ≤ ${stored} ≤ ${sent}`);
  await server.kill();
  assert.ok(ENDS.includes(result.code), `${result.code}: ${result.stdout}\n${result.stderr}`);
}

test('S1, S14: kill -9 with --durability fsync', () => assertSurvivesKills('fsync', 'one_to_one.lua', ['gap=500ms']));

test('S1, S14: kill -9 with --durability os', () => assertSurvivesKills('os', 'one_to_one.lua', ['gap=500ms']));

test('S8, S14: kill -9 while people come and go in groups', () => {
  return assertSurvivesKills('fsync', 'away_and_back.lua', ['stay=2s', 'away=500ms', 'gap=400ms']);
});
