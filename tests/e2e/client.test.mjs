// People who are online write to each other: what a stranger's client sees of a chat that is live.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Device } from './lib/device.mjs';
import { call, fetchPage, makeChat } from './lib/http.mjs';
import { newUser, startServer } from './lib/server.mjs';
import { Session } from './lib/session.mjs';
import { until } from './lib/wait.mjs';

const server = await startServer();

/** A chat of people who are all online. */
async function livelyChat(size = 2) {
  const users = Array.from({ length: size }, newUser);
  const chat = await makeChat(server, users);
  const people = await Promise.all(users.map((user) => Device.connect(server, user)));
  return { chat, people };
}

const finishAll = (people) => Promise.all(people.map((each) => each.finish()));

test('what one says the other gets, with both ticks coming back', async () => {
  const { chat, people } = await livelyChat();
  const [alice, bob] = people;
  const body = 'good "day"\n\\ \u0000 \u2028 žluťoučký 日本語 👩‍👩‍👧‍👦';
  const sent = await alice.send(chat, body);
  assert.equal(sent.seq, 1);
  assert.ok(Math.abs(sent.time - Date.now()) < 60_000);

  const message = await bob.receive(chat, 1);
  assert.deepEqual({ ...message, cmid: '' }, { seq: 1, from: alice.user, cmid: '', time: sent.time, body });

  bob.delivered(chat, 1);
  assert.deepEqual(await alice.cursors(chat, bob.user, { delivered: 1 }), { delivered: 1, read: 0 });
  bob.read(chat, 1);
  assert.deepEqual(await alice.cursors(chat, bob.user, { read: 1 }), { delivered: 1, read: 1 });
  await finishAll(people);
});

test('S9: read alone implies delivered, and cursors never move back', async () => {
  const { chat, people } = await livelyChat();
  const [alice, bob] = people;
  await alice.sendAll(chat, ['one', 'two', 'three']);
  await bob.receive(chat, 3);
  bob.read(chat, 2);
  assert.deepEqual(await alice.cursors(chat, bob.user, { read: 2 }), { delivered: 2, read: 2 });
  bob.delivered(chat, 1);
  bob.read(chat, 1);
  bob.delivered(chat, 3);
  assert.deepEqual(await alice.cursors(chat, bob.user, { delivered: 3 }), { delivered: 3, read: 2 });
  await finishAll(people);
});

test('receipts go to who wrote the messages, and to nobody else', async () => {
  const { chat, people } = await livelyChat(3);
  const [alice, bob, carol] = people;
  await alice.send(chat, 'from alice');
  await Promise.all([bob.receive(chat, 1), carol.receive(chat, 1)]);
  bob.read(chat, 1);
  await alice.cursors(chat, bob.user, { read: 1 });
  const events = await carol.session.settle();
  assert.deepEqual(events.filter((event) => event.op === 'receipt' && event.delivered > 0), []);
  await finishAll(people);
});

test('S4, S5: all members see the same messages in the same order while all of them write', async () => {
  const { chat, people } = await livelyChat(4);
  const each = 50;
  const sends = people.map((person) => {
    return person.sendAll(chat, Array.from({ length: each }, (_, i) => `${person.user}:${i}`));
  });
  const seqs = await Promise.all(sends);
  for (const own of seqs) assert.ok(own.every(({ seq }, i) => i === 0 || seq > own[i - 1].seq));
  const total = people.length * each;
  await Promise.all(people.map((person) => person.receive(chat, total)));
  const [first, ...others] = people.map((person) => person.chat(chat).bodies());
  assert.equal(first.length, total);
  for (const other of others) assert.deepEqual(other, first);
  await finishAll(people);
});

test('S3: a message that is sent twice gets its first answer again, and stands once', async () => {
  const { chat, people: [alice, bob] } = await livelyChat();
  const first = await alice.send(chat, 'once', 'the same');
  await alice.send(chat, 'in between');
  assert.deepEqual(await alice.send(chat, 'once', 'the same'), first);
  // The name is the sender's own: another one's message may have it too.
  assert.equal((await bob.send(chat, 'from bob', 'the same')).seq, 3);
  assert.deepEqual((await alice.history(chat)).map(({ body }) => body), ['once', 'in between', 'from bob']);
  await finishAll([alice, bob]);
});

