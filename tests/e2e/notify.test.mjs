// Pushes to people without a session: that they come, once, and survive the server's death; and that
// nobody is told of what a device of his has taken.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Device } from './lib/device.mjs';
import { call, makeChat } from './lib/http.mjs';
import { MailReceiver, WebhookReceiver } from './lib/receivers.mjs';
import { newUser, startServer } from './lib/server.mjs';
import { tempDir } from './lib/temp.mjs';
import { sleep, until } from './lib/wait.mjs';

const PUSH_SECRET = 'what the receiver and the server share';
const QUICK = ['--push-retry', '50ms', '--push-attempts', '3'];

let webhook;
let mails;
let server;

async function pushServer(after = '300ms') {
  const secretFile = join(tempDir(), 'secret');
  writeFileSync(secretFile, `${PUSH_SECRET}\n`);
  return startServer({
    args: [
      ...QUICK, '--push-after', after, '--push-webhook', webhook.url, '--push-secret-file', secretFile,
      '--push-smtp', mails.url, '--push-from', 'chat@throng.example', '--push-log',
    ],
  });
}

before(async () => {
  webhook = await WebhookReceiver.start(PUSH_SECRET);
  mails = await MailReceiver.start();
  server = await pushServer();
});
after(() => server.kill());

const send = (from, chat, text = 'hi', on = server) => call(on, 'POST', '/send', {
  token: on.token(from), body: { user_id: from, chat_id: chat, msgText: text },
});
const prefer = (user, body) => call(server, 'PUT', '/notifications/preferences', { token: server.token(user), body });
const announce = (body) => call(server, 'POST', '/notifications', { token: server.adminToken(), body });
const sent = (query, token = server.adminToken()) => call(server, 'GET', `/notifications/sent?${query}`, { token });
const pushesTo = (user) => webhook.pushes.filter((push) => push.user === user);

test('who is away gets one push for many messages, signed', async () => {
  const [alice, bob] = [newUser(), newUser()];
  const chat = await makeChat(server, [alice, bob]);
  await prefer(bob, { webhook_address: 'device-7' });
  for (let i = 0; i < 3; ++i) await send(alice, chat);
  const push = await webhook.push(({ user }) => user === bob);
  const { id, user, to, priority, seq, messages } = push;
  assert.deepEqual({ user, to, priority, chat: push.chat, seq, messages },
    { user: bob, to: 'device-7', priority: 'message', chat, seq: 3, messages: 3 });
  assert.equal(push.headers['idempotency-key'], id);
  await send(alice, chat);
  await sleep(600);
  assert.equal(pushesTo(bob).length, 1, 'further messages are quiet');
  assert.deepEqual(pushesTo(alice), []);
  const record = await until(async () => (await sent(`user=${bob}`)).json.sent.find((each) => each.channel === 'webhook'), 'it is recorded');
  assert.deepEqual([record.id, record.fate, record.attempts, record.chat, record.seq], [id, 'sent', 1, chat, 3]);
  assert.match(server.program.stderr, new RegExp(`push \\d+ to user ${bob}: 3 messages in chat ${chat}`));
  assert.ok(await server.metric('throng_server_pushes_sent_total') >= 1);
});

test('who has a session gets none, even if it takes its time', async () => {
  const [alice, bob, carol] = [newUser(), newUser(), newUser()];
  const chat = await makeChat(server, [alice, bob, carol]);
  const device = await Device.connect(server, bob);
  await send(alice, chat);
  await device.receive(chat, 1);
  await webhook.push(({ user }) => user === carol);
  device.delivered(chat, 1);
  await device.finish();
  await sleep(600);
  assert.deepEqual(pushesTo(bob), []);
});

test('a push that was waiting when the server was killed comes after it is back', async () => {
  const slow = await pushServer('1s');
  const [alice, bob] = [newUser(), newUser()];
  const chat = await makeChat(slow, [alice, bob]);
  assert.equal((await send(alice, chat, 'hi', slow)).status, 200);
  await slow.kill();
  assert.deepEqual(pushesTo(bob), []);
  await slow.start();
  assert.equal((await webhook.push(({ user }) => user === bob)).messages, 1);
  await sleep(300);
  assert.equal(pushesTo(bob).length, 1);
  await slow.stop();
});

test('what can\'t be sent is tried again, then given up and recorded', async () => {
  const [alice, bob] = [newUser(), newUser()];
  const chat = await makeChat(server, [alice, bob]);
  webhook.status = 503;
  await send(alice, chat);
  const dead = await until(async () => (await sent(`user=${bob}`)).json.sent.find(({ fate }) => fate === 'dead'), 'it is dead');
  webhook.status = 200;
  assert.equal(pushesTo(bob).length, 3);
  assert.equal(new Set(pushesTo(bob).map(({ id }) => id)).size, 1);
  assert.deepEqual([dead.channel, dead.attempts, dead.reason], ['webhook', 3, 'HTTP status 503']);
});

