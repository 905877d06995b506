// Images and files: uploaded by their hash, sent in messages, seen by who may.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';

import { Device } from './lib/device.mjs';
import { call, makeChat } from './lib/http.mjs';
import { RawConnection } from './lib/raw.mjs';
import { newUser, startServer } from './lib/server.mjs';
import { Session } from './lib/session.mjs';
import { assertCleanLedger, run, scenario } from './lib/throng.mjs';
import { within } from './lib/wait.mjs';

const MiB = 2 ** 20;
const server = await startServer({ args: ['--asset-quota', '8M', '--upload-timeout', '1s'] });

const nameOf = (bytes) => createHash('sha256').update(bytes).digest('hex');
const pathOf = (bytes) => `/assets/${nameOf(bytes)}`;

/** An HTTP call whose bodies are bytes. */
function ask(method, path, user, { body, headers = {}, agent = false, at = server } = {}) {
  const answer = new Promise((done, failed) => {
    const all = { authorization: `Bearer ${at.token(user)}`, ...headers };
    const asked = request({ host: at.host, port: at.port, method, path, headers: all, agent }, (reply) => {
      const parts = [];
      reply.on('data', (part) => parts.push(part));
      reply.on('error', failed);
      reply.on('end', () => done({ status: reply.statusCode, headers: reply.headers, bytes: Buffer.concat(parts) }));
    });
    asked.on('error', failed);
    asked.end(body);
  });
  return within(answer, `${method} ${path}`);
}

function put(user, bytes, { type = 'image/png', name = nameOf(bytes), headers = {}, at } = {}) {
  const all = { 'content-type': type, 'content-length': bytes.length, ...headers };
  return ask('PUT', `/assets/${name}`, user, { body: bytes, headers: all, at });
}

const get = (user, bytes, headers, at) => ask('GET', pathOf(bytes), user, { headers, at });
const head = (user, bytes, headers) => ask('HEAD', pathOf(bytes), user, { headers });

function assertError(reply, status, code) {
  const text = reply.bytes.toString();
  assert.deepEqual([reply.status, text && JSON.parse(text).code], [status, code], text);
}

const filesIn = (directory) => readdirSync(directory, { recursive: true })
  .map((file) => join(directory, file))
  .filter((file) => statSync(file).isFile());

test('who uploads an asset gets it back, bytes, type and all', async () => {
  const [alice, bytes] = [newUser(), randomBytes(300_000)];
  assert.equal((await head(alice, bytes)).status, 404);
  const uploaded = await put(alice, bytes);
  assert.equal(uploaded.status, 201);
  assert.equal(JSON.parse(uploaded.bytes).asset, nameOf(bytes));
  const seen = await head(alice, bytes);
  assert.deepEqual([seen.status, seen.bytes.length], [200, 0]);
  assert.deepEqual([seen.headers['content-length'], seen.headers['content-type']], ['300000', 'image/png']);
  const got = await get(alice, bytes);
  assert.equal(got.status, 200);
  assert.ok(got.bytes.equals(bytes));
  assert.equal(got.headers.etag, `"${nameOf(bytes)}"`);
  assert.equal(got.headers['cache-control'], 'private, max-age=31536000, immutable');
  assert.equal(got.headers['x-content-type-options'], 'nosniff');
});

test('ranges, and what a cache has already', async () => {
  const [alice, bytes] = [newUser(), randomBytes(200_000)];
  await put(alice, bytes);
  const middle = await get(alice, bytes, { range: 'bytes=65530-131080' });
  assert.deepEqual([middle.status, middle.headers['content-range']], [206, 'bytes 65530-131080/200000']);
  assert.ok(middle.bytes.equals(bytes.subarray(65_530, 131_081)));
  const end = await get(alice, bytes, { range: 'bytes=-10' });
  assert.ok(end.bytes.equals(bytes.subarray(-10)));
  const outside = await get(alice, bytes, { range: 'bytes=200000-' });
  assertError(outside, 416, 'bad_range');
  assert.equal(outside.headers['content-range'], 'bytes */200000');
  const same = await get(alice, bytes, { 'if-none-match': `"${nameOf(bytes)}"` });
  assert.deepEqual([same.status, same.bytes.length], [304, 0]);
});