test('every device of a person gets everything, and the sending one gets "sent" in its place', async () => {
  const { chat, people: [phone, bob] } = await livelyChat();
  const laptop = await Device.connect(server, phone.user, { device: 'laptop' });
  await phone.send(chat, 'from the phone');
  await bob.send(chat, 'from bob');
  await Promise.all([phone, laptop, bob].map((device) => device.receive(chat, 2)));
  assert.equal((await laptop.receive(chat, 1)).from, phone.user);
  assert.equal(phone.session.events.filter(({ op }) => op === 'message').length, 1);

  bob.read(chat, 1);
  await Promise.all([phone, laptop].map((device) => device.cursors(chat, bob.user, { read: 1 })));
  laptop.read(chat, 2);
  await bob.cursors(chat, phone.user, { read: 2 });
  await finishAll([phone, laptop, bob]);
});

test('typing reaches the other members', async () => {
  const { chat, people } = await livelyChat(3);
  const [alice, bob, carol] = people;
  alice.say({ op: 'typing', chat });
  for (const other of [bob, carol]) {
    assert.deepEqual(await other.take('typing'), { op: 'typing', chat, user: alice.user });
  }
  const own = await alice.session.settle();
  assert.ok(own.every(({ op }) => op !== 'typing'));
  await finishAll(people);
});

test('L2: presence tells who is online and when somebody last did something', async () => {
  const { people: [alice, bob] } = await livelyChat();
  const stranger = newUser();
  const ask = async (user) => {
    alice.say({ op: 'presence', users: [user] });
    const told = await alice.take('presence', (event) => event.user === user);
    assert.ok(told.last_seen <= Date.now(), 'nobody was seen in the future');
    return told;
  };
  assert.deepEqual(await ask(stranger), { op: 'presence', user: stranger, online: false, last_seen: 0 });
  bob.say({ op: 'activity', kind: 'opened' });
  await bob.session.settle();
  let online = await ask(bob.user);
  for (let tries = 0; online.last_seen === 0 && tries < 1000; ++tries) online = await ask(bob.user);
  assert.equal(online.online, true);
  assert.ok(Math.abs(online.last_seen - Date.now()) < 60_000);
  await bob.finish();
  let gone = await ask(bob.user);
  for (let tries = 0; gone.online && tries < 100; ++tries) gone = await ask(bob.user);
  assert.equal(gone.online, false);
  assert.ok(gone.last_seen >= online.last_seen);
  await alice.finish();
});

test('L2: only what people do moves last seen, not what their apps do', async () => {
  const { chat, people: [alice, idle, ...active] } = await livelyChat(6);
  const lastSeen = async ({ user }) => {
    alice.say({ op: 'presence', users: [user] });
    return (await alice.take('presence', (event) => event.user === user)).last_seen;
  };
  await alice.send(chat, 'hi');
  await Promise.all([idle, ...active].map((person) => person.receive(chat, 1)));
  idle.delivered(chat, 1);
  idle.say({ op: 'activity', kind: 'connected' }, { op: 'presence', users: [alice.user] }, { op: 'ping' });
  await idle.fetch(chat);
  await alice.cursors(chat, idle.user, { delivered: 1 });  // what came with it is stored, too

  const acts = [{ op: 'typing', chat }, { op: 'read', chat, seq: 1 }, { op: 'send', chat, cmid: 'a', body: 'hello' },
    { op: 'activity', kind: 'opened' }];
  for (const [i, person] of active.entries()) {
    person.say(acts[i]);
    await until(() => lastSeen(person), `${acts[i].op} is something that a person does`);
  }
  assert.equal(await lastSeen(idle), 0);
  await finishAll([alice, idle, ...active]);
});

test('L2: who vanishes without closing is offline within seconds', async () => {
  const strict = await startServer({ args: ['--heartbeat', '1s'], data: 'memory' });
  const [watcher, vanishing] = await Promise.all([newUser(), newUser()].map((user) => Device.connect(strict, user)));
  const ask = async () => {
    watcher.say({ op: 'presence', users: [vanishing.user] });
    return watcher.take('presence');
  };
  assert.equal((await ask()).online, true);
  // Its connection stays, and nothing is heard of it any more: two heartbeats.
  vanishing.session.socket.pause();
  const began = Date.now();
  await until(async () => !(await ask()).online, 'it is offline', { ms: 20_000, every: 100 });
  assert.ok(Date.now() - began > 1000, 'it had time to say something');
  assert.equal(await strict.metric('throng_server_sessions'), 2, 'an answer to its bye is still waited for');
  vanishing.session.socket.terminate();
  await watcher.finish();
  await strict.stop();
});

