// What those who run a server do with it: stop it, have it read its file again, watch its log.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from 'node:tls';

import { makeCertificate } from './lib/certificate.mjs';
import { Device } from './lib/device.mjs';
import { makeChat } from './lib/http.mjs';
import { AS_OFTEN_AS_YOU_LIKE, newUser, startServer } from './lib/server.mjs';
import { Session } from './lib/session.mjs';
import { tempDir } from './lib/temp.mjs';
import { assertCleanLedger, scenario, startRun } from './lib/throng.mjs';
import { until, within } from './lib/wait.mjs';

const STORM_IS_OVER_WITHIN_MS = 30_000;

test('L6: those who are told to leave come back spread over the time of --drain', async () => {
  const server = await startServer({ args: ['--drain', '8s', '--threads', '1'], data: 'memory' });
  const sessions = await Promise.all(Array.from({ length: 24 }, () => Session.begin(server, newUser())));
  const [{ code }, ...byes] = await Promise.all([server.stop(), ...sessions.map((each) => each.take('bye'))]);
  assert.equal(code, 0);
  const waits = byes.map(({ retry_ms: wait }) => wait).sort((a, b) => a - b);
  assert.ok(waits[0] >= 500 && waits[0] < 1500, `${waits}`);
  assert.ok(waits.at(-1) > 7500 && waits.at(-1) <= 8500, `${waits}`);
  const gaps = waits.slice(1).map((wait, i) => wait - waits[i]);
  assert.ok(Math.max(...gaps) < 1000, `${waits}`);
});

test('a second signal ends the server at once', async () => {
  const server = await startServer({ args: ['--drain', '1m'], data: 'memory' });
  const stuck = await Session.begin(server, newUser());
  stuck.socket.pause();  // it doesn't take the server's goodbye, nor says its own
  server.program.child.kill('SIGTERM');
  await server.program.says(/stopping/);
  const began = Date.now();
  assert.equal((await server.program.kill('SIGTERM')).code, 0);
  assert.ok(Date.now() - began < 4_000);
  stuck.socket.terminate();
});

