// Whatever nonsense arrives gets the documented answer, and everybody else is served as before.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { Device } from './lib/device.mjs';
import { call, makeChat } from './lib/http.mjs';
import { newUser, SECRET, startServer } from './lib/server.mjs';
import { Session } from './lib/session.mjs';
import { badTokens } from './lib/token.mjs';

const server = await startServer();

// Two people who chat through it all.
const watchers = [newUser(), newUser()];
const theirChat = await makeChat(server, watchers);
const [watcher, friend] = await Promise.all(watchers.map((user) => Device.connect(server, user)));
afterEach(async () => {
  const { seq } = await watcher.send(theirChat, 'still there?');
  await friend.receive(theirChat, seq);
});

// Somebody who connects and never says anything; see the last test.
const silent = await Session.open(server);
const silentSince = Date.now();

const [user, other] = [newUser(), newUser()];
const chat = await makeChat(server, [user, other]);
const foreign = theirChat;
const nowhere = 123_456_789;

const send = { op: 'send', chat, cmid: 'c', body: 'b' };
const hello = (fields = {}) => ({ op: 'hello', token: server.token(user), ...fields });

const REFUSED = {
  bad_json: [
    '{', 'hello', '[]', '7', '"text"', '{"op":"ping"} {"op":"ping"}', '{"op":"ping",}', "{'op':'ping'}",
  ],
  unknown_op: [{ op: 'dance' }, { op: '' }, { op: 'welcome' }],
  bad_field: [
    {}, { op: 7 }, { ...send, chat: undefined }, { ...send, cmid: undefined }, { ...send, body: undefined },
    { ...send, chat: '7' }, { ...send, chat: 0 }, { ...send, chat: -1 }, { ...send, chat: 1.5 },
    { ...send, cmid: 7 }, { ...send, cmid: '' }, { ...send, body: '' }, { ...send, body: ['b'] },
    `{"op":"send","chat":9007199254740992,"cmid":"c","body":"b"}`,
    `{"op":"send","chat":1e0,"cmid":"c","body":"b"}`,
    { op: 'delivered', chat }, { op: 'delivered', chat, seq: 0 }, { op: 'delivered', chat, seq: 1000 },
    { op: 'read', chat, seq: '1' }, { op: 'read', chat, seq: 1000 },
    { op: 'fetch', chat, limit: 0 }, { op: 'fetch', chat, limit: 201 }, { op: 'fetch', chat, limit: '5' },
    { op: 'activity' }, { op: 'activity', kind: 'slept' },
    { op: 'presence' }, { op: 'presence', users: [] }, { op: 'presence', users: ['1'] },
    { op: 'presence', users: 1 }, { op: 'typing' },
  ],
  too_large: [
    { ...send, body: 'x'.repeat(16_385) }, { ...send, body: 'é'.repeat(8_193) },
    { ...send, cmid: 'x'.repeat(65) },
    { op: 'fetch', chat, token: 'x'.repeat(1025) }, { op: 'presence', users: Array(101).fill(1) },
  ],
  hello_twice: [hello()],
  no_such_chat: [
    { ...send, chat: nowhere }, { op: 'fetch', chat: nowhere }, { op: 'read', chat: nowhere, seq: 1 },
  ],
  not_a_member: [
    { ...send, chat: foreign }, { op: 'fetch', chat: foreign }, { op: 'typing', chat: foreign },
    { op: 'read', chat: foreign, seq: 1 }, { op: 'delivered', chat: foreign, seq: 1 },
  ],
  bad_pagination: [{ op: 'fetch', chat, token: 'AAAA' }, { op: 'fetch', chat, token: '!' }],
};

const brief = (event) => {
  const text = typeof event === 'string' ? event : JSON.stringify(event);
  return text.length > 70 ? `${text.slice(0, 67)}…` : text;
};