test('a message carries it, and members of the chat see it; others get what is not there', async () => {
  const [alice, bob, mallory] = [newUser(), newUser(), newUser()];
  const bytes = randomBytes(1000);
  const chat = await makeChat(server, [alice, bob]);
  await put(alice, bytes);
  const [a, b] = [await Device.connect(server, alice), await Device.connect(server, bob)];
  assertError(await get(bob, bytes), 404, 'no_such_asset');
  a.say({ op: 'send', chat, cmid: 'a', asset: nameOf(bytes) });
  await a.take('sent');
  await b.receive(chat, 1);
  assert.equal(b.session.events.find(({ op }) => op === 'message').asset, nameOf(bytes));
  assert.ok((await get(bob, bytes)).bytes.equals(bytes));

  for (const method of ['GET', 'HEAD']) {
    const known = await ask(method, pathOf(bytes), mallory);
    const unknown = await ask(method, pathOf(randomBytes(8)), mallory);
    assert.deepEqual([known.status, known.bytes], [404, unknown.bytes]);
  }
  const chats = await makeChat(server, [mallory, newUser()]);
  const m = await Session.open(server);
  m.say({ op: 'hello', token: server.token(mallory) });
  await m.take('welcome');
  m.say({ op: 'send', chat: chats, cmid: 'm', asset: nameOf(bytes) });
  assert.equal((await m.take('error')).code, 'no_such_asset');
  await Promise.all([a.session.leave(), b.session.leave(), m.leave()]);
});

test('the same bytes are stored once, and nobody learns that they were there', async () => {
  const [alice, bob, bytes] = [newUser(), newUser(), randomBytes(100_000)];
  const before = filesIn(join(server.data, 'assets')).length;
  const repeats = await server.metric('throng_server_asset_repeats_total');
  assert.equal((await put(alice, bytes)).status, 201);
  const stored = await server.metric('throng_server_asset_store_bytes');
  assert.equal((await put(bob, bytes, { type: 'image/gif' })).status, 201);
  assert.equal((await put(bob, bytes, { type: 'image/gif' })).status, 200);
  assert.equal(filesIn(join(server.data, 'assets')).length, before + 1);
  assert.equal(await server.metric('throng_server_asset_store_bytes'), stored);
  assert.equal(await server.metric('throng_server_asset_repeats_total'), repeats + 2);
  assert.equal((await get(alice, bytes)).headers['content-type'], 'image/png');
  assert.equal((await get(bob, bytes)).headers['content-type'], 'image/gif');
});

test('what is no asset is refused, counted, and leaves nothing', async () => {
  const [alice, bytes] = [newUser(), randomBytes(100)];
  const before = filesIn(join(server.data, 'assets')).length;
  const errors = await server.metric('throng_server_client_errors_total');
  assertError(await put(alice, bytes, { name: nameOf(randomBytes(8)) }), 422, 'wrong_hash');
  assertError(await put(alice, bytes, { type: 'text/html' }), 415, 'unsupported_type');
  const tricks = ['..', '%2e%2e', '..%2f..%2fetc%2fpasswd', nameOf(bytes).toUpperCase(), `${nameOf(bytes)}0`, 'a'.repeat(4000)];
  for (const name of tricks.slice(1)) {
    assertError(await put(alice, bytes, { name }), 400, 'bad_field');
    assertError(await ask('GET', `/assets/${name}`, alice), 400, 'bad_field');
  }
  assert.ok((await ask('GET', `/assets/${tricks[0]}`, alice)).status >= 400);
  const disguised = { body: bytes, headers: { 'content-type': 'image/png', 'content-length': bytes.length } };
  assertError(await ask('PUT', `/%61ssets/${nameOf(bytes)}`, alice, disguised), 404, 'not_found');
  assert.equal(await server.metric('throng_server_client_errors_total'), errors + 2 + 2 * 5 + 2);
  assert.equal(filesIn(join(server.data, 'assets')).length, before);
});

test('tokens that name another algorithm are refused', async () => {
  const [head64, payload] = server.token(7).split('.');
  const encode = (text) => Buffer.from(text).toString('base64url');
  for (const token of [`${encode('{"alg":"none"}')}.${payload}.`, `${encode('{"alg":"HS512"}')}.${payload}.AA`, `${head64}.${payload}.`]) {
    assert.equal((await call(server, 'GET', '/chats', { token })).json.code, 'bad_token');
  }
});

/** What comes for a PUT and a second request on one connection. */
async function twoRequests(user, first) {
  const raw = new RawConnection(server);
  raw.write(first);
  raw.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await within(raw.closed, 'the end of the connection');
  return raw.received.toString();
}

const rawPut = (user, bytes, lines) =>
  `PUT ${pathOf(bytes)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.token(user)}\r\n${lines}\r\n\r\n`;

test('a connection goes on after a PUT, and after one that was refused', async () => {
  const [alice, bytes] = [newUser(), Buffer.alloc(300_000, 'x')];
  for (const [type, status] of [['image/png', 201], ['text/html', 415]]) {
    const header = rawPut(alice, bytes, `Content-Type: ${type}\r\nContent-Length: ${bytes.length}`);
    const text = await twoRequests(alice, header + bytes.toString());
    assert.match(text, new RegExp(`^HTTP/1.1 ${status} [^]*HTTP/1.1 200 OK[^]*ok\n$`));
  }
});

