// Each scenario that comes with the project runs, passes, and loses nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ARGUMENTS, FILES, SECONDS } from './lib/scenarios.mjs';
import { AS_OFTEN_AS_YOU_LIKE, startServer } from './lib/server.mjs';
import { assertCleanLedger, run, scenario } from './lib/throng.mjs';

const server = await startServer({ args: AS_OFTEN_AS_YOU_LIKE });

for (const file of FILES) {
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
