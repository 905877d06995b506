// What the server promises of who gets what, each rule tried by itself (S2, S7, S10, S13).
// invariants.test.mjs holds all of them against a life that is disturbed.

import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { test } from 'node:test';

import { Device } from './lib/device.mjs';
import { call, fetchPage, makeChat } from './lib/http.mjs';
import { AS_OFTEN_AS_YOU_LIKE, newUser, startServer } from './lib/server.mjs';
import { Session } from './lib/session.mjs';
import { tempDir } from './lib/temp.mjs';
import { until } from './lib/wait.mjs';

const numbered = (count, word = 'message') => Array.from({ length: count }, (_, i) => `${word} ${i + 1}`);

const remove = (server, chat, admin, user) =>
  call(server, 'DELETE', `/chats/${chat}/members/${user}`, { token: server.token(admin) });

/** A session's sends with these fields, each with a cmid of its own, and what was said to each. */
async function outcomes(session, sends) {
  const all = sends.map((fields, i) => ({ op: 'send', cmid: `${session.name} ${i}`, ...fields }));
  session.say(...all);
  const answers = () => session.events.filter(({ op, cmid }) => /^(sent|error)$/.test(op) && cmid);
  await until(() => answers().length === all.length, 'each send is answered');
  return answers();
}

test('S2: a send that failed for certain never appears, live, in catch-up or in the history', async () => {
  const server = await startServer({ args: ['--user-sends', '1:20'] });
  const users = Array.from({ length: 4 }, newUser);
  const [alice, bob, removed, reader] = users;
  const chat = await makeChat(server, users);
  assert.equal((await remove(server, chat, alice, removed)).status, 200);
  const watching = await Device.connect(server, reader);
  const named = async (user, name) => Object.assign(await Session.begin(server, user), { name });
  const [fast, wrong, out, stranger] = await Promise.all(
    [named(alice, 'fast'), named(bob, 'wrong'), named(removed, 'out'), named(newUser(), 'stranger')]);
  const answers = (await Promise.all([
    outcomes(fast, numbered(40).map((body) => ({ chat, body }))),
    outcomes(wrong, [{ chat, body: 'x'.repeat(16_385) }, { chat, body: 'y', kind: 'edit', re: 999 }, { chat, body: 'good' }]),
    outcomes(out, [{ chat, body: 'from who is out' }]),
    outcomes(stranger, [{ chat, body: 'from a stranger' }, { chat: 999_999, body: 'nowhere' }]),
  ])).flat();
  const codes = new Set(answers.map(({ code }) => code));
  for (const code of ['rate_limited', 'not_a_member', 'no_such_message']) assert.ok(codes.has(code), [...codes].join(' '));
  const sent = answers.filter(({ op }) => op === 'sent').sort((a, b) => a.seq - b.seq).map(({ cmid }) => cmid);
  assert.ok(sent.length >= 20 && sent.length < 40 && sent.includes('wrong 2'), `${sent}`);

  await watching.receive(chat, sent.length);
  await watching.session.settle();
  const cmids = (messages) => messages.map(({ cmid }) => cmid);
  assert.deepEqual(cmids([...watching.chat(chat).messages.values()]), sent);
  await watching.finish();
  await server.kill();
  await server.start();
  const back = await Device.connect(server, reader, { have: [[chat, 0]] });
  assert.deepEqual(cmids([...back.chat(chat).messages.values()]), sent);
  assert.deepEqual(cmids(await back.history(chat)), sent);
  await back.finish();
  await server.stop();
});

/** A chat of `users` on a server that was put back to a copy of its store, made before 20 of 50 messages. */
async function putBack(users) {
  const server = await startServer();
  const chat = await makeChat(server, users);
  const devices = await Promise.all(users.map((user) => Device.connect(server, user)));
  await devices[0].sendAll(chat, numbered(30));
  const old = (await devices[0].history(chat)).map(({ cmid }) => cmid);
  await server.stop();
  const copy = tempDir();
  cpSync(server.data, copy, { recursive: true });
  await server.start();
  await Promise.all(devices.map((device) => device.connect()));
  await devices[0].sendAll(chat, numbered(20, 'forgotten'));
  await devices[1].receive(chat, 50);
  await server.kill();
  rmSync(server.data, { recursive: true });
  cpSync(copy, server.data, { recursive: true });
  await server.start();
  return { server, chat, old, epoch: devices[1].welcome.epoch };
}