test('SIGHUP reads limits and certificates again, and keeps them if the file is wrong', async () => {
  const file = join(tempDir(), 'throng.conf');
  const first = makeCertificate();
  const second = makeCertificate();
  const write = (certificate, more) => writeFileSync(file,
    `tls-cert = "${certificate.cert}"\ntls-key = "${certificate.key}"\n${more}\n`);
  write(first, 'user-sends = "0"');
  const server = await startServer({ args: ['--config', file], data: 'memory' });
  server.ca = first.pem;
  const shown = () => within(new Promise((done, failed) => {
    const socket = connect({ host: server.host, port: server.port, ca: [first.pem, second.pem] }, () => {
      done(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', failed);
  }), 'a handshake');
  const user = newUser();
  const chat = await makeChat(server, [user, newUser()]);
  const session = await Session.begin(server, user);
  const sendMany = async (name) => {
    const sends = Array.from({ length: 20 }, (_, i) => ({ op: 'send', chat, cmid: `${name}${i}`, body: 'b' }));
    session.say(...sends);
    await session.settle();
    return session.events.filter(({ op, cmid }) => op === 'error' && cmid?.startsWith(name)).length;
  };
  const reload = (said) => {
    server.program.child.kill('SIGHUP');
    return server.program.says(said);
  };

  const serial = await shown();
  assert.equal(await sendMany('free'), 0);
  write(second, 'user-sends = "1:5"');
  await reload(/reload: limits and certificates are read again/);
  assert.notEqual(await shown(), serial);
  assert.ok(await sendMany('bound') >= 14);

  writeFileSync(file, 'no-such-option = 1\n');
  await reload(/reload: everything stays as it was: .*no-such-option/);
  write({ ...second, key: first.key }, 'user-sends = "0"');
  await reload(/reload: everything stays as it was: key .*mismatch/);
  writeFileSync(file, 'user-sends = "0"\n');
  await reload(/TLS can't be switched on or off without a restart/);
  assert.notEqual(await shown(), serial);
  assert.ok(await sendMany('still') >= 15, 'the limits stay too');
  server.ca = second.pem;
  assert.equal(await server.metric('throng_server_reloads_total'), 4);
  await server.stop();
});

test('L5: a reconnect storm is let in as fast as --accept-rate says', async () => {
  const server = await startServer({ args: ['--accept-rate', '50:10'], data: 'memory' });
  const began = Date.now();
  await Promise.all(Array.from({ length: 60 }, () => Session.begin(server, newUser())));
  assert.ok(Date.now() - began > 800, 'they came too fast');
  assert.ok(await server.metric('throng_server_accepts_delayed_total') > 10);
  await server.stop();
});

test('L5: after a restart all who come back at once have what they missed within 30 s', async () => {
  const server = await startServer({ args: ['--accept-rate', '50:10'] });
  const writer = newUser();
  const users = Array.from({ length: 60 }, newUser);
  const people = await Promise.all(users.map((user) => Device.connect(server, user)));
  const chats = await Promise.all(users.map((user) => makeChat(server, [writer, user])));
  await Promise.all(people.map((person, i) => person.take('membership', ({ chat }) => chat === chats[i])));
  await Promise.all(people.map((person) => person.drop()));
  const alice = await Device.connect(server, writer);
  const bodies = Array.from({ length: 20 }, (_, i) => `missed ${i}`);
  await Promise.all(chats.map((chat) => alice.sendAll(chat, bodies)));
  await server.kill();
  await server.start();
  const storm = Promise.all([alice, ...people].map((device) => device.connect()));
  await within(storm, 'all are caught up', STORM_IS_OVER_WITHIN_MS);
  for (const [i, chat] of chats.entries()) {
    assert.deepEqual(people[i].chat(chat).bodies().sort(), [...bodies].sort(), `chat ${chat}`);
    assert.deepEqual(people[i].chat(chat).bodies(), alice.chat(chat).bodies());
  }
  await Promise.all([alice, ...people].map((device) => device.finish()));
  await server.stop();
});

test('L5: the ledger of a storm after a kill is clean', async () => {
  const server = await startServer({ args: AS_OFTEN_AS_YOU_LIKE });
  const running = startRun(server, scenario('reconnect_storm.lua'),
    ['--users', '200', '--duration', '5s', '--ramp', '1s'], { script: ['first=2', 'second=4'] });
  await until(async () => (await server.metric('throng_server_messages_total')) > 20, 'messages flow');
  await server.kill();
  await server.start();
  assertCleanLedger(await running.ended());
  await server.stop();
});

test('each event of the log is a line, as text or JSON', async () => {
  const text = await startServer({ data: 'memory' });
  await text.stop();
  for (const line of text.program.stderr.trim().split('\n')) {
    assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (info|warning) +\S/);
  }
  const json = await startServer({ args: ['--log-format', 'json'], data: 'memory' });
  await json.stop();
  const events = json.program.stderr.trim().split('\n').map((line) => JSON.parse(line));
  assert.ok(events.every(({ time, level, message }) => time && level && message));
});

test('the metrics of an overloaded disk, of commits and of shards are there', async () => {
  const server = await startServer();
  const user = newUser();
  const chat = await makeChat(server, [user, newUser()]);
  const session = await Session.begin(server, user);
  session.say({ op: 'send', chat, cmid: 'c', body: 'b' });
  await session.take('sent');
  const positive = [
    'throng_server_commit_group_seconds_count', 'throng_server_commit_group_messages_sum',
    'throng_server_store_sync_seconds_count', 'throng_server_store_memory_bytes', 'throng_server_events_total',
  ];
  for (const name of positive) assert.ok(await server.metric(name) > 0, name);
  await until(async () => await server.metric('throng_server_shard_cpu_seconds_total') > 0, 'a second has passed');
  const there = ['throng_server_store_stall_seconds_total', 'throng_server_store_cache_reads_total',
    'throng_server_store_writes_stopped', 'throng_server_loop_lag_seconds', 'throng_server_load',
    'throng_server_shed_total', 'throng_server_outbound_bytes'];
  for (const name of there) assert.ok(await server.metric(name) >= 0, name);
  await server.stop();
});
