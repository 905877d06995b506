// A server that is told to stop takes leave of everybody, and nothing that it acknowledged is lost.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Device } from './lib/device.mjs';
import { makeChat } from './lib/http.mjs';
import { newUser, startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

const PEOPLE = 20;

for (const durability of ['fsync', 'none']) {
  test(`L6: a graceful stop under load, --durability ${durability}`, async () => {
    const server = await startServer({ args: ['--durability', durability] });
    const users = Array.from({ length: PEOPLE }, newUser);
    const chats = await Promise.all(users.slice(1).map((user) => makeChat(server, [users[0], user])));
    const [hub, ...people] = await Promise.all(users.map((user) => Device.connect(server, user)));

    let writing = true;
    const acknowledged = new Map();  // seq and chat by body
    const writers = people.map(async (person, i) => {
      for (let n = 0; writing; ++n) {
        const body = `${person.user}:${n}`;
        const { seq } = await person.send(chats[i], body);
        acknowledged.set(body, { chat: chats[i], seq });
      }
    });
    await until(() => acknowledged.size > 200, 'messages flow');

    const before = acknowledged.size;
    const [{ code: exitCode }, ...byes] = await Promise.all([
      server.stop(),
      ...[hub, ...people].map(async (device) => [await device.take('bye'), await device.session.closed]),
    ]);
    assert.equal(exitCode, 0, server.program.stderr);
    for (const [{ code, resume, retry_ms: wait }, closed] of byes) {
      assert.deepEqual({ code, resume, closed }, { code: 'going_away', resume: true, closed: 1001 });
      assert.ok(wait >= 0);
    }

    await server.start();
    writing = false;
    await Promise.all([hub, ...people].map((device) => device.connect()));
    await Promise.all(writers);
    assert.ok(acknowledged.size >= before);
    for (const [i, person] of people.entries()) {
      const history = await hub.history(chats[i]);
      assert.deepEqual(history.map(({ seq }) => seq), history.map((_, at) => at + 1));
      assert.equal(new Set(history.map(({ cmid }) => cmid)).size, history.length);
      await Promise.all([hub, person].map((device) => device.receive(chats[i], history.length)));
      assert.deepEqual(hub.chat(chats[i]).bodies(), history.map(({ body }) => body));
      assert.deepEqual(person.chat(chats[i]).bodies(), history.map(({ body }) => body));
    }
    for (const [body, { chat, seq }] of acknowledged) {
      assert.equal(hub.chat(chat).messages.get(seq).body, body);
    }
    await Promise.all([hub, ...people].map((device) => device.finish()));
  });
}
