// Somebody who doesn't read is let go before he costs the others anything, and loses nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Device } from './lib/device.mjs';
import { makeChat } from './lib/http.mjs';
import { newUser, startServer } from './lib/server.mjs';

const OUTBOUND_LIMIT = 1 << 20;
const LONG = 'x'.repeat(16_000);
const MOST_MESSAGES = 4_000;  // 64 MB: more than the sockets' own buffers could ever take

const server = await startServer({ args: ['--outbound-limit', `${OUTBOUND_LIMIT}`, '--durability', 'none'] });

const closedAsSlow = () => server.metric('throng_server_sessions_closed_total');

test('L4: a client that stops reading is closed with slow_reader and catches up later', async () => {
  const users = [newUser(), newUser(), newUser()];
  const chat = await makeChat(server, users);
  const [writer, reader, sleeper] = await Promise.all(users.map((user) => Device.connect(server, user)));
  await writer.send(chat, 'before');
  await sleeper.receive(chat, 1);

  sleeper.session.socket.pause();
  let sent = 1;
  while (sent < MOST_MESSAGES && (await closedAsSlow()) === 0) {
    await writer.sendAll(chat, Array(20).fill(LONG));
    sent += 20;
    await reader.receive(chat, sent);
  }
  assert.equal(await closedAsSlow(), 1, `after ${sent} long messages`);
  sleeper.session.socket.resume();
  const { code, resume } = await sleeper.take('bye');
  const closed = await sleeper.session.closed;
  assert.deepEqual({ code, resume, closed }, { code: 'slow_reader', resume: true, closed: 4018 });

  // What it missed is many times the limit: catch-up goes at the pace of who reads it.
  await sleeper.connect();
  assert.equal(sleeper.chat(chat).messages.size, sent);
  assert.deepEqual(sleeper.chat(chat).bodies(), reader.chat(chat).bodies());
  assert.equal(await closedAsSlow(), 1);
  await Promise.all([writer, reader, sleeper].map((device) => device.finish()));
});
