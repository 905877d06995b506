// What must hold of a chat, whatever happens (S1 to S13): people write, read, come and go, one of them is
// taken out of a group and let in again, and the server is killed in between. What they did and saw
// is then held against itself; nothing that the server says of itself is believed.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Device } from './lib/device.mjs';
import { fetchPage } from './lib/http.mjs';
import { AS_OFTEN_AS_YOU_LIKE, startServer } from './lib/server.mjs';
import { Town, readBody } from './lib/town.mjs';
import { sleep } from './lib/wait.mjs';

const LONG = process.env.THRONG_LONG === '1';
const KILLS = LONG ? 20 : 2;
const MOST_UNREAD = 1000;

const server = await startServer({ args: AS_OFTEN_AS_YOU_LIKE });
const town = await new Town(server).build();
await town.live(async () => {
  for (let kills = 0; kills < KILLS; ++kills) {
    await sleep(500 + 1500 * Math.random());
    await server.kill();
    await server.start();
  }
  await sleep(1500);
});

/** What stands in a chat, as somebody reads it who wasn't there. */
async function historyOf(chat) {
  const all = [];
  for (let next; ;) {
    const page = await fetchPage(server, server.adminToken(), chat, { next, limit: 200 });
    all.push(...page.messages);
    if (page.next === undefined) return all.reverse();
    next = page.next;
  }
}

const histories = new Map();
for (const chat of town.chats) histories.set(chat, await historyOf(chat));
const acked = town.sends.filter(({ seq }) => seq !== undefined);
const sessionsOf = (user) => town.sessions.filter((each) => each.user === user);
const personOf = (user) => town.people.find((person) => person.user === user);

/** Everything that reached a device, with when: {event, at, session}. */
function sightings(user, op) {
  return sessionsOf(user).flatMap(({ session }) => session.events
    .map((event, i) => ({ event, at: session.times[i], session }))
    .filter(({ event }) => event.op === op));
}

/** When the guest was out for certain: from an answer to the next call. */
const absences = town.moves
  .map((move, i) => ({ ...move, from: move.answered, to: town.moves[i + 1]?.invoked }))
  .filter(({ kind, to }) => kind === 'remove' && to !== undefined);
const saidWhileOut = acked.filter(({ chat, invoked, answered }) =>
  chat === town.fenced && absences.some(({ from, to }) => invoked > from && answered < to));
const back = town.moves.at(-1).answered;
const isDue = (user, { chat, invoked }) =>
  town.members.get(chat).includes(user) && (chat !== town.fenced || user !== town.guest.user || invoked > back);

test('enough happened for all of this to mean something', () => {
  assert.ok(acked.length > 100, `${acked.length} sends`);
  assert.ok(town.sessions.length > town.people.length + KILLS, `${town.sessions.length} sessions`);
  assert.ok(saidWhileOut.length > 0, `${absences.length} absences`);
  assert.ok(town.sends.some(({ error }) => error));
});

test('S1: what was acknowledged reaches every member and stands in the history', () => {
  for (const send of acked) {
    assert.equal(histories.get(send.chat)[send.seq - 1]?.cmid, send.cmid, `chat ${send.chat}, seq ${send.seq}`);
    for (const { user, ...person } of town.people.map((each) => ({ user: each.user, view: each.chat(send.chat) }))) {
      if (isDue(user, send)) assert.equal(person.view.messages.get(send.seq)?.cmid, send.cmid, `seq ${send.seq} at ${user}`);
    }
  }
});

test('S2: what is delivered was sent, and what failed for certain never appears', () => {
  const sent = new Map(town.sends.map((send) => [send.cmid, send]));
  const refused = town.sends.filter(({ user }) => user === town.stranger.user);
  assert.ok(refused.every(({ error }) => error === 'not_a_member'), JSON.stringify(refused));
  const seen = [...histories.values()].flat();
  for (const person of town.people) seen.push(...sightings(person.user, 'message').map(({ event }) => event));
  for (const message of seen) {
    assert.equal(sent.get(message.cmid)?.body, message.body);
    assert.notEqual(message.from, town.stranger.user);
  }
});

test('S3: one seq for each cmid, for good, over reconnects and restarts', async () => {
  for (const { user } of town.people) {
    for (const { event } of sightings(user, 'sent')) {
      const first = acked.find(({ cmid }) => cmid === event.cmid);
      assert.deepEqual([event.seq, event.time], [first.seq, first.time]);
    }
  }
  for (const history of histories.values()) {
    assert.equal(new Set(history.map(({ from, cmid }) => `${from} ${cmid}`)).size, history.length);
  }
  await server.kill();
  await server.start();
  const person = town.people[1];
  await person.connect();
  for (const { chat, body, cmid, seq, time } of acked.filter(({ user }) => user === person.user).slice(-20)) {
    assert.deepEqual(await person.send(chat, body, cmid), { seq, time });
  }
});

test('S4: all agree on the bytes at a place', () => {
  for (const { user } of town.people) {
    for (const { event: { chat, seq, from, cmid, time, body } } of sightings(user, 'message')) {
      const stands = histories.get(chat)[seq - 1];
      assert.deepEqual({ from, cmid, time, body }, { from: stands.from, cmid: stands.cmid, time: stands.time, body: stands.body });
    }
  }
});

test('S5: seqs are dense and follow real time', () => {
  for (const [chat, history] of histories) {
    assert.deepEqual(history.map(({ seq }) => seq), history.map((_, i) => i + 1));
    const inOrder = acked.filter((send) => send.chat === chat).sort((a, b) => a.invoked - b.invoked);
    for (const later of inOrder) {
      const before = inOrder.filter(({ answered }) => answered < later.invoked).map(({ seq }) => seq);
      assert.ok(Math.max(0, ...before) < later.seq, `chat ${chat}: ${later.seq} was sent after ${Math.max(...before)}`);
    }
  }
});

