// The HTTP API: accounts, making chats, members, and the two calls of the capacity estimate.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Device } from './lib/device.mjs';
import { call, makeChat } from './lib/http.mjs';
import { newUser, startServer } from './lib/server.mjs';
import { Session } from './lib/session.mjs';

const server = await startServer();

const FIRST_REGISTERED_USER = 1_000_000_001;

const post = (path, body, options = {}) => call(server, 'POST', path, { body, ...options });

function assertError(answer, status, code) {
  assert.deepEqual([answer.status, answer.json?.op, answer.json?.code], [status, 'error', code], answer.text);
}

test('a person registers, logs in and chats with the token that comes back', async () => {
  const account = { email: 'alice@example.org', password: 'correct horse', name: 'Alice' };
  const registered = await post('/register', account);
  assert.equal(registered.status, 200, registered.text);
  const { user, token } = registered.json;
  assert.ok(user >= FIRST_REGISTERED_USER);

  const login = await post('/login', { email: account.email, password: account.password });
  assert.equal(login.status, 200, login.text);
  assert.equal(login.json.user, user);
  for (const each of [token, login.json.token]) {
    const session = await Session.open(server);
    session.say({ op: 'hello', token: each });
    assert.equal((await session.take('welcome')).user, user);
    await session.leave();
  }
});

test('a wrong password and an unknown address look alike; a taken address is refused', async () => {
  const account = { email: 'bob@example.org', password: 'battery staple' };
  assert.equal((await post('/register', account)).status, 200);
  const wrong = await post('/login', { ...account, password: 'battery stable' });
  assertError(wrong, 401, 'bad_credentials');
  const unknown = await post('/login', { ...account, email: 'nobody@example.org' });
  assertError(unknown, 401, 'bad_credentials');
  assert.equal(unknown.text, wrong.text);
  assertError(await post('/register', { ...account, password: 'another one' }), 409, 'already_exists');
});

test('an account outside the limits is refused', async () => {
  const account = { email: 'carol@example.org', password: '12345678' };
  assertError(await post('/register', { ...account, password: '1234567' }), 400, 'bad_field');
  assertError(await post('/register', { ...account, password: 'x'.repeat(129) }), 413, 'too_large');
  const email = `${'x'.repeat(255)}@example.org`;
  assertError(await post('/register', { ...account, email }), 413, 'too_large');
  assertError(await post('/register', { email: account.email }), 400, 'bad_field');
  assertError(await post('/register', { ...account, email: 7 }), 400, 'bad_field');
});

test('two people who register the same address at once: one gets it', async () => {
  const account = { email: 'dave@example.org', password: 'first come' };
  const answers = await Promise.all([post('/register', account), post('/register', account)]);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
});

test('chats are made by the line, and a key makes that repeatable', async () => {
  const [alice, bob, carol] = [newUser(), newUser(), newUser()];
  const lines = [
    { members: [alice, bob], key: 'k1', name: 'lunch' },
    { members: 'nobody' },
    { members: [alice, carol], key: 'k2' },
    { members: [bob, alice, carol] },
  ];
  const body = lines.map((line) => JSON.stringify(line)).join('\n');
  const options = { token: server.token(alice), type: 'application/x-ndjson' };
  const make = async () => {
    const answer = await post('/chats', body, options);
    assert.equal(answer.status, 200, answer.text);
    return answer.text.trim().split('\n').map((line) => JSON.parse(line));
  };
  const first = await make();
  assert.equal(first.length, lines.length);
  assert.deepEqual([first[1].op, first[1].code], ['error', 'bad_field']);
  const second = await make();
  assert.deepEqual([second[0].chat, second[2].chat], [first[0].chat, first[2].chat]);
  assert.notEqual(second[3].chat, first[3].chat);
  const byBob = await post('/chats', { members: [bob, carol], key: 'k1' }, { token: server.token(bob) });
  assert.notEqual(byBob.json.chat, first[0].chat);

  const { json } = await call(server, 'GET', '/chats', { token: server.token(bob) });
  const listed = new Map(json.chats.map((each) => [each.chat, each.name]));
  assert.deepEqual([...listed.keys()].sort((a, b) => a - b),
    [first[0].chat, first[3].chat, second[3].chat, byBob.json.chat].sort((a, b) => a - b));
  assert.equal(listed.get(first[0].chat), 'lunch');
});

