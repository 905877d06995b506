// throng doctor: what this machine can carry, told before a run.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { scenario, throng } from './lib/throng.mjs';

const PASS = 0;
const USAGE = 2;
const TARGET = ['--target', 'ws://127.0.0.1:9'];

test('it tells what there is, plainly where nobody looks', async () => {
  const { code, stdout, stderr } = await throng(['doctor']);
  assert.equal(code, PASS, stderr);
  for (const what of ['cores', 'memory', 'descriptors', 'local ports', 'stolen so far']) {
    assert.match(stdout, new RegExp(`^(ok|warn) +${what} +\\S`, 'm'));
  }
  assert.doesNotMatch(stdout, /\x1b/);
  assert.match(stdout, /\n\d+ users fit into one process\.\n$/);
});

test('--json tells the same', async () => {
  const { code, stdout } = await throng(['doctor', '--users', '10', '--json']);
  const checkup = JSON.parse(stdout);
  assert.deepEqual([code, checkup.schema, checkup.fits, checkup.advice], [PASS, 'throng.doctor/1', true, '']);
  assert.ok(checkup.max_users >= 10);
  for (const { what, value, verdict, remedy } of checkup.findings) {
    assert.ok(what && value, JSON.stringify(checkup.findings));
    assert.equal(verdict, remedy === '' ? 'ok' : 'warn', what);
  }
});

test('--users says whether so many fit, as a run would', async () => {
  const few = await throng(['doctor', '--users', '100'], { openFiles: 256 });
  assert.equal(few.code, PASS, few.stderr);
  assert.match(few.stdout, /\n100 users fit\.\n$/);

  const many = await throng(['doctor', '--users', '5k'], { openFiles: 256 });
  assert.equal(many.code, USAGE);
  assert.match(many.stderr, /^throng: .*256 file descriptors hold 192 of 5000 users; .*ulimit -n 5064.*\n$/);
  assert.match(many.stdout, /^warn +descriptors/m);

  const advice = /256 file descriptors hold.*/;
  const refused = await throng(['run', scenario('one_to_one.lua'), ...TARGET, '--users', '5k'], { openFiles: 256 });
  assert.equal(refused.code, USAGE);
  assert.equal(advice.exec(refused.stderr)[0], advice.exec(many.stderr)[0]);
});

test('mistakes are told in a line', async () => {
  for (const args of [['--users', 'many'], ['--target', 'ftp://x'], ['--userz', '1']]) {
    const { code, stderr } = await throng(['doctor', ...args]);
    assert.equal(code, USAGE, stderr);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  }
});