test('S7: on an older copy of the store, who comes back gets all that there is, and is told to forget the rest', async () => {
  const users = [newUser(), newUser()];
  const { server, chat, old, epoch } = await putBack(users);
  // The chat has grown past what the device has before it comes back.
  const alice = await Device.connect(server, users[0], { have: [[chat, 0]] });
  await alice.sendAll(chat, numbered(40, 'news'));
  const back = await Session.begin(server, users[1], { have: [[chat, 50]], epoch });
  const { rewound, epoch: own } = back.events.find(({ op }) => op === 'welcome');
  assert.ok(rewound && own !== epoch, `${rewound} ${own} ${epoch}`);
  const messages = back.events.filter(({ op }) => op === 'message');
  assert.deepEqual(messages.map(({ seq }) => seq), Array.from({ length: 70 }, (_, i) => i + 1));
  assert.deepEqual(messages.slice(0, 30).map(({ cmid }) => cmid), old);
  assert.ok(messages.every(({ body }) => !body.startsWith('forgotten')));
  await back.leave();
  // What it has now is believed, after a restart too.
  await server.kill();
  await server.start();
  const again = await Session.begin(server, users[1], { have: [[chat, 68]], epoch: own });
  assert.equal(again.events.find(({ op }) => op === 'welcome').rewound, undefined);
  assert.deepEqual(again.events.filter(({ op }) => op === 'message').map(({ seq }) => seq), [69, 70]);
  await Promise.all([again.leave(), alice.session.leave()]);
  await server.stop();
});

test('S7: on an older copy of the store, who doesn\'t say of which epoch he has more than there is sees that', async () => {
  const users = [newUser(), newUser()];
  const { server, chat, old } = await putBack(users);
  const ahead = await Session.begin(server, users[1], { have: [[chat, 50]] });
  const { chats: [{ last }] } = ahead.events.find(({ op }) => op === 'caught_up');
  assert.equal(last, 30, 'a device sees that it has more than there is');
  const alice = await Device.connect(server, users[0], { have: [[chat, 0]] });
  const news = (await alice.sendAll(chat, numbered(5, 'news'))).map(({ seq }) => seq);
  assert.deepEqual(news, [31, 32, 33, 34, 35]);
  await ahead.take('message', ({ seq }) => seq === 35);
  const live = ahead.events.filter(({ op }) => op === 'message').map(({ seq }) => seq);
  assert.deepEqual(live, news, 'nothing in between is left out');

  const bob = await Device.connect(server, users[1], { have: [[chat, 0]] });
  const all = await bob.history(chat);
  assert.deepEqual(all.slice(0, 30).map(({ cmid }) => cmid), old);
  assert.deepEqual(bob.chat(chat).bodies(), all.map(({ body }) => body));
  assert.ok(all.length === 35 && all.every(({ body }) => !body.startsWith('forgotten')));
  await Promise.all([alice.finish(), bob.finish(), ahead.leave()]);
  await server.stop();
});

