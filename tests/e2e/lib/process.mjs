// Child processes that never outlive the test file: a test that fails half way leaves nothing
// running and nothing in /tmp.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { removeTempDirs } from './temp.mjs';
import { within } from './wait.mjs';

const DEFAULT_BIN_DIR = fileURLToPath(new URL('../../../build/release', import.meta.url));
export const BIN_DIR = resolve(process.env.THRONG_BIN_DIR ?? DEFAULT_BIN_DIR);

const running = new Set();
const killAll = () => {
  for (const child of running) child.kill('SIGKILL');
};
// A benchmark is no test file: of it node:test would print a summary.
if (process.argv[1].endsWith('.test.mjs')) (await import('node:test')).after(killAll);
process.on('exit', () => {
  killAll();
  removeTempDirs();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/** The environment without anything that would change what the programs do. */
function cleanEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('THRONG_'));
  return Object.fromEntries(kept);
}

/**
 * For a program's `under`: its monotonic clock is so far ahead of the machine's. It is killed with what
 * it is under.
 */
export const clockAhead = (seconds) => [
  'unshare', '--time', '--monotonic', `${seconds}`, '--boottime', `${seconds}`, '--fork', '--kill-child',
];

/** Whether this user may make time namespaces, and this machine has them. */
export function canShiftClocks() {
  const [command, ...args] = [...clockAhead(1), 'true'];
  return spawnSync(command, args).status === 0;
}

/** One of the project's programs, as a process; its output is collected. */
export class Program {
  stdout = '';
  stderr = '';
  #lineWaits = [];
  #ended;  // why nothing more will be said

  /**
   * `name` is a path under the directory of binaries, e.g. "server/throng-server"; `openFiles` is its
   * limit of descriptors, `core` the only one that it may use, `under` what watches it, with options.
   */
  constructor(name, args, { env = {}, cwd, openFiles, core, under = [] } = {}) {
    const path = resolve(BIN_DIR, name);
    if (!existsSync(path)) throw new Error(`${path} isn't there: build it, or set THRONG_BIN_DIR`);
    const [command, ...rest] = [
      ...(core === undefined ? [] : ['taskset', '-c', `${core}`]),
      ...(openFiles ? ['sh', '-c', `ulimit -n ${openFiles} && exec "$0" "$@"`] : []),
      ...under,
      path,
      ...args,
    ];
    const stdio = ['ignore', 'pipe', 'pipe'];
    this.child = spawn(command, rest, { env: { ...cleanEnvironment(), ...env }, cwd, stdio });
    running.add(this.child);
    this.exited = new Promise((done, failed) => {
      this.child.on('error', failed);
      this.child.on('close', (code, signal) => {
        running.delete(this.child);
        done({ code, signal, stdout: this.stdout, stderr: this.stderr });
        this.#ended = new Error(`${name} ended: ${this.stderr}`);
        this.#settle((wait) => wait.reject(this.#ended));
      });
    });
    this.child.stdout.setEncoding('utf8').on('data', (text) => (this.stdout += text));
    this.child.stderr.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
      this.#settle((wait) => wait.pattern.test(this.stderr) && wait.done(wait.pattern.exec(this.stderr)));
    });
  }

  /** The match of a pattern on stderr, as soon as it is there. */
  says(pattern, ms) {
    const found = pattern.exec(this.stderr);
    if (found) return Promise.resolve(found);
    if (this.#ended) return Promise.reject(this.#ended);
    const said = new Promise((done, reject) => this.#lineWaits.push({ pattern, done, reject }));
    return within(said, `${pattern} on stderr`, ms);
  }

  kill(signal) {
    this.child.kill(signal);
    return this.end();
  }

  end(ms) {
    return within(this.exited, `process ${this.child.pid} to end`, ms);
  }

  #settle(settle) {
    for (const wait of this.#lineWaits) settle(wait);
  }
}

/** The processes that `parent` has forked, as the kernel lists them. */
export function childrenOf(parent) {
  try {
    return readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').filter(Boolean);
  } catch {
    return [];  // it has ended
  }
}

export const isAlive = (pid) => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
