// What was measured, and on what.

import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

import { BIN_DIR } from '../../e2e/lib/process.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

function output(command, args) {
  try {
    return execFileSync(command, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;  // no git, or no repository
  }
}

export function facts() {
  const [{ model }] = cpus();
  return {
    cpu: model.trim(),
    cores: cpus().length,
    memory_bytes: totalmem(),
    kernel: release(),
    date: new Date().toISOString(),
    version: output(`${BIN_DIR}/loadgen/throng`, ['--version']),
    commit: output('git', ['rev-parse', '--short', 'HEAD']),
    changed: output('git', ['status', '--porcelain', '--untracked-files=no']) !== '',
  };
}
