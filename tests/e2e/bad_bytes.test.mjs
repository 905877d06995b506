// Bytes that break WebSocket or HTTP themselves, from a plain TCP connection.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { Device } from './lib/device.mjs';
import { makeChat } from './lib/http.mjs';
import {
  BINARY, CLOSE, frame, parseFrames, PING, PONG, RawConnection, rawSession, TEXT, upgrade,
} from './lib/raw.mjs';
import { newUser, startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

const server = await startServer();

// Two people who chat through it all.
const watchers = [newUser(), newUser()];
const chat = await makeChat(server, watchers);
const [watcher, friend] = await Promise.all(watchers.map((user) => Device.connect(server, user)));
afterEach(async () => {
  const { seq } = await watcher.send(chat, 'still there?');
  await friend.receive(chat, seq);
});

/** Writes to a session and expects `bye` and the close frame with these codes. */
async function assertBye(bytes, code, closeCode) {
  const raw = await rawSession(server, newUser());
  raw.write(bytes);
  await raw.end();
  const frames = parseFrames(raw.received);
  const text = frames.filter(({ opcode }) => opcode === TEXT).map(({ payload }) => payload).join('\n');
  const events = text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const close = frames.find(({ opcode }) => opcode === CLOSE);
  assert.deepEqual(events.map((event) => [event.op, event.code]), [['bye', code]]);
  assert.equal(close?.payload.readUInt16BE(0), closeCode);
}

const ping = JSON.stringify({ op: 'ping' });

const BROKEN_FRAMES = {
  'an unmasked frame': frame(TEXT, ping, { masked: false }),
  'a reserved bit': frame(TEXT, ping, { rsv: 4 }),
  'a reserved opcode': frame(3, ping),
  'a fragmented control frame': frame(PING, '', { fin: false }),
  'a control frame of 126 bytes': frame(PING, 'x'.repeat(126)),
  'a continuation of nothing': frame(0, ping),
  'text that is not UTF-8': frame(TEXT, Buffer.from('{"op":"ping","x":"\xff\xfe"}', 'latin1')),
  'a new message within a message': Buffer.concat([frame(TEXT, '{', { fin: false }), frame(TEXT, ping)]),
};
for (const [what, bytes] of Object.entries(BROKEN_FRAMES)) {
  test(`bad_frame: ${what}`, () => assertBye(bytes, 'bad_frame', 1002));
}

const TOO_LARGE = {
  'a message of 65,537 bytes': frame(TEXT, 'x'.repeat(65_537)),
  'a frame that claims 2^62 bytes': frame(TEXT, 'x', { length: 2n ** 62n }),
  'a message of many fragments': Buffer.concat([
    frame(TEXT, 'x'.repeat(40_000), { fin: false }), frame(0, 'x'.repeat(40_000)),
  ]),
};
for (const [what, bytes] of Object.entries(TOO_LARGE)) {
  test(`too_large: ${what}`, () => assertBye(bytes, 'too_large', 1009));
}

test('a frame whose length has the highest bit set ends the session', async () => {
  const raw = await rawSession(server, newUser());
  raw.write(frame(TEXT, 'x', { length: 2n ** 63n }));
  await raw.end();
  const close = parseFrames(raw.received).find(({ opcode }) => opcode === CLOSE);
  assert.ok([1002, 1009].includes(close?.payload.readUInt16BE(0)));
});

test('a binary message is not taken for events', async () => {
  const raw = await rawSession(server, newUser());
  raw.write(frame(BINARY, ping));
  await until(() => raw.received.length > 0, 'the server answers');
  assert.doesNotMatch(raw.received.toString(), /"pong"/);
  raw.destroy();
});

test('a message in fragments with a ping in between is taken', async () => {
  const raw = await rawSession(server, newUser());
  raw.write(frame(TEXT, '{"op":', { fin: false }));
  raw.write(frame(PING, 'are you there'));
  raw.write(frame(0, '"ping"}'));
  await raw.contains('are you there');
  await raw.contains('"pong"');
  raw.destroy();
});

test('a message that arrives byte by byte is taken', async () => {
  const raw = await rawSession(server, newUser());
  raw.socket.setNoDelay(true);
  for (const byte of frame(TEXT, ping)) {
    raw.write(Buffer.from([byte]));
    await new Promise(setImmediate);
  }
  await raw.contains('"pong"');
  raw.destroy();
});

test('bad_frame: what is no HTTP gets 400 and a closed connection', async () => {
  const tls = '\x16\x03\x01\x02\x00\x01\x00\x01\xfc';
  for (const bytes of [tls, 'GARBAGE\r\n\r\n', '\0'.repeat(5000), 'GET / HTTP/9.9\r\n\r\n']) {
    const raw = new RawConnection(server);
    raw.write(Buffer.from(bytes, 'latin1'));
    assert.match(await raw.end(), /^HTTP\/1\.1 400 [^]*"code":"bad_frame"/);
  }
});

test('a ping before hello gets its pong', async () => {
  const raw = new RawConnection(server);
  raw.write(upgrade(server));
  await raw.contains('\r\n\r\n');
  raw.received = Buffer.alloc(0);
  raw.write(frame(PING, 'are you there?'));
  await raw.contains('are you there?');
  assert.deepEqual(parseFrames(raw.received).map(({ opcode }) => opcode), [PONG]);
  raw.destroy();
});

test('a header without end is cut off', async () => {
  const raw = new RawConnection(server);
  raw.write('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ');
  const more = setInterval(() => raw.write('x'.repeat(16_384)), 1);
  const answer = await raw.end();
  clearInterval(more);
  assert.match(answer, /^(HTTP\/1\.1 4\d\d |$)/);
});

test('bodies of a wrong or a huge length are refused', async () => {
  const post = (headers) => `POST /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n\r\n`;
  const huge = new RawConnection(server);
  huge.write(post('Content-Length: 99999999999'));
  assert.match(await huge.end(), /^HTTP\/1\.1 413 /);
  const wrong = new RawConnection(server);
  wrong.write(post('Content-Length: -1'));
  assert.match(await wrong.end(), /^(HTTP\/1\.1 400 |$)/);
});

test('connections that break off in the middle of anything leave nothing behind', async () => {
  const post = 'POST /login HTTP/1.1\r\nContent-Length: 100\r\n\r\n{';
  const beginnings = ['', 'G', 'GET /healthz HTTP/1.1\r\n', post];
  for (let round = 0; round < 25; ++round) {
    for (const bytes of beginnings) {
      const raw = new RawConnection(server);
      raw.socket.on('connect', () => raw.socket.write(bytes, () => raw.destroy()));
      await raw.closed;
    }
    const session = await rawSession(server, newUser());
    session.socket.write(frame(TEXT, ping).subarray(0, 5), () => session.socket.resetAndDestroy());
    await session.closed;
  }
  const count = (name) => server.metric(`throng_server_${name}`);
  await until(async () => (await count('sessions')) === watchers.length, 'the sessions are gone');
  // The connection that asks is one of them.
  await until(async () => (await count('connections')) <= 1, 'the connections are gone');
});

test('the two who chatted through it all saw every message once', async () => {
  const { upTo } = watcher.chat(chat);
  await friend.receive(chat, upTo);
  assert.deepEqual(friend.chat(chat).bodies(), watcher.chat(chat).bodies());
  for (const each of [watcher, friend]) each.assertRulesKept();
});
