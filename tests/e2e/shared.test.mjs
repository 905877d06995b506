// Many sessions on one connection: to the people on it and to the others all is as it always is.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Device } from './lib/device.mjs';
import { makeChat } from './lib/http.mjs';
import { newUser, startServer } from './lib/server.mjs';
import { Session } from './lib/session.mjs';
import { SharedConnection } from './lib/shared.mjs';
import { sleep, until } from './lib/wait.mjs';

const LIMIT = 40;
const server = await startServer({ args: ['--threads', '2', '--max-sessions-per-connection', `${LIMIT}`] });

const newUsers = (count) => Array.from({ length: count }, newUser);
const connectAll = (where, users) => Promise.all(users.map((user) => Device.connect(where, user)));
const finishAll = (people) => Promise.all(people.map((each) => each.finish()));

test('people on one connection write to each other and to those with their own', async () => {
  const shared = new SharedConnection(server);
  const users = newUsers(12);
  const chat = await makeChat(server, users);
  const people = [
    ...await connectAll(shared, users.slice(0, 10)),
    ...await connectAll(server, users.slice(10)),
  ];
  await Promise.all(people.map((each) => each.sendAll(chat, ['one', 'two', 'three'])));
  const last = 3 * people.length;
  await Promise.all(people.map((each) => each.receive(chat, last)));
  for (const each of people) assert.deepEqual(each.chat(chat).bodies(), people[0].chat(chat).bodies());

  people.forEach((each) => each.read(chat, last));
  for (const each of people) {
    await Promise.all(users.filter((user) => user !== each.user)
      .map((user) => each.cursors(chat, user, { delivered: last, read: last })));
  }
  await finishAll(people);
  await shared.leave();
});

test('who leaves is gone and the others stay; who comes back is caught up', async () => {
  const shared = new SharedConnection(server);
  const [a, b, c] = newUsers(3);
  const chat = await makeChat(server, [a, b, c]);
  const [alice, bob] = await connectAll(shared, [a, b]);
  const carol = await Device.connect(server, c);
  await alice.finish();
  await until(async () => {
    carol.say({ op: 'presence', users: [a, b] });
    const [one, other] = await Promise.all([a, b].map((id) => carol.take('presence', ({ user }) => user === id)));
    return !one.online && other.online;
  }, 'alice is away and bob is there');
  await bob.sendAll(chat, ['while', 'she', 'was', 'away']);
  await alice.connect();
  await alice.receive(chat, 4);
  assert.equal(alice.caughtUp.messages, 4);
  await finishAll([alice, bob, carol]);
  await shared.leave();
});

test('catch-up of many pages, for many at once', async () => {
  const users = newUsers(30);
  const chat = await makeChat(server, users);
  const writer = await Device.connect(server, users[0]);
  const count = 1500;
  const body = 'x'.repeat(500);
  await writer.sendAll(chat, Array.from({ length: count }, () => body));
  const shared = new SharedConnection(server);
  const readers = await connectAll(shared, users.slice(1));
  for (const each of readers) {
    assert.equal(each.caughtUp.messages, count);
    each.assertRulesKept();
  }
  await finishAll([writer, ...readers]);
  await shared.leave();
});

/** A chat with so much in it that catching up takes a while. */
async function longChat(members, { count = 1500, bytes = 500 } = {}) {
  const chat = await makeChat(server, members);
  const writer = await Device.connect(server, members[0]);
  await writer.sendAll(chat, Array.from({ length: count }, () => 'x'.repeat(bytes)));
  await writer.finish();
  return chat;
}

test('what is said before catch-up has ended is served after it', async () => {
  const shared = new SharedConnection(server);
  const [writer, user] = [newUser(), newUser()];
  const chat = await longChat([writer, user]);
  const session = await Session.open(shared);
  session.say({ op: 'hello', token: server.token(user) }, { op: 'send', chat, cmid: 'c1', body: 'first' });
  session.say({ op: 'send', chat, cmid: 'c2', body: 'second' });
  session.say({ op: 'send', chat, cmid: 'c3', body: 'third' });
  const seqs = await Promise.all(['c1', 'c2', 'c3']
    .map(async (name) => (await session.take('sent', ({ cmid }) => cmid === name)).seq));
  assert.deepEqual(seqs, [1501, 1502, 1503]);
  const ops = session.events.map(({ op }) => op);
  assert.ok(ops.indexOf('caught_up') < ops.indexOf('sent'), ops.slice(-9).join());
  await shared.leave();
});

test('who says too much before catch-up has ended is closed, and nobody else', async () => {
  const shared = new SharedConnection(server);
  const [writer, user] = [newUser(), newUser()];
  await longChat([writer, user], { count: 1000, bytes: 16_000 });
  const neighbour = await Session.begin(shared, newUser());
  const session = await Session.open(shared);
  shared.socket.pause();  // so that catching up takes as long as that
  session.say({ op: 'hello', token: server.token(user) });
  const words = '{"op":"ping"}\n'.repeat(3000);
  for (let i = 0; i < 3; ++i) session.say(words);
  await sleep(500);
  shared.socket.resume();
  assert.equal((await session.take('bye')).code, 'too_large');
  await neighbour.settle();
  await shared.leave();
});

