// What stays within bounds, however long people come and go and however they behave (L1, L3, L7, and what
// heartbeats and a large group cost).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Device } from './lib/device.mjs';
import { call, makeChat } from './lib/http.mjs';
import { AS_OFTEN_AS_YOU_LIKE, newUser, startServer } from './lib/server.mjs';
import { Session } from './lib/session.mjs';
import { assertCleanLedger, ownScenario, scenario, startRun } from './lib/throng.mjs';
import { sleep, until, within } from './lib/wait.mjs';

const LONG = process.env.THRONG_LONG === '1';
const MINUTE_MS = 60_000;
const CHURN_MINUTES = 20;
const AFTER_A_FAULT_MS = 30_000;
const onlyLong = { skip: LONG ? false : 'takes minutes: ./check --long' };

const server = await startServer({ args: [...AS_OFTEN_AS_YOU_LIKE, '--threads', '1'] });

test('L1: an acknowledged message reaches who is online within a second', async () => {
  const users = [newUser(), newUser()];
  const chat = await makeChat(server, users);
  const [alice, bob] = await Promise.all(users.map((user) => Device.connect(server, user)));
  const took = [];
  for (let i = 1; i <= 300; ++i) {
    const began = performance.now();
    await Promise.all([alice.send(chat, `message ${i}`), bob.receive(chat, i)]);
    took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  assert.ok(took.at(-2) < 1000, `the slowest took ${took.slice(-3)} ms`);
  await Promise.all([alice.finish(), bob.finish()]);
});

test('L1: after a server stood still, and after it was started again, a message arrives within 30 s', async () => {
  const healed = await startServer();
  const users = [newUser(), newUser()];
  const chat = await makeChat(healed, users);
  const [alice, bob] = await Promise.all(users.map((user) => Device.connect(healed, user)));
  const arrives = (seq) => within(
    Promise.all([alice.send(chat, `message ${seq}`), bob.receive(chat, seq)]), `message ${seq}`, AFTER_A_FAULT_MS);
  healed.program.child.kill('SIGSTOP');
  const first = alice.send(chat, 'into the standstill');
  await sleep(1000);
  assert.equal(bob.chat(chat).messages.size, 0, 'it does stand still');
  healed.program.child.kill('SIGCONT');
  await within(Promise.all([first, bob.receive(chat, 1), arrives(2)]), 'what waited', AFTER_A_FAULT_MS);

  await healed.kill();
  const waits = alice.send(chat, 'to a server that is dead');
  await healed.start();
  const back = Promise.all([alice, bob].map((device) => device.connect()));
  await within(Promise.all([back, waits]), 'both are back', AFTER_A_FAULT_MS);
  await within(bob.receive(chat, 3), 'what waited on the device', AFTER_A_FAULT_MS);
  await arrives(4);
  await Promise.all([alice.finish(), bob.finish()]);
  await healed.stop();
});

test('L3: who flaps costs those who watch an event a second', async () => {
  const users = [newUser(), newUser()];
  const chat = await makeChat(server, users);
  const watcher = await Session.begin(server, users[0]);
  watcher.say({ op: 'activity', kind: 'opened', chat });
  await watcher.take('presence');
  const began = Date.now();
  let flaps = 0;
  for (; Date.now() - began < 2500; ++flaps) {
    const flapping = await Session.begin(server, users[1]);
    await flapping.leave();
  }
  const { online } = await watcher.take('presence', (event) => !event.online && Date.now() - began > 2500);
  assert.equal(online, false, 'the last word is how it is');
  const seconds = (Date.now() - began) / 1000;
  const told = watcher.events.filter(({ op }) => op === 'presence').length;
  assert.ok(flaps > 3 * seconds && told <= seconds + 2, `${told} events in ${seconds} s of ${flaps} flaps`);
  await watcher.leave();
});

/** How often work of that kind was shed, by /metrics. */
async function shed(work) {
  const { text } = await call(server, 'GET', '/metrics');
  const line = new RegExp(`^throng_server_shed_total\\{[^}]*"${work}"[^}]*\\} (\\S+)$`, 'm');
  return Number(line.exec(text)?.[1] ?? 0);
}

test('L8: typing is shed before messages, and who is refused a message is told when to repeat it', async () => {
  const crowd = Array.from({ length: 40 }, newUser);
  const chat = await makeChat(server, crowd);
  const sessions = await Promise.all(crowd.map((user) => Session.begin(server, user)));
  const writer = await Device.connect(server, crowd[0]);
  // All that is said while the server stands still is there at once when it goes on.
  server.program.child.kill('SIGSTOP');
  const typing = Array(800).fill({ op: 'typing', chat });
  for (const session of sessions.slice(1)) for (let i = 0; i < 4; ++i) session.say(...typing);
  const sent = writer.sendAll(chat, Array.from({ length: 200 }, (_, i) => `message ${i}`));
  server.program.child.kill('SIGCONT');
  const answers = await sent;
  assert.equal(new Set(answers.map(({ seq }) => seq)).size, 200);
  const refused = writer.session.events.filter(({ op }) => op === 'error');
  assert.ok(refused.every(({ code, cmid, retry_ms: wait }) => code === 'overloaded' && cmid && wait > 0));
  const [typed, messages] = await Promise.all(['typing', 'messages'].map((work) => shed(work)));
  assert.ok(typed > 1000, `${typed} times typing`);
  assert.equal(messages, 0, 'typing made way for all of them');
  for (const session of sessions) await session.drop();
  await writer.drop();
});

test('heartbeats of 15,000 people write nothing, and cost the server little', onlyLong, async (t) => {
  const people = 15_000;
  const heart = await startServer({ args: ['--threads', '2', '--max-sessions-per-connection', '1024'] });
  const running = startRun(heart, ownScenario('heartbeats.lua'),
    ['--users', `${people}`, '--duration', '2m', '--ramp', '30s', '--sessions-per-connection', '100'],
    { endsWithinMs: 5 * MINUTE_MS });
  await until(async () => (await heart.metric('throng_server_sessions')) === people, 'all are there', { ms: 2 * MINUTE_MS });
  await sleep(10_000);
  const bytes = await heart.metric('throng_server_store_bytes');
  const cpu = await heart.metric('process_cpu_seconds_total');
  const beats = await heart.metric('throng_server_client_events_total');
  await sleep(60_000);
  const used = (await heart.metric('process_cpu_seconds_total')) - cpu;
  t.diagnostic(`${used.toFixed(2)} s of CPU in a minute`);
  assert.ok((await heart.metric('throng_server_client_events_total')) - beats > 0.9 * 12 * people);
  assert.ok(used / 60 < 0.3, `${used} s of CPU in a minute, where last seen may take 5 % of two cores`);
  assert.equal(await heart.metric('throng_server_store_bytes'), bytes);
  const { report, stderr } = await running.ended();
  assert.equal(report?.operations.connect.errors.rate_limited, undefined, stderr);
  await heart.stop();
});

test('a message to a group of 100,000 reaches all who are there', onlyLong, async (t) => {
  const large = await startServer({ args: [...AS_OFTEN_AS_YOU_LIKE, '--durability', 'none'] });
  const running = startRun(large, scenario('big_group.lua'),
    ['--users', '100k', '--duration', '30s', '--sessions-per-connection', '1000'],
    { script: ['users=100k', 'gap=100h', 'answers=0', 'reactions=0'], endsWithinMs: 10 * MINUTE_MS });
  const result = await running.ended();
  assertCleanLedger(result);
  t.diagnostic(`${result.report.ledger.delivered} deliveries`);
  assert.ok(result.report.ledger.delivered >= 99_999, JSON.stringify(result.report.ledger));
  await large.stop();
});

/** Resident memory, in bytes. */
function residentBytes({ program }) {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${program.child.pid}/status`, 'utf8'));
  return Number(kilobytes) * 1024;
}

// Last, since it takes most of the time of a long run.
test('L7: people who come and go leave no memory behind', async () => {
  const users = Array.from({ length: 60 }, newUser);
  const chats = await Promise.all(users.slice(1).map((user) => makeChat(server, [users[0], user])));
  const come = async (user) => {
    const session = await Session.begin(server, user, { have: chats.map((chat) => [chat, 0]) });
    session.say({ op: 'activity', kind: 'opened' }, { op: 'presence', users: users.slice(0, 50) });
    await session.settle();
    await (Math.random() < 0.5 ? session.leave() : session.drop());
  };
  const round = () => Promise.all(users.map(come));
  const after = async (rounds, until = 0) => {
    for (let i = 0; i < rounds || Date.now() < until; ++i) await round();
    return residentBytes(server);
  };
  const before = await after(20);
  const later = await after(40, LONG ? Date.now() + CHURN_MINUTES * MINUTE_MS : 0);
  const sessions = await server.metric('throng_server_sessions');
  assert.equal(sessions, 0);
  // 2,400 sessions: of each hundreds of bytes that stay would be seen.
  assert.ok(later - before < 1 << 20, `${later - before} bytes more`);
});
