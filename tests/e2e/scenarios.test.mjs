// Each scenario that comes with the project runs, passes, and loses nothing.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

import { startServer } from './lib/server.mjs';
import { assertCleanLedger, run, scenario } from './lib/throng.mjs';

const server = await startServer();

const SECONDS = { 'reconnect_storm.lua': 8 };
// What makes enough happen within that time.
const ARGUMENTS = {
  'away_and_back.lua': ['stay=1s', 'away=500ms', 'gap=300ms'],
  'diurnal_day.lua': ['speed=21600', 'per_day=20'],
  'group_evening.lua': ['gap=2s'],
  'one_to_one.lua': ['gap=500ms'],
  'reconnect_storm.lua': ['first=6', 'second=8'],
};

const files = readdirSync(scenario('.')).filter((name) => name.endsWith('.lua') && !name.endsWith('.d.lua'));

for (const file of files) {
  test(`${file} passes`, async () => {
    const args = ['--users', '60', '--duration', `${SECONDS[file] ?? 4}s`, '--ramp', '1s'];
    const result = await run(server, scenario(file), args, { script: ARGUMENTS[file] });
    const why = `${result.stdout}\n${result.stderr}`;
    assert.equal(result.code, 0, why);
    assert.equal(result.report.verdict, 'pass', why);
    assert.ok(result.report.users.logins >= 60, why);
    assertCleanLedger(result);
  });
}