test('the same key in lines and calls at the same time makes one chat', async () => {
  const [alice, bob] = [newUser(), newUser()];
  const line = JSON.stringify({ members: [alice, bob], key: 'k' });
  const options = { token: server.token(alice), type: 'application/x-ndjson' };
  const calls = Array.from({ length: 8 }, () => post('/chats', `${line}\n${line}`, options));
  const answers = (await Promise.all(calls)).flatMap(({ text }) => text.trim().split('\n'));
  assert.equal(answers.length, 16);
  assert.equal(new Set(answers.map((each) => JSON.parse(each).chat)).size, 1, answers.join(' '));
});

test('who makes a chat is a member of it, unless the token is an admin one', async () => {
  const [alice, bob] = [newUser(), newUser()];
  const own = await post('/chats', { members: [bob] }, { token: server.token(alice) });
  const forOthers = await post('/chats', { members: [bob] }, { token: server.token(alice, { adm: true }) });
  const { json } = await call(server, 'GET', '/chats', { token: server.token(alice) });
  assert.deepEqual(json.chats.map(({ chat }) => chat), [own.json.chat]);
  assert.ok(forOthers.json.chat > 0);
});

test('members are changed by members and admins only', async () => {
  const [alice, bob, mallory] = [newUser(), newUser(), newUser()];
  const chat = await makeChat(server, [alice, bob]);
  const path = `/chats/${chat}/members`;
  const token = server.token(mallory);
  assertError(await post(path, { add: [mallory] }, { token }), 403, 'not_a_member');
  assertError(await call(server, 'DELETE', `${path}/${bob}`, { token }), 403, 'not_a_member');
  const byAdmin = await post(path, { add: [mallory] }, { token: server.adminToken() });
  assert.deepEqual([byAdmin.status, byAdmin.json.chat], [200, chat]);
  assert.equal((await call(server, 'DELETE', `${path}/${mallory}`, { token })).status, 200);
  assertError(await post('/chats/123456789/members', { add: [bob] }, { token }), 404, 'no_such_chat');
});

test('POST /send stands beside what sessions send, once for each cmid', async () => {
  const users = [newUser(), newUser()];
  const chat = await makeChat(server, users);
  const bob = await Device.connect(server, users[1]);
  const body = { user_id: users[0], chat_id: chat, msgText: 'by HTTP', timestamp: 1767225600000, cmid: 'h1' };
  const token = server.token(users[0]);
  const sent = await post('/send', body, { token });
  assert.equal(sent.status, 200, sent.text);
  const { op, cmid, seq, time } = sent.json;
  assert.deepEqual({ op, cmid, seq }, { op: 'sent', cmid: 'h1', seq: 1 });
  assert.equal((await bob.receive(chat, 1)).body, 'by HTTP');
  assert.equal((await bob.receive(chat, 1)).time, time);
  assert.deepEqual((await post('/send', body, { token })).json, sent.json);

  const unnamed = { ...body, cmid: undefined, timestamp: undefined };
  assert.equal((await post('/send', unnamed, { token })).json.seq, 2);
  assert.equal((await post('/send', unnamed, { token })).json.seq, 3);
  assert.notEqual((await bob.receive(chat, 2)).cmid, (await bob.receive(chat, 3)).cmid);

  const forBob = { ...body, user_id: users[1], cmid: 'h2' };
  assertError(await post('/send', forBob, { token }), 403, 'forbidden');
  assert.equal((await post('/send', forBob, { token: server.adminToken() })).json.seq, 4);
  await bob.session.leave();
});

test('the open resources need no token', async () => {
  const health = await call(server, 'GET', '/healthz');
  assert.deepEqual([health.status, health.text.trim()], [200, 'ok']);
  assert.equal((await call(server, 'GET', '/readyz')).status, 200);
  const metrics = await call(server, 'GET', '/metrics');
  assert.equal(metrics.status, 200);
  assert.match(metrics.headers['content-type'], /^text\/plain; version=0\.0\.4/);
  assert.match(metrics.text, /^# TYPE throng_server_messages_total counter$/m);
});
