// Somebody who doesn't read is let go before he costs the others anything, and loses nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Device } from './lib/device.mjs';
import { makeChat } from './lib/http.mjs';
import { newUser, startServer } from './lib/server.mjs';
import { sleep, within } from './lib/wait.mjs';

const OUTBOUND_LIMIT = 4 << 20;
const LONG = 'x'.repeat(16_000);
const AT_ONCE = 20;
const ONE_ANSWER = AT_ONCE * (LONG.length + 200);  // what reaches a session in one turn, with its envelopes
const OTHERS_WAIT_AT_MOST_MS = 10_000;
const MOST_MESSAGES = 4_000;  // 64 MB: more than the sockets' own buffers could ever take

const server = await startServer({ args: ['--outbound-limit', `${OUTBOUND_LIMIT}`, '--durability', 'none'] });

const closedAsSlow = () => server.metric('throng_server_sessions_closed_total');

test('L4: a client that stops reading costs a bounded memory, is closed with slow_reader and catches up later', async () => {
  const users = [newUser(), newUser(), newUser()];
  const chat = await makeChat(server, users);
  const [writer, reader, sleeper] = await Promise.all(users.map((user) => Device.connect(server, user)));
  await writer.send(chat, 'before');
  await sleeper.receive(chat, 1);

  sleeper.session.socket.pause();
  let sent = 1;
  let mostWaiting = 0;
  while (sent < MOST_MESSAGES && (await closedAsSlow()) === 0) {
    sent += AT_ONCE;
    const told = [writer.sendAll(chat, Array(AT_ONCE).fill(LONG)), reader.receive(chat, sent)];
    await within(Promise.all(told), `the others' message ${sent}`, OTHERS_WAIT_AT_MOST_MS);
    await sleep(100);  // what waits is measured once a second
    mostWaiting = Math.max(mostWaiting, await server.metric('throng_server_outbound_bytes'));
  }
  assert.equal(await closedAsSlow(), 1, `after ${sent} long messages`);
  assert.ok(mostWaiting > 0 && mostWaiting <= OUTBOUND_LIMIT + ONE_ANSWER, `${mostWaiting} bytes waited`);
  sleeper.session.socket.resume();
  const { code, resume } = await sleeper.take('bye');
  const closed = await sleeper.session.closed;
  assert.deepEqual({ code, resume, closed }, { code: 'slow_reader', resume: true, closed: 4018 });

  // What it missed is more than the limit: catch-up goes at the pace of who reads it.
  await sleeper.connect();
  assert.equal(sleeper.chat(chat).messages.size, sent);
  assert.deepEqual(sleeper.chat(chat).bodies(), reader.chat(chat).bodies());
  assert.equal(await closedAsSlow(), 1);
  await Promise.all([writer, reader, sleeper].map((device) => device.finish()));
});
