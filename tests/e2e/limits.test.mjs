// What one client may cost: how often users and addresses may do something, how slowly a request may
// come, and that everybody else is served meanwhile.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { Device } from './lib/device.mjs';
import { call, makeChat } from './lib/http.mjs';
import { RawConnection } from './lib/raw.mjs';
import { newUser, startServer } from './lib/server.mjs';
import { Session } from './lib/session.mjs';
import { sleep, until } from './lib/wait.mjs';

let server;

before(async () => {
  server = await startServer({
    data: 'memory',
    args: ['--user-sends', '5:10', '--user-events', '20:60', '--address-connections', '0',
      '--address-logins', '1:4', '--trusted', '', '--request-timeout', '1s', '--threads', '2'],
  });
});

/** What came back for each cmid: a `sent`, or an `error`. */
async function outcomes(session, cmids) {
  const answers = () => session.events.filter(({ op, cmid }) => /^(sent|error)$/.test(op) && cmids.includes(cmid));
  await until(() => answers().length === cmids.length, 'each send is answered');
  return answers();
}

test('a user who sends too much is told when to go on, and then may', async () => {
  const [user, other] = [newUser(), newUser()];
  const chat = await makeChat(server, [user, other]);
  const session = await Session.begin(server, user);
  const friend = await Device.connect(server, other);
  const cmids = Array.from({ length: 15 }, (_, i) => `c${i}`);
  session.say(...cmids.map((cmid) => ({ op: 'send', chat, cmid, body: cmid })));
  const came = await outcomes(session, cmids);
  const refused = came.filter(({ code }) => code === 'rate_limited');
  assert.ok(refused.length >= 3 && refused.length <= 5, JSON.stringify(came));
  for (const { retry_ms: wait } of refused) assert.ok(wait > 0 && wait <= 1000, `${wait}`);
  await sleep(refused[0].retry_ms);
  session.say({ op: 'send', chat, cmid: refused[0].cmid, body: 'again' });
  assert.equal((await session.take('sent', ({ cmid }) => cmid === refused[0].cmid)).chat, chat);
  await friend.send(chat, 'nobody else is held back');
  assert.ok(await server.metric('throng_server_refused_total') >= refused.length);
  await friend.finish();
});

test('a second session of the same user has no budget of its own', async () => {
  const user = newUser();
  const chat = await makeChat(server, [user, newUser()]);
  const sessions = await Promise.all([0, 1].map(() => Session.begin(server, user)));
  const cmids = Array.from({ length: 10 }, (_, i) => `c${i}`);
  const came = await Promise.all(sessions.map((session, i) => {
    const own = cmids.map((cmid) => `${i}${cmid}`);
    session.say(...own.map((cmid) => ({ op: 'send', chat, cmid, body: cmid })));
    return outcomes(session, own);
  }));
  const taken = came.flat().filter(({ op }) => op === 'sent');
  assert.ok(taken.length >= 10 && taken.length <= 13, `${taken.length}`);
});

test('HTTP answers 429 with Retry-After', async () => {
  const [user, other] = [newUser(), newUser()];
  const chat = await makeChat(server, [user, other]);
  const send = () => call(server, 'POST', '/send', {
    token: server.token(user), body: { user_id: user, chat_id: chat, msgText: 'hi' },
  });
  const answers = [];
  for (let i = 0; i < 40 && answers.at(-1)?.status !== 429; ++i) answers.push(await send());
  const refused = answers.at(-1);
  assert.equal(refused.status, 429);
  assert.equal(refused.json.code, 'rate_limited');
  assert.ok(Number(refused.headers['retry-after']) >= 1);
});

test('passwords can be tried a few times only', async () => {
  const logIn = () => call(server, 'POST', '/login', { body: { email: 'a@b.example', password: 'wrong one' } });
  const codes = [];
  for (let i = 0; i < 12 && codes.at(-1) !== 'rate_limited'; ++i) codes.push((await logIn()).json.code);
  assert.equal(codes[0], 'bad_credentials');
  assert.equal(codes.at(-1), 'rate_limited');
});

test('a request that trickles in is answered with request_timeout', async () => {
  const count = () => server.metric('throng_server_refused_total');
  const before = await count();
  for (const begin of ['GET /healthz HT', 'POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n{"em']) {
    const slow = new RawConnection(server);
    slow.write(begin);
    const trickle = setInterval(() => slow.write('x'), 200);
    const answer = await slow.end();
    clearInterval(trickle);
    assert.match(answer, /^HTTP\/1.1 408 /);
    assert.match(answer, /"code":"request_timeout"/);
  }
  assert.equal(await count(), before + 2);
  const idle = new RawConnection(server);
  assert.equal(await idle.end(), '', 'nobody who said nothing is blamed');
});

test('an address that connects too often is turned away and counted, and may come again', async () => {
  const strict = await startServer({ data: 'memory', args: ['--address-connections', '5:30', '--trusted', ''] });
  const tries = Array.from({ length: 60 }, () => new RawConnection(strict));
  const answers = await Promise.all(tries.map(async (each) => {
    each.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    return each.end();
  }));
  const served = answers.filter((answer) => answer.startsWith('HTTP/1.1 200')).length;
  assert.ok(served < 40, `${served} of 60`);
  await sleep(500);
  assert.ok(await strict.metric('throng_server_connections_refused_total') >= 60 - served);
  await strict.stop();
});