test('hello and leave in one message', async () => {
  const shared = new SharedConnection(server);
  const neighbour = await Session.begin(shared, newUser());
  const session = await Session.open(shared);
  session.say('\n', { op: 'hello', token: server.token(newUser()) }, { op: 'leave' });
  await session.take('caught_up');
  await neighbour.settle();
  assert.deepEqual(session.events.map(({ op }) => op), ['welcome', 'caught_up']);
  await shared.leave();
});

test('all people of a full connection catch up at once', async () => {
  const own = await startServer({ args: ['--threads', '2'] });
  const users = newUsers(1001);
  const [chats, bodies] = [[], Array.from({ length: 120 }, () => 'x'.repeat(500))];
  const writer = await Device.connect(own, users[0]);
  for (let i = 0; i < 2; ++i) chats.push(await makeChat(own, users));
  for (const chat of chats) await writer.sendAll(chat, bodies);
  const shared = new SharedConnection(own);
  const readers = await Promise.all(users.slice(1).map((user) => Session.begin(shared, user)));
  for (const each of readers) {
    assert.equal(each.events.find(({ op }) => op === 'caught_up').messages, chats.length * bodies.length);
  }
  await writer.finish();
  await shared.leave();
  await own.stop();
});

test('all are gone with their connection', async () => {
  const shared = new SharedConnection(server);
  const users = newUsers(5);
  const watcher = await Device.connect(server, newUser());
  await connectAll(shared, users);
  shared.socket.terminate();
  await until(async () => {
    watcher.say({ op: 'presence', users });
    const states = await Promise.all(users.map((id) => watcher.take('presence', ({ user }) => user === id)));
    return states.every(({ online }) => !online);
  }, 'nobody of them is online');
  await watcher.finish();
});

test('a hello that is refused leaves the others be', async () => {
  const shared = new SharedConnection(server);
  const [user] = newUsers(1);
  const device = await Device.connect(shared, user);
  const refused = await Session.open(shared);
  refused.say({ op: 'hello', token: 'forged' });
  assert.equal((await refused.take('error')).code, 'bad_token');
  assert.deepEqual(await refused.take('bye'), { op: 'bye', code: 'bad_token', resume: false, retry_ms: 0 });
  const hasty = await Session.open(shared);
  hasty.say({ op: 'ping' });
  assert.equal((await hasty.take('error')).code, 'hello_first');
  await device.session.settle();
  await device.finish();
  await shared.leave();
});

test('a connection holds as many sessions as the server was told, and again as many after they left', async () => {
  const shared = new SharedConnection(server);
  const users = newUsers(LIMIT + 1);
  const people = await connectAll(shared, users.slice(0, LIMIT));
  const late = await Session.open(shared);
  late.say({ op: 'hello', token: server.token(users[LIMIT]) });
  assert.equal((await late.take('error')).code, 'overloaded');
  assert.equal((await late.take('bye')).resume, true);
  await people[0].finish();
  await until(async () => (await server.metric('throng_server_shared_sessions')) < LIMIT, 'one has left');
  await (await Device.connect(shared, users[LIMIT])).finish();
  await finishAll(people.slice(1));
  await shared.leave();
  await until(async () => (await server.metric('throng_server_shared_connections')) === 0, 'it is closed');
  assert.equal(await server.metric('throng_server_shared_sessions'), 0);
});

const BROKEN = {
  'events of no session': ['{"op":"ping"}', 4007],
  'a session line that is none': ['{"op":"session","session":0}\n{"op":"ping"}', 4007],
};
for (const [what, [text, code]] of Object.entries(BROKEN)) {
  test(`${what} end a shared connection`, async () => {
    const shared = new SharedConnection(server);
    const device = await Device.connect(shared, newUser());
    shared.socket.send(text);
    assert.equal(await shared.closed, code);
    assert.equal(await device.session.closed, code);
  });
}

test('a graceful stop says goodbye to each and closes the connection', async () => {
  const own = await startServer({ args: ['--threads', '2'] });
  const shared = new SharedConnection(own);
  const sessions = await Promise.all(newUsers(6).map((user) => Session.begin(shared, user)));
  const [{ code }, ...byes] = await Promise.all([own.stop(), ...sessions.map((each) => each.take('bye'))]);
  assert.equal(code, 0);
  for (const bye of byes) assert.deepEqual([bye.code, bye.resume], ['going_away', true]);
  assert.equal(await shared.closed, 1001);
});

test('leave ends a session of its own connection', async () => {
  const session = await Session.begin(server, newUser());
  session.say({ op: 'leave' });
  assert.equal(await session.closed, 1000);
});