for (const [code, events] of Object.entries(REFUSED)) {
  test(`${code} is the answer, and the session goes on`, async () => {
    const session = await Session.begin(server, user);
    for (const event of events) {
      session.say(event);
      const error = await session.take('error');
      assert.equal(error.code, code, brief(event));
      if (event.op === 'send' && event.chat > 0 && Number.isInteger(event.chat)) {
        assert.equal(error.chat, event.chat, brief(event));
        if (typeof event.cmid === 'string' && event.cmid && event.cmid.length <= 64) {
          assert.equal(error.cmid, event.cmid, brief(event));
        }
      }
    }
    await session.settle();
    await session.leave();
  });
}

test('an error names the `ref` of the fetch that failed', async () => {
  const session = await Session.begin(server, user);
  session.say({ op: 'fetch', chat: foreign, ref: 'mine' });
  const { code, ref, chat: where } = await session.take('error');
  assert.deepEqual({ code, ref, where }, { code: 'not_a_member', ref: 'mine', where: foreign });
  await session.leave();
});

test('the token of one chat\'s page is not good for another chat', async () => {
  const device = await Device.connect(server, watchers[0]);
  const second = await makeChat(server, watchers);
  await device.sendAll(second, ['1', '2', '3']);
  const { next } = await device.fetch(second, { limit: 1 });
  device.say({ op: 'fetch', chat: theirChat, token: next });
  assert.equal((await device.take('error')).code, 'bad_pagination');
  await device.finish();
});

test('texts of exactly their limit are taken', async () => {
  const session = await Session.begin(server, user);
  session.say({ op: 'send', chat, cmid: 'x'.repeat(64), body: 'é'.repeat(8_192) });
  assert.equal((await session.take('sent')).cmid.length, 64);
  const padding = 'x'.repeat(65_536 - '{"op":"ping","x":""}'.length);
  session.say(`{"op":"ping","x":"${padding}"}`);
  await session.take('pong');
  await session.leave();
});

test('a bad event among good ones in a message spoils only itself', async () => {
  const session = await Session.begin(server, user);
  session.say({ ...send, cmid: 'm1' }, '{"op":', { op: 'nonsense' }, { ...send, cmid: 'm2' });
  await session.take('sent', ({ cmid }) => cmid === 'm1');
  assert.equal((await session.take('error')).code, 'bad_json');
  assert.equal((await session.take('error')).code, 'unknown_op');
  await session.take('sent', ({ cmid }) => cmid === 'm2');
  await session.leave();
});

/** Opens a session with this as its first event and expects its end. */
async function assertRefusedAtHello(first, code, closeCode) {
  const session = await Session.open(server);
  session.say(first);
  assert.equal((await session.take('error')).code, code, brief(first));
  assert.equal(await session.closed, closeCode, brief(first));
}

test('a first event that is not a good hello ends the session', async () => {
  await assertRefusedAtHello({ op: 'ping' }, 'hello_first', 4007);
  await assertRefusedAtHello(send, 'hello_first', 4007);
  await assertRefusedAtHello('{', 'bad_json', 4001);
  await assertRefusedAtHello({ op: 'hello' }, 'bad_field', 4003);
  await assertRefusedAtHello(hello({ token: 7 }), 'bad_field', 4003);
  await assertRefusedAtHello(hello({ have: [[1]] }), 'bad_field', 4003);
  await assertRefusedAtHello(hello({ have: [[1, -1]] }), 'bad_field', 4003);
  await assertRefusedAtHello(hello({ token: 'x'.repeat(1025) }), 'too_large', 1009);
  await assertRefusedAtHello(hello({ device: 'x'.repeat(65) }), 'too_large', 1009);
  await assertRefusedAtHello(hello({ have: Array(1001).fill([1, 1]) }), 'too_large', 1009);
});

for (const [what, token] of Object.entries(badTokens(SECRET, user))) {
  test(`a token is refused: ${what}`, async () => {
    await assertRefusedAtHello(hello({ token }), 'bad_token', 4006);
    const answer = await call(server, 'GET', '/chats', { token });
    assert.deepEqual([answer.status, answer.json.code], [401, 'bad_token']);
  });
}