test('S10: delivered only after a device said so, read only after the user read, over restarts too', async () => {
  const server = await startServer();
  const users = [newUser(), newUser()];
  const chat = await makeChat(server, users);
  let [alice, bob] = await Promise.all(users.map((user) => Device.connect(server, user)));
  /** What alice is told of bob's cursors: by what came live, and at a new device in catch-up. */
  const told = async () => {
    await bob.session.settle();
    await alice.send(chat, 'a turn of the chat after what bob said');
    await alice.session.settle();
    const { read: live } = alice.chat(chat).cursors.get(users[1]) ?? { read: 0 };
    const fresh = await Device.connect(server, users[0], { device: 'laptop' });
    const cursors = fresh.chat(chat).cursors.get(users[1]) ?? { delivered: 0, read: 0 };
    assert.ok(live <= cursors.read);
    await fresh.finish();
    return cursors;
  };
  await alice.sendAll(chat, numbered(5));
  await bob.receive(chat, 5);
  assert.deepEqual(await told(), { delivered: 0, read: 0 }, 'that it came is not that a device said so');
  await bob.history(chat);
  bob.say({ op: 'activity', kind: 'opened', chat }, { op: 'typing', chat });
  assert.deepEqual(await told(), { delivered: 0, read: 0 }, 'looking isn\'t reading');
  bob.delivered(chat, 3);
  await alice.cursors(chat, users[1], { delivered: 3 });
  assert.deepEqual(await told(), { delivered: 3, read: 0 });

  await server.kill();
  await server.start();
  [alice, bob] = await Promise.all(users.map((user) => Device.connect(server, user, { have: [[chat, 0]] })));
  assert.deepEqual(await told(), { delivered: 3, read: 0 }, 'nor does coming back say so');
  bob.read(chat, 4);
  await alice.cursors(chat, users[1], { read: 4 });
  assert.deepEqual(await told(), { delivered: 4, read: 4 });
  await Promise.all([alice.finish(), bob.finish()]);
  await server.stop();
});

/** What a message of that chat says: where it belongs, who may see it, and up to 8 kB of that chat's sign. */
const addressed = (chat, to, from, i) =>
  JSON.stringify({ chat, to, from, filler: String(chat).repeat((i * 37) % 4000) });

function assertMeantFor(user, { chat, from, body }) {
  const said = JSON.parse(body);
  assert.deepEqual([said.chat, said.from], [chat, from]);
  assert.ok(said.to.includes(user), `user ${user} got what was meant for ${said.to}`);
  assert.equal(said.filler.replaceAll(String(chat), ''), '', 'bytes of another chat are in it');
}

test('S13: nothing of a chat reaches a bystander or who was removed, and frames never mix', async () => {
  const server = await startServer({ args: [...AS_OFTEN_AS_YOU_LIKE, '--threads', '2'] });
  const users = Array.from({ length: 5 }, newUser);
  const [alice, bob, carol, removed, bystander] = await Promise.all(users.map((user) => Device.connect(server, user)));
  const rooms = await Promise.all([[alice, bob], [bob, carol]].map(async (people) => {
    const to = people.map(({ user }) => user);
    const chat = await makeChat(server, [...to, removed.user]);
    await removed.take('membership', (event) => event.member && event.chat === chat);
    assert.equal((await remove(server, chat, to[0], removed.user)).status, 200);
    await removed.take('membership', (event) => !event.member && event.chat === chat);
    return { chat, people, to };
  }));
  const before = removed.session.events.length;
  const speak = async ({ chat, people, to }) => {
    const sends = people.flatMap((person) => Array.from({ length: 100 }, (_, i) =>
      person.send(chat, addressed(chat, to, person.user, i))));
    for (const person of people) person.say({ op: 'typing', chat });
    await Promise.all(sends);
    await until(() => people.every((person) => person.chat(chat).upTo === 200), `all have chat ${chat}`);
    for (const person of people) person.read(chat, 200);
    await people[0].cursors(chat, people[1].user, { read: 200 });
  };
  await Promise.all(rooms.map(speak));

  let seen = 0;
  for (const person of [alice, bob, carol]) {
    const messages = (await person.session.settle()).filter(({ op }) => op === 'message');
    for (const message of messages) assertMeantFor(person.user, message);
    seen += messages.length;
  }
  assert.equal(seen, 400);
  const harmless = ({ op }) => ['welcome', 'caught_up', 'pong'].includes(op);
  assert.deepEqual((await bystander.session.settle()).filter((event) => !harmless(event)), []);
  assert.deepEqual((await removed.session.settle()).slice(before).filter((event) => !harmless(event)), []);
  for (const { chat } of rooms) {
    for (const { user } of [bystander, removed]) {
      const page = await fetchPage(server, server.token(user), chat);
      assert.ok(page.code === 'not_a_member' || page.messages.length === 0, JSON.stringify(page));
    }
  }
  await Promise.all([alice, bob, carol, removed, bystander].map((device) => device.finish()));
  await server.stop();
});