test('S6: each session sees rising seqs, without a skip or a repeat', () => {
  for (const { have, session } of town.sessions) {
    const last = new Map(have);
    for (const event of session.events) {
      if (event.op === 'membership' && event.member) last.set(event.chat, event.last);
      if (event.op !== 'message' && event.op !== 'sent') continue;
      const before = last.get(event.chat);
      if (event.op === 'sent' && before !== undefined && event.seq <= before) continue;  // a repeat's answer
      assert.ok(before === undefined || event.seq === before + 1, `${event.op} ${event.seq} after ${before}`);
      last.set(event.chat, event.seq);
    }
  }
});

test('S7: who comes back with less gets all that is missing', async () => {
  const user = town.people[1].user;
  for (const part of [0, 0.3, 0.9]) {
    const have = town.chatsOf(user).map((chat) => [chat, Math.floor(histories.get(chat).length * part)]);
    const rewound = await Device.connect(server, user, { have });
    for (const [chat, position] of have) {
      const missing = histories.get(chat).slice(position).map(({ seq, cmid }) => `${seq} ${cmid}`);
      assert.deepEqual([...rewound.chat(chat).messages.values()].map(({ seq, cmid }) => `${seq} ${cmid}`), missing);
    }
    await rewound.finish();
  }
});

test('S8: after the last reconnect a device has what the chat has', () => {
  for (const [chat, history] of histories) {
    for (const user of town.members.get(chat)) {
      const view = personOf(user).chat(chat);
      assert.equal(view.upTo, history.length);
      if (user === town.guest.user && chat === town.fenced) continue;
      assert.deepEqual(view.bodies(), history.map(({ body }) => body), `chat ${chat} at user ${user}`);
    }
  }
});

/** Receipts and states that reached a user, in order: {chat, of, delivered, read, at}. */
function cursorsSeen(user) {
  const told = sightings(user, 'receipt').map(({ event, at }) => ({ ...event, of: event.user, at }));
  const own = sightings(user, 'caught_up')
    .flatMap(({ event, at }) => event.chats.map((state) => ({ ...state, of: user, at })));
  return [...told, ...own].sort((a, b) => a.at - b.at);
}

test('S9: cursors keep 0 ≤ read ≤ delivered ≤ last, and never move back', () => {
  for (const { user } of town.people) {
    const before = new Map();
    for (const { chat, of, delivered, read } of cursorsSeen(user)) {
      assert.ok(read >= 0 && read <= delivered && delivered <= histories.get(chat).length);
      const [oldDelivered, oldRead] = before.get(`${chat} ${of}`) ?? [0, 0];
      assert.ok(delivered >= oldDelivered && read >= oldRead, `chat ${chat}: user ${of} moved back`);
      before.set(`${chat} ${of}`, [delivered, read]);
    }
  }
});

test('S10: delivered only after a device said so, read only after its user read', () => {
  for (const { user } of town.people) {
    for (const { chat, of, delivered, read, at } of cursorsSeen(user)) {
      if (chat === town.fenced && of === town.guest.user) continue;  // what is said before one joins counts as read
      const said = town.said.filter((each) => each.user === of && each.chat === chat && each.at <= at);
      const furthest = (ops) => Math.max(0, ...said.filter(({ op }) => ops.includes(op)).map(({ seq }) => seq));
      assert.ok(read <= furthest(['read']), `chat ${chat}: user ${of} has read ${read}`);
      assert.ok(delivered <= furthest(['delivered', 'read']), `chat ${chat}: user ${of} has ${delivered}`);
    }
  }
});

test('S11: unread is the messages of others above the read cursor', () => {
  for (const { user } of town.people) {
    for (const { event } of sightings(user, 'caught_up')) {
      for (const { chat, last, read, unread } of event.chats) {
        const count = histories.get(chat).slice(read, last).filter(({ from }) => from !== user).length;
        assert.equal(unread, Math.min(count, MOST_UNREAD), `chat ${chat} at user ${user}`);
      }
    }
  }
});

test('S12: who is out of a chat gets nothing of it, then or later, and can\'t send', async () => {
  const guest = town.guest.user;
  const hidden = new Set(saidWhileOut.map(({ cmid }) => cmid));
  assert.ok(saidWhileOut.every(({ user }) => user !== guest));
  for (const { event } of sightings(guest, 'message')) assert.ok(!hidden.has(event.cmid), `seq ${event.seq}`);
  for (const { cmid } of await town.guest.connect().then((device) => device.history(town.fenced))) {
    assert.ok(!hidden.has(cmid), 'in the history that newcomers may read');
  }
  for (const { event } of sightings(guest, 'message')) {
    const send = acked.find(({ cmid }) => cmid === event.cmid);
    assert.ok(event.chat !== town.fenced || send === undefined || !hidden.has(send.cmid));
  }
});

test('S13: what is said in a chat reaches its members only, whole', () => {
  for (const { user } of [...town.people, town.stranger]) {
    for (const { event } of sightings(user, 'message')) {
      const content = readBody(event.body);
      assert.ok(content, `the bytes of seq ${event.seq} of chat ${event.chat} have changed`);
      assert.deepEqual([content.chat, content.from, content.cmid], [event.chat, event.from, event.cmid]);
      assert.ok(content.to.includes(user), `user ${user} got what was meant for ${content.to}`);
    }
  }
});