test('a redirect isn\'t followed, and is final', async () => {
  webhook.status = 307;
  const user = newUser();
  await announce({ users: [user], priority: 'one_time_code', text: '1' });
  const dead = await until(async () => (await sent(`user=${user}`)).json.sent.find(({ fate }) => fate === 'dead'), 'it is dead');
  webhook.status = 200;
  assert.deepEqual([dead.attempts, dead.reason], [1, 'HTTP status 307']);
});

test('one-time codes and promotions, by webhook and e-mail', async () => {
  const [bob, carol] = [newUser(), newUser()];
  await prefer(bob, { email: 'bob@b.example', channels: { webhook: false } });
  await prefer(carol, { promotions: false });
  const code = await announce({ users: [bob, carol], priority: 'one_time_code', title: 'Your çode', text: 'It is 4711.\n.' });
  assert.equal(code.status, 200, code.text);
  assert.deepEqual(code.json, { pushes: 4 }, 'two each: with the log');
  const push = await webhook.push(({ user }) => user === carol);
  assert.deepEqual([push.priority, push.title, push.text], ['one_time_code', 'Your çode', 'It is 4711.\n.']);
  const mail = await mails.mail();
  assert.deepEqual([mail.from, mail.to, mail.text], ['chat@throng.example', 'bob@b.example', 'It is 4711.\n.']);
  const subject = /^=\?UTF-8\?B\?(.*)\?=$/.exec(mail.headers.Subject)[1];
  assert.equal(Buffer.from(subject, 'base64').toString(), 'Your çode');
  assert.deepEqual((await announce({ users: [carol], priority: 'promotion', text: 'buy' })).json, { pushes: 0 });
  assert.ok(!server.program.stderr.includes('4711'), 'a code stands in the log');
});

test('an address that the mail server refuses is dead at once', async () => {
  mails.refusal = '550 nobody of that name';
  const user = newUser();
  await prefer(user, { email: 'nobody@b.example', channels: { webhook: false, log: false } });
  await announce({ users: [user], priority: 'one_time_code', text: '1' });
  const [dead] = await until(async () => {
    const { json } = await sent(`user=${user}`);
    return json.sent.length > 0 && json.sent;
  }, 'it is dead');
  mails.refusal = undefined;
  assert.deepEqual([dead.fate, dead.attempts], ['dead', 1]);
  assert.match(dead.reason, /550/);
});

test('preferences are each user\'s own, and checked', async () => {
  const [alice, bob] = [newUser(), newUser()];
  const wanted = {
    channels: { webhook: true, email: false, log: true }, promotions: false, email: 'a@b.example',
    webhook_address: 'x', muted: [7], quiet_hours: { from: '22:00', until: '07:00', utc_offset_minutes: 60 },
  };
  assert.deepEqual((await prefer(alice, wanted)).json, wanted);
  const read = (user) => call(server, 'GET', '/notifications/preferences', { token: server.token(user) });
  assert.deepEqual((await read(alice)).json, wanted);
  assert.equal((await read(bob)).json.email, '');
  const wrong = await prefer(bob, { email: 'b@b.example\r\nRCPT TO:<c@c.example>' });
  assert.deepEqual([wrong.status, wrong.json.code], [400, 'bad_field']);
});

test('who may announce and read what', async () => {
  const bob = newUser();
  const body = { users: [bob], priority: 'one_time_code', text: '1' };
  const token = server.token(bob);
  assert.equal((await call(server, 'POST', '/notifications', { token, body })).status, 403);
  assert.equal((await announce({ ...body, priority: 'message' })).status, 400);
  assert.equal((await announce({ ...body, users: [] })).status, 400);
  assert.equal((await announce({ ...body, users: Array(1001).fill(bob) })).status, 413);
  assert.equal((await announce({ ...body, text: 'x'.repeat(1001) })).status, 413);
  assert.equal((await announce({ ...body, life_s: 10_000_000 })).status, 400);
  assert.equal((await sent('limit=201')).status, 400);
  const { json } = await sent(`user=${bob + 1}`, token);
  assert.ok(json.sent.every(({ user }) => user === bob), 'only the caller\'s own');
  const plain = await startServer({ data: 'memory' });
  assert.equal((await call(plain, 'GET', '/notifications/sent', { token: plain.adminToken() })).status, 404);
  await plain.stop();
});