test('several events in one WebSocket message, empty lines, unknown and null fields are taken', async () => {
  const { chat, people: [alice, bob] } = await livelyChat();
  alice.say(
    { op: 'send', chat, cmid: 'a', body: 'one', mood: 'good' }, '', '  ',
    { body: 'two', cmid: 'b', chat, op: 'send' },
    { op: 'fetch', chat, ref: 'r', limit: null, token: null }, '');
  assert.equal((await alice.take('sent', ({ cmid }) => cmid === 'b')).seq, 2);
  assert.equal((await alice.take('history')).ref, 'r');
  await bob.receive(chat, 2);
  await bob.finish();
  await alice.session.leave();
});

test('S12: who joins gets what comes from then on; who leaves gets nothing more', async () => {
  const { chat, people: [alice, bob] } = await livelyChat();
  const carol = await Device.connect(server, newUser());
  const token = server.token(alice.user);
  await alice.send(chat, 'before carol');
  await call(server, 'POST', `/chats/${chat}/members`, { token, body: { add: [carol.user] } });
  assert.deepEqual(await carol.take('membership'), { op: 'membership', chat, member: true, last: 1 });
  await bob.send(chat, 'hello carol');
  assert.equal((await carol.receive(chat, 2)).body, 'hello carol');
  assert.equal((await carol.send(chat, 'hello bob')).seq, 3);
  await bob.receive(chat, 3);

  const path = `/chats/${chat}/members/${carol.user}`;
  assert.equal((await call(server, 'DELETE', path, { token })).status, 200);
  assert.deepEqual(await carol.take('membership'), { op: 'membership', chat, member: false, last: 3 });
  await alice.send(chat, 'about carol');
  await bob.receive(chat, 4);
  await assert.rejects(carol.send(chat, 'still here'), /not_a_member/);
  const events = await carol.session.settle();
  assert.ok(events.every(({ op, seq }) => op !== 'message' || seq < 4));
  await finishAll([alice, bob, carol]);

  const back = await Device.connect(server, carol.user, { have: [] });
  assert.deepEqual(back.caughtUp.chats, []);
  await back.finish();
});

test('S12: the history of a chat that hides it begins where one joined, and ends where one left', async () => {
  const { chat, people: [alice, bob] } = await livelyChat();
  const carol = await Device.connect(server, newUser());
  const token = server.token(alice.user);
  const seqs = async (limit) => (await carol.history(chat, limit)).map(({ seq }) => seq);
  await alice.sendAll(chat, ['one', 'two', 'three']);
  await call(server, 'POST', `/chats/${chat}/members`, { token, body: { add: [carol.user] } });
  await carol.take('membership');
  assert.deepEqual(await seqs(), []);
  await bob.sendAll(chat, ['four', 'five']);
  for (const limit of [1, 200]) assert.deepEqual(await seqs(limit), [4, 5]);

  const path = `/chats/${chat}/members/${carol.user}`;
  assert.equal((await call(server, 'DELETE', path, { token })).status, 200);
  await carol.take('membership', ({ member }) => !member);
  await alice.send(chat, 'six');
  carol.say({ op: 'fetch', chat, ref: 'after' });
  const answer = await Promise.race(['history', 'error'].map((op) => carol.take(op, ({ ref }) => ref === 'after')));
  assert.ok(answer.code === 'not_a_member' || answer.messages.every(({ seq }) => seq > 3 && seq < 6), JSON.stringify(answer));
  const page = await fetchPage(server, server.token(carol.user), chat);
  assert.ok(page.code === 'not_a_member' || page.messages.every(({ seq }) => seq > 3 && seq < 6), JSON.stringify(page));
  await Promise.all([alice.finish(), bob.finish(), carol.drop()]);
});

test('a session that says hello gets welcome first', async () => {
  const user = newUser();
  const session = await Session.begin(server, user, { device: 'phone' });
  const { heartbeat_s: heartbeat, time, epoch, ...rest } = session.events[0];
  assert.deepEqual(rest, { op: 'welcome', user, chats: 0 });
  assert.ok(Number.isInteger(epoch) && epoch > 0);
  assert.ok(Number.isInteger(heartbeat) && heartbeat > 0 && Math.abs(time - Date.now()) < 60_000);
  await session.leave();
});
