// TLS on the server's port and from the generator: who may speak it, who is believed, and that the
// chat above it is the same.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { connect } from 'node:tls';

import { makeCertificate } from './lib/certificate.mjs';
import { Device } from './lib/device.mjs';
import { call, makeChat } from './lib/http.mjs';
import { RawConnection } from './lib/raw.mjs';
import { newUser, startServer } from './lib/server.mjs';
import { tempDir } from './lib/temp.mjs';
import { assertCleanLedger, run, scenario, throng } from './lib/throng.mjs';
import { within } from './lib/wait.mjs';

const certificate = makeCertificate();
const caFile = join(tempDir(), 'ca.pem');
writeFileSync(caFile, certificate.pem);
let server;

before(async () => {
  server = await startServer({ tls: certificate, data: 'memory' });
});

/** What a handshake came to: `{protocol, cipher, alpn}`, or the code of its failure. */
function shakeHands(options) {
  const { host, port, ca } = server;
  const done = new Promise((settle) => {
    const socket = connect({ host, port, ca, ...options }, () => {
      settle({ protocol: socket.getProtocol(), cipher: socket.getCipher().name, alpn: socket.alpnProtocol });
      socket.destroy();
    });
    socket.on('error', (error) => settle(error.code));
  });
  return within(done, 'the handshake to end');
}

test('TLS 1.2 and 1.3 are spoken, with forward secrecy', async () => {
  assert.equal((await shakeHands({})).protocol, 'TLSv1.3');
  const older = await shakeHands({ maxVersion: 'TLSv1.2' });
  assert.equal(older.protocol, 'TLSv1.2');
  assert.match(older.cipher, /^ECDHE-.*(GCM|CHACHA20)/);
  assert.equal((await shakeHands({ ALPNProtocols: ['h2', 'http/1.1'] })).alpn, 'http/1.1');
});

test('what is older, weaker or no TLS is refused and counted', async () => {
  const before = await server.metric('throng_server_refused_total');
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' };
  assert.match(await shakeHands(old), /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/);
  assert.match(await shakeHands({ maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' }), /HANDSHAKE_FAILURE/);
  assert.match(await shakeHands({ ALPNProtocols: ['h2'] }), /APPLICATION_PROTOCOL/);
  const plain = new RawConnection(server);
  plain.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.doesNotMatch(await plain.end(), /HTTP/);
  assert.equal(await server.metric('throng_server_refused_total'), before + 4);
});

test('HTTP and WebSocket carry the same chat, however long a message is', async () => {
  const [writer, reader] = [newUser(), newUser()];
  assert.equal((await call(server, 'GET', '/healthz')).text, 'ok\n');
  const chat = await makeChat(server, [writer, reader]);
  const from = await Device.connect(server, writer);
  const to = await Device.connect(server, reader);
  const long = 'x'.repeat(16_000);
  for (const body of ['hi', long, ...Array(20).fill(long)]) await from.send(chat, body);
  await to.receive(chat, 22);
  await Promise.all([from.finish(), to.finish()]);
});

test('hello and what follows it may come in one flight of records', async () => {
  const user = newUser();
  const { host, port, ca } = server;
  const socket = connect({ host, port, ca });
  const { frame, TEXT } = await import('./lib/raw.mjs');
  let received = '';
  const answered = new Promise((done) => socket.on('data', (bytes) => {
    received += bytes.toString('latin1');
    if (received.includes('"pong"')) done();
  }));
  const upgrade = 'GET /v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    + 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n';
  const padding = '\n'.repeat(12_000);  // more than one read of the handshake
  socket.write(Buffer.concat([
    Buffer.from(upgrade), frame(TEXT, JSON.stringify({ op: 'hello', token: server.token(user) })),
    frame(TEXT, padding), frame(TEXT, '{"op":"ping"}'),
  ]));
  await within(answered, 'a pong');
  socket.destroy();
});

test('the generator plays over wss with a clean ledger', async () => {
  const args = ['--users', '60', '--duration', '3s', '--ramp', '1s', '--tls-ca', caFile];
  const result = await run(server, scenario('one_to_one.lua'), args);
  assert.equal(result.code, 0, result.stdout + result.stderr);
  assertCleanLedger(result);
  assert.equal(result.report.target.url, server.ws);
});

test('the generator believes no certificate that nobody vouches for', async () => {
  const play = (...args) => throng(['run', scenario('one_to_one.lua'), '--target', server.ws, '--users', '4',
    '--duration', '1s', '--ramp', '0s', '--out', tempDir(), ...args]);
  const unknown = await play();
  assert.equal(unknown.code, 7, unknown.stderr);
  assert.match(unknown.stderr, /certificate verify failed/);
  assert.notEqual((await play('--tls-insecure')).code, 7);
  const missing = await play('--tls-ca', '/no/such/file');
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /--tls-ca: "\/no\/such\/file" can't be read/);
});

test('a certificate for another name is not believed', async () => {
  const other = makeCertificate('other.example');
  const elsewhere = await startServer({ tls: other, data: 'memory' });
  writeFileSync(caFile, other.pem);
  const { code, stderr } = await throng(['run', scenario('one_to_one.lua'), '--target',
    `wss://localhost:${elsewhere.port}`, '--users', '4', '--duration', '1s', '--tls-ca', caFile, '--out', tempDir()]);
  assert.equal(code, 7, stderr);
  await elsewhere.stop();
});

test('a server without its key, or with another one, does not start', async () => {
  const { Server } = await import('./lib/server.mjs');
  const start = (tls) => new Server({ tls, data: 'memory' }).start();
  await assert.rejects(start({ ...certificate, key: makeCertificate().key }), /key ".*": key values mismatch/);
  await assert.rejects(start({ ...certificate, cert: '/no/such/file' }), /certificate "\/no\/such\/file"/);
});
