// Many sessions on one connection: to the people on it and to the others all is as it always is.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Device } from './lib/device.mjs';
import { makeChat } from './lib/http.mjs';
import { newUser, startServer } from './lib/server.mjs';
import { Session } from './lib/session.mjs';
import { SharedConnection } from './lib/shared.mjs';
import { until } from './lib/wait.mjs';

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
  carol.say({ op: 'presence', users: [a, b] });
  await carol.take('presence', ({ user, online }) => user === a && !online);
  await carol.take('presence', ({ user, online }) => user === b && online);
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

test('what is said before catch-up has ended is served after it', async () => {
  const shared = new SharedConnection(server);
  const [user, other] = newUsers(2);
  const chat = await makeChat(server, [user, other]);
  const session = await Session.open(shared);
  session.say({ op: 'hello', token: server.token(user) }, { op: 'send', chat, cmid: 'c1', body: 'first' });
  session.say({ op: 'send', chat, cmid: 'c2', body: 'second' });
  assert.equal((await session.take('sent', ({ cmid }) => cmid === 'c1')).seq, 1);
  assert.equal((await session.take('sent', ({ cmid }) => cmid === 'c2')).seq, 2);
  const ops = session.events.map(({ op }) => op);
  assert.ok(ops.indexOf('caught_up') < ops.indexOf('sent'), ops.join());
  await shared.leave();
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
