// People go and come back: each of their devices ends up with everything, once and in order.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Device } from './lib/device.mjs';
import { makeChat } from './lib/http.mjs';
import { newUser, startServer } from './lib/server.mjs';

const server = await startServer();

async function pair() {
  const users = [newUser(), newUser()];
  const chat = await makeChat(server, users);
  const [alice, bob] = await Promise.all(users.map((user) => Device.connect(server, user)));
  return { chat, alice, bob };
}

const numbered = (count, prefix = '') => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

test('with `have` a device gets what it lacks and nothing else', async () => {
  const { chat, alice, bob } = await pair();
  await alice.sendAll(chat, numbered(5));
  await bob.receive(chat, 5);
  await bob.drop();
  await alice.sendAll(chat, numbered(500, 'missed '));
  await bob.connect();
  assert.equal(bob.caughtUp.messages, 500);
  assert.deepEqual(bob.chat(chat).bodies(), [...numbered(5), ...numbered(500, 'missed ')]);
  await Promise.all([alice.finish(), bob.finish()]);
});

test('without `have` a device gets all after the delivered cursor', async () => {
  const { chat, alice, bob } = await pair();
  await alice.sendAll(chat, numbered(10));
  await bob.receive(chat, 10);
  bob.delivered(chat, 4);
  await alice.cursors(chat, bob.user, { delivered: 4 });
  await bob.finish();
  const blank = await Device.connect(server, bob.user);
  assert.deepEqual([...blank.chat(chat).messages.keys()], [5, 6, 7, 8, 9, 10]);
  assert.deepEqual(blank.caughtUp.chats, [{ chat, last: 10, delivered: 4, read: 0, unread: 10 }]);
  await Promise.all([alice.finish(), blank.finish()]);
});

test('`have` of 0 brings everything, own messages among it', async () => {
  const { chat, alice, bob } = await pair();
  await alice.sendAll(chat, numbered(3));
  await bob.receive(chat, 3);
  await bob.sendAll(chat, numbered(3, 'own '));
  bob.read(chat, 6);
  await alice.cursors(chat, bob.user, { read: 3 });
  const wiped = await Device.connect(server, bob.user, { have: [[chat, 0]] });
  assert.deepEqual(wiped.chat(chat).bodies(), [...numbered(3), ...numbered(3, 'own ')]);
  assert.equal(wiped.caughtUp.messages, 6);
  await Promise.all([alice, bob, wiped].map((device) => device.finish()));
});

test('S11: unread counts the messages of others above the read cursor', async () => {
  const { chat, alice, bob } = await pair();
  await alice.sendAll(chat, numbered(4));
  await bob.receive(chat, 4);
  await bob.send(chat, 'own');
  await alice.sendAll(chat, numbered(2, 'later '));
  await bob.receive(chat, 7);
  bob.read(chat, 3);
  await alice.cursors(chat, bob.user, { read: 3 });
  await bob.drop();
  await bob.connect();
  const [{ last, read, unread }] = bob.caughtUp.chats;
  assert.deepEqual({ last, read, unread }, { last: 7, read: 3, unread: 3 });
  await Promise.all([alice.finish(), bob.finish()]);
});

test('unread stops counting at 1000', async () => {
  const { chat, alice, bob } = await pair();
  await bob.drop();
  for (let i = 0; i < 11; ++i) await alice.sendAll(chat, numbered(100));
  await bob.connect();
  assert.equal(bob.caughtUp.messages, 1100);
  assert.equal(bob.caughtUp.chats[0].unread, 1000);
  await Promise.all([alice.finish(), bob.finish()]);
});

test('a sender who was away finds the receipts', async () => {
  const { chat, alice, bob } = await pair();
  await alice.send(chat, 'are you there?');
  await bob.receive(chat, 1);
  await alice.drop();
  bob.read(chat, 1);
  await bob.session.settle();
  await alice.connect();
  assert.deepEqual(await alice.cursors(chat, bob.user, { read: 1 }), { delivered: 1, read: 1 });
  await Promise.all([alice.finish(), bob.finish()]);
});

test('S6, S8: nothing is missed or repeated by who comes and goes while others write', async () => {
  const { chat, alice, bob } = await pair();
  const laptop = await Device.connect(server, bob.user);
  const total = 600;
  let writing = true;
  const written = (async () => {
    for (let i = 0; i < total; i += 10) await alice.sendAll(chat, numbered(10, `${i} `));
    writing = false;
  })();
  let returns = 0;
  for (; writing; ++returns) {
    await bob.drop();
    await bob.connect();
    if (returns % 3 === 0) bob.delivered(chat, bob.chat(chat).upTo || 1);
  }
  await written;
  await Promise.all([bob, laptop].map((device) => device.receive(chat, total)));
  assert.ok(returns >= 3, `only ${returns} returns`);
  assert.equal(bob.chat(chat).messages.size, total);
  assert.deepEqual(bob.chat(chat).bodies(), laptop.chat(chat).bodies());
  await Promise.all([alice, bob, laptop].map((device) => device.finish()));
});

test('S3: a message without an answer is sent again after a reconnect, and stands once', async () => {
  const { chat, alice, bob } = await pair();
  const sends = numbered(200).map((body) => alice.send(chat, body));
  await bob.receive(chat, 20);
  await alice.drop();
  await alice.connect();
  await Promise.all(sends);
  await bob.receive(chat, 200);
  assert.deepEqual(bob.chat(chat).bodies().sort(), numbered(200).sort());
  await Promise.all([alice.finish(), bob.finish()]);
});

test('a member of many chats catches up in each of them', async () => {
  const [bob, ...others] = Array.from({ length: 41 }, newUser);
  const chats = [];
  for (const other of others) {
    const chat = await makeChat(server, [other, bob]);
    const sender = await Device.connect(server, other);
    await sender.sendAll(chat, numbered(chats.length));
    await sender.finish();
    chats.push(chat);
  }
  const device = await Device.connect(server, bob);
  assert.equal(device.welcome.chats, chats.length);
  assert.equal(device.caughtUp.chats.length, chats.length);
  chats.forEach((chat, count) => assert.deepEqual(device.chat(chat).bodies(), numbered(count)));
  await device.finish();
});
