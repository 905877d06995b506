// History is read backwards in pages, over WebSocket and over HTTP, and new messages don't disturb it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Device } from './lib/device.mjs';
import { fetchPage, makeChat } from './lib/http.mjs';
import { newUser, startServer } from './lib/server.mjs';

const server = await startServer();

async function chatOf(count) {
  const users = [newUser(), newUser()];
  const chat = await makeChat(server, users);
  const alice = await Device.connect(server, users[0]);
  await alice.sendAll(chat, Array.from({ length: count }, (_, i) => `${i + 1}`));
  return { chat, alice, bob: users[1] };
}

const overWebSocket = (device, chat, page) => device.fetch(chat, page);

const overHttp = (device, chat, { token: next, limit } = {}) => {
  return fetchPage(server, server.token(device.user), chat, { next, limit });
};

for (const [name, fetch] of Object.entries({ overWebSocket, overHttp })) {
  test(`${name}: pages follow on each other while new messages come`, async () => {
    const { chat, alice } = await chatOf(95);
    const seqs = [];
    let pages = 0;
    for (let token; ; ++pages) {
      const page = await fetch(alice, chat, { token, limit: 20 });
      assert.equal(page.op, 'history');
      assert.ok(page.messages.length <= 20);
      seqs.push(...page.messages.map(({ seq }) => seq));
      if (page.next === undefined) break;
      token = page.next;
      await alice.send(chat, 'new');
    }
    assert.ok(pages >= 4);
    assert.deepEqual(seqs, Array.from({ length: 95 }, (_, i) => 95 - i));
    await alice.finish();
  });

  test(`${name}: 50 messages unless a limit is given, each as it was sent`, async () => {
    const { chat, alice } = await chatOf(60);
    const page = await fetch(alice, chat);
    assert.equal(page.messages.length, 50);
    assert.deepEqual(page.messages[0], alice.chat(chat).messages.get(60));
    await alice.finish();
  });

  test(`${name}: an empty chat has an empty history`, async () => {
    const { chat, alice } = await chatOf(0);
    const { messages, next } = await fetch(alice, chat);
    assert.deepEqual({ messages, next }, { messages: [], next: undefined });
    await alice.finish();
  });
}

test('both ways give the same pages', async () => {
  const { chat, alice } = await chatOf(30);
  const { ref, ...first } = await overWebSocket(alice, chat, { limit: 10 });
  assert.deepEqual(await overHttp(alice, chat, { limit: 10 }), first);
  const { ref: again, ...second } = await overWebSocket(alice, chat, { limit: 10, token: first.next });
  assert.notEqual(again, ref);
  assert.deepEqual(await overHttp(alice, chat, { limit: 10, token: first.next }), second);
  await alice.finish();
});

const BODIES = { long: 'x'.repeat(16_384), 'long and escaped': '\u0001'.repeat(10_000) };
for (const [what, body] of Object.entries(BODIES)) {
  test(`a page of ${what} messages is larger than what a client may send`, async () => {
    const { chat, alice } = await chatOf(0);
    for (let sent = 0; sent < 100; sent += 4) await alice.sendAll(chat, Array(4).fill(body));
    const all = await alice.history(chat);
    assert.equal(all.length, 100);
    assert.ok(all.every((message) => message.body === body));
    await alice.finish();
  });
}
