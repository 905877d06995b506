// The event stream: every event is in it, once, in files that rotate or on standard output.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Device } from './lib/device.mjs';
import { makeChat } from './lib/http.mjs';
import { newUser, startServer } from './lib/server.mjs';
import { tempDir } from './lib/temp.mjs';
import { until } from './lib/wait.mjs';

const MESSAGES = 100;
const FILE_BYTES = 4096;

const parse = (text) => text.trim().split('\n').map((line) => JSON.parse(line));

/** Two people talk; gives what the stream has to tell of it. */
async function talk(server) {
  const [alice, bob] = [newUser(), newUser()];
  const chat = await makeChat(server, [alice, bob], { name: 'lunch "at" noon' });
  const [from, to] = [await Device.connect(server, alice), await Device.connect(server, bob)];
  for (let seq = 1; seq <= MESSAGES; ++seq) await from.send(chat, 'a secret');
  await to.receive(chat, MESSAGES);
  to.say({ op: 'activity', kind: 'opened' }, { op: 'typing', chat }, { op: 'read', chat, seq: MESSAGES });
  await from.cursors(chat, bob, { read: MESSAGES });
  await from.finish();
  await to.finish();
  return { alice, bob, chat };
}

function assertComplete(events, { alice, bob, chat }) {
  const of = (name, where = () => true) => events.filter((each) => each.event === name && where(each));
  assert.deepEqual(of('chat', (each) => each.chat === chat).map(({ creator, name }) => [creator, name]), [[alice, 'lunch "at" noon']]);
  assert.deepEqual(of('member', (each) => each.chat === chat).map(({ user }) => user), [alice, bob]);
  const messages = of('message', (each) => each.chat === chat);
  assert.deepEqual(messages.map(({ seq }) => seq), Array.from({ length: MESSAGES }, (_, i) => i + 1));
  assert.ok(messages.every(({ from, kind, bytes }) => from === alice && kind === 'text' && bytes === 8));
  assert.deepEqual(of('cursor', (each) => each.chat === chat).at(-1).read, MESSAGES);
  for (const user of [alice, bob]) {
    for (const name of ['session_begun', 'session_ended']) {
      assert.equal(of(name, (each) => each.user === user).length, 1, `${name} of ${user}`);
    }
  }
  assert.deepEqual(of('activity').map(({ user, kind }) => [user, kind]), [[bob, 'opened']]);
  assert.deepEqual(of('typing').map((each) => [each.user, each.chat]), [[bob, chat]]);
  assert.ok(events.every(({ time }) => Math.abs(Date.now() - time) < 3_600_000));
  assert.ok(!JSON.stringify(events).includes('a secret'));
}

test('files, each up to its size, over a restart', async () => {
  const dir = join(tempDir(), 'events');
  const server = await startServer({ args: ['--events', dir, '--events-file-size', `${FILE_BYTES}`] });
  const first = await talk(server);
  await server.stop();
  const files = () => readdirSync(dir).sort().map((name) => join(dir, name));
  const before = files();
  assert.ok(before.length > 2, 'they rotate');
  assert.ok(before.every((file) => statSync(file).size <= FILE_BYTES));
  const read = (paths) => parse(paths.map((file) => readFileSync(file, 'utf8')).join(''));
  assertComplete(read(before), first);

  await server.start();
  const second = await talk(server);
  await until(async () => await server.metric('throng_server_events_written_total') > MESSAGES, 'it is written');
  await server.stop();
  assert.deepEqual(read(files().slice(0, before.length)).length, read(before).length);
  assertComplete(read(files().slice(before.length)), second);
});

test('standard output', async () => {
  const server = await startServer({ args: ['--events', '-'], data: 'memory' });
  const said = await talk(server);
  const { stdout } = await server.stop();
  assertComplete(parse(stdout), said);
});

test('a place that can\'t be written is a clear error', async () => {
  await assert.rejects(startServer({ args: ['--events', '/dev/null/events'] }), /--events: can't write to \/dev\/null\/events/);
});
