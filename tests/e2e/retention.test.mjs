// Messages that are kept for a time, or until everybody has them: they are gone from catch-up, from
// history and from the disk, clients are told, and seqs go on as if nothing had happened.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Device } from './lib/device.mjs';
import { fetchPage, makeChat } from './lib/http.mjs';
import { newUser, startServer } from './lib/server.mjs';
import { Session } from './lib/session.mjs';
import { until } from './lib/wait.mjs';

const MESSAGES = 300;
const BODY_BYTES = 8_000;

/** Texts that can't be compressed, each a different one. */
const texts = Array.from({ length: MESSAGES }, () =>
  Array.from({ length: BODY_BYTES }, () => String.fromCharCode(33 + Math.floor(Math.random() * 90))).join(''));

const removed = (server) => server.metric('throng_server_messages_removed_total');
const storeBytes = (server) => server.metric('throng_server_store_bytes');

async function pair(server) {
  const users = [newUser(), newUser()];
  const chat = await makeChat(server, users);
  return { chat, users, alice: await Device.connect(server, users[0]) };
}

test('after the time: off the disk, and told to who comes back', async () => {
  const server = await startServer({ args: ['--retention', '3s'] });
  const { chat, users: [, bob], alice } = await pair(server);
  await alice.sendAll(chat, texts);
  const before = await storeBytes(server);
  assert.ok(before > MESSAGES * BODY_BYTES * 0.7, `${before} bytes`);
  await until(async () => await removed(server) === MESSAGES, 'all are removed');
  const after = await until(async () => {
    const bytes = await storeBytes(server);
    return bytes < before / 10 && bytes;
  }, 'the space is given back');
  assert.ok(after < before / 10, `${before}, then ${after}`);

  const session = await Session.begin(server, bob, { have: [[chat, 7]] });
  assert.deepEqual(session.events.filter(({ op }) => op === 'trimmed'), [{ op: 'trimmed', chat, first: MESSAGES + 1 }]);
  const { chats: [{ last, unread }] } = session.events.find(({ op }) => op === 'caught_up');
  assert.deepEqual({ last, unread }, { last: MESSAGES, unread: 0 });
  assert.deepEqual((await fetchPage(server, server.token(bob), chat)).messages, []);

  await server.kill();
  await server.start();
  await alice.connect();
  assert.equal((await alice.send(chat, 'once more')).seq, MESSAGES + 1);
  const back = await Device.connect(server, bob, { have: [[chat, 0]] });
  assert.equal((await back.receive(chat, MESSAGES + 1)).body, 'once more');
  await alice.finish();
  await back.finish();
  await server.stop();
});

test('until everybody has them', async () => {
  const server = await startServer({ args: ['--retention', 'delivered'] });
  const { chat, users: [, bob], alice } = await pair(server);
  await alice.sendAll(chat, texts.slice(0, 10).map((text) => text.slice(0, 100)));
  const there = await Device.connect(server, bob);
  await there.receive(chat, 10);
  there.delivered(chat, 4);
  await alice.cursors(chat, bob, { delivered: 4 });
  await until(async () => await removed(server) === 4, 'those four are removed');
  const page = await fetchPage(server, server.token(bob), chat);
  assert.deepEqual(page.messages.map(({ seq }) => seq), [10, 9, 8, 7, 6, 5]);
  assert.equal(page.next, undefined);
  await there.drop();
  const again = await Device.connect(server, bob, { have: [[chat, 4]] });
  await again.receive(chat, 10);
  assert.deepEqual(again.session.events.filter(({ op }) => op === 'trimmed'), []);
  await again.finish();
  await alice.finish();
  await until(async () => await server.metric('throng_server_store_bytes_per_message') > 0, 'what a message takes is measured');
  await server.stop();
});