test('HTTP calls get the status and the error event of the table', async () => {
  const token = server.token(user);
  const as = (fields) => ({ token, ...fields });
  const message = { user_id: user, chat_id: chat, msgText: 'hi' };
  const answers = [
    ['GET', '/nowhere', as(), 404, 'not_found'],
    ['PUT', '/chats', as({ body: {} }), 405, 'method_not_allowed'],
    ['GET', '/send', as(), 405, 'method_not_allowed'],
    ['POST', '/fetch', as({ body: {} }), 405, 'method_not_allowed'],
    ['GET', '/chats', {}, 401, 'bad_token'],
    ['POST', '/send', { body: message }, 401, 'bad_token'],
    ['POST', '/send', as({ body: '{' }), 400, 'bad_json'],
    ['POST', '/send', as({ body: {} }), 400, 'bad_field'],
    ['POST', '/send', as({ body: { ...message, chat_id: 'x' } }), 400, 'bad_field'],
    ['POST', '/send', as({ body: { ...message, msgText: 'x'.repeat(16_385) } }), 413, 'too_large'],
    ['POST', '/send', as({ body: { ...message, chat_id: nowhere } }), 404, 'no_such_chat'],
    ['POST', '/send', as({ body: { ...message, chat_id: foreign } }), 403, 'not_a_member'],
    ['POST', '/send', as({ body: { ...message, user_id: other } }), 403, 'forbidden'],
    ['POST', '/chats', as({ body: 'x'.repeat(65_537) }), 413, 'too_large'],
    ['POST', '/chats', as({ body: {} }), 400, 'bad_field'],
    ['POST', '/chats', as({ body: { members: [other], name: 'x'.repeat(101) } }), 413, 'too_large'],
    ['POST', '/chats', as({ body: { members: [other], key: 'x'.repeat(65) } }), 413, 'too_large'],
    ['GET', '/fetch', as(), 400, 'bad_field'],
    ['GET', '/fetch?chatId=x', as(), 400, 'bad_field'],
    ['GET', `/fetch?chatId=${chat}&limit=201`, as(), 400, 'bad_field'],
    ['GET', `/fetch?chatId=${foreign}`, as(), 403, 'not_a_member'],
    ['GET', `/fetch?chatId=${nowhere}`, as(), 404, 'no_such_chat'],
    ['GET', `/fetch?chatId=${chat}&paginationToken=AAAA`, as(), 400, 'bad_pagination'],
    ['DELETE', `/chats/${chat}/members/x`, as(), 404, 'not_found'],
  ];
  for (const [method, path, options, status, code] of answers) {
    const answer = await call(server, method, path, options);
    const what = `${method} ${path} ${brief(options.body ?? '')}: ${answer.text}`;
    assert.equal(answer.status, status, what);
    assert.deepEqual([answer.json.op, answer.json.code], ['error', code], what);
    if (status === 405) assert.ok(answer.headers.allow, what);
  }
});

test('a session that is silent for two heartbeats ends with idle', async () => {
  const strict = await startServer({ args: ['--heartbeat', '1'], data: 'memory' });
  const session = await Session.begin(strict, newUser());
  const { code, resume } = await session.take('bye');
  const closed = await session.closed;
  assert.deepEqual({ code, resume, closed }, { code: 'idle', resume: true, closed: 4019 });
  await strict.kill();
});

test('a session without a hello ends after 10 s', async () => {
  assert.equal((await silent.take('error')).code, 'hello_timeout');
  assert.equal(await silent.closed, 4009);
  assert.ok(Date.now() - silentSince > 9_000);
});

test('the two who chatted through it all saw every message once', async () => {
  const { upTo } = watcher.chat(theirChat);
  await friend.receive(theirChat, upTo);
  assert.deepEqual(friend.chat(theirChat).bodies(), watcher.chat(theirChat).bodies());
  for (const each of [watcher, friend]) each.assertRulesKept();
});
