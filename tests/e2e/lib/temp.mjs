// Directories that are gone when the test file has ended, however it ended.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made = [];

export function tempDir() {
  const dir = mkdtempSync(join(tmpdir(), 'throng-e2e-'));
  made.push(dir);
  return dir;
}

export function removeTempDirs() {
  // A process that was just killed may still be making a file.
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
}
