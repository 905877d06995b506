// ./bench says what it measured and on what; how much it was is nobody's business here.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { BIN_DIR } from './lib/process.mjs';
import { tempDir } from './lib/temp.mjs';

const BENCH = fileURLToPath(new URL('../bench/bench.mjs', import.meta.url));

/** `{code, stdout, stderr}`; without the part of ./bench that builds. */
function bench(...args) {
  const options = { env: { ...process.env, THRONG_BIN_DIR: BIN_DIR } };
  return new Promise((done) => {
    execFile(process.execPath, [BENCH, ...args], options, (error, stdout, stderr) =>
      done({ code: error?.code ?? 0, stdout, stderr }));
  });
}

describe('bench', () => {
  test('measures a row beside its floor and writes all of it down', async () => {
    const file = join(tempDir(), 'bench.json');
    const { code, stdout, stderr } = await bench('--rows', 'history', '--rounds', '1', '--json', file);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /GET \/fetch .* pages\/CPU-s .* (not )?reached$/m);
    const { machine, rounds, rows: [row, ...others] } = JSON.parse(readFileSync(file, 'utf8'));
    assert.deepEqual(others, []);
    assert.equal(rounds, 1);
    assert.deepEqual([row.name, row.values.length, row.min], ['history', 1, row.max]);
    assert.equal(row.ratio, row.median / row.floor);
    assert.ok(machine.cpu && machine.cores > 0 && machine.kernel && machine.version);
  });

  test('lists its rows and knows no others', async () => {
    const { stdout } = await bench('--list');
    assert.match(stdout, /^history /m);
    const { code, stderr } = await bench('--rows', 'histories');
    assert.equal(code, 2);
    assert.match(stderr, /unknown histories/);
  });
});