test('a client that asks first is told to go on only when its bytes are wanted', async () => {
  const [alice, bytes] = [newUser(), Buffer.from('wanted')];
  const lines = (type) => `Content-Type: ${type}\r\nContent-Length: ${bytes.length}\r\nExpect: 100-continue`;
  const raw = new RawConnection(server);
  raw.write(rawPut(alice, bytes, lines('image/png')));
  await raw.contains('100 Continue');
  raw.write(bytes);
  await raw.contains('201 Created');
  const refused = new RawConnection(server);
  refused.write(rawPut(alice, bytes, lines('text/html')));
  await refused.contains('415');
  assert.ok(!refused.received.includes('100 Continue'));
  raw.socket.destroy();
  refused.socket.destroy();
});

test('more than an asset may have is refused before it comes', async () => {
  const [alice, bytes] = [newUser(), Buffer.from('large')];
  const raw = new RawConnection(server);
  raw.write(rawPut(alice, bytes, `Content-Type: image/png\r\nContent-Length: ${17 * MiB}`));
  await raw.contains('"too_large"');
  raw.socket.destroy();
});

test('an upload that takes too long is ended, and leaves nothing', async () => {
  const [alice, bytes] = [newUser(), randomBytes(100_000)];
  const raw = new RawConnection(server);
  raw.write(rawPut(alice, bytes, `Content-Type: image/png\r\nContent-Length: ${bytes.length}`));
  raw.write(bytes.subarray(0, 70_000));
  await raw.contains('HTTP/1.1 408');
  raw.socket.destroy();
  assertError(await get(alice, bytes), 404, 'no_such_asset');
  assert.equal(readdirSync(join(server.data, 'assets/incoming')).length, 0);
});

test('a store that is full says so, and goes on', async () => {
  const [alice, large] = [newUser(), randomBytes(7.5 * MiB)];
  assertError(await put(alice, large), 507, 'no_room');
  assert.equal((await put(alice, randomBytes(1000))).status, 201);
});

test('assets are there after kill -9, and what was on its way is not', async () => {
  const at = await startServer();
  const [alice, bob, bytes, cut] = [newUser(), newUser(), randomBytes(50_000), randomBytes(100_000)];
  const chat = await makeChat(at, [alice, bob]);
  assert.equal((await put(alice, bytes, { at })).status, 201);
  const device = await Device.connect(at, alice);
  device.say({ op: 'send', chat, cmid: 'a', body: 'look', asset: nameOf(bytes) });
  await device.take('sent');
  const raw = new RawConnection(at);
  raw.write(`PUT ${pathOf(cut)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${at.token(alice)}\r\nContent-Type: image/png\r\nContent-Length: ${cut.length}\r\n\r\n`);
  raw.write(cut.subarray(0, 80_000));
  const incoming = join(at.data, 'assets/incoming');
  await within((async () => {
    while (readdirSync(incoming).length === 0) await new Promise((done) => setTimeout(done, 10));
  })(), 'the upload to begin');
  await at.kill();
  assert.equal(readdirSync(incoming).length, 1);
  await at.start();
  assert.equal(readdirSync(incoming).length, 0);
  assert.ok((await get(bob, bytes, {}, at)).bytes.equals(bytes));
  assertError(await get(alice, cut, {}, at), 404, 'no_such_asset');
});

test('the directory is asked once, the cache then', async () => {
  const [alice, bytes] = [newUser(), randomBytes(100)];
  await put(alice, bytes);
  const hits = await server.metric('throng_server_directory_cache_hits_total');
  await head(alice, bytes);
  await head(alice, bytes);
  assert.ok(await server.metric('throng_server_directory_cache_hits_total') > hits);
  assert.equal(await server.metric('throng_server_worker_jobs'), 0);
});

test('people of a scenario upload, send and look at pictures', async () => {
  const at = await startServer();
  const args = ['--users', '20', '--duration', '3s', '--ramp', '1s', '--warmup', 'none'];
  const result = await run(at, scenario('media_share.lua'), args, { script: ['gap=1s', 'median=20k', 'p95=40k'] });
  assertCleanLedger(result);
  const { upload, download } = result.report.operations;
  assert.ok(upload.count > 20 && upload.latency_ns.p50 > 0, JSON.stringify(upload));
  assert.ok(download.count > 20 && download.latency_ns.p50 > 0, JSON.stringify(download));
  assert.deepEqual([upload.errors, download.errors], [{}, {}]);
  assert.ok(await at.metric('throng_server_asset_uploads_total') >= upload.count);
});
