// The raw programs that stand beside a row.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { BIN_DIR } from '../../e2e/lib/process.mjs';

const SECONDS = 3;

/** What one of the raw programs printed. */
export async function raw(program, args, env = {}) {
  const path = `${BIN_DIR}/tests/bench/${program}`;
  const { stdout } = await promisify(execFile)(path, args.map(String), { env: { ...process.env, ...env } });
  return JSON.parse(stdout);
}

/** Round trips of raw epoll programs; CPU time of both ends. */
export const echo = (connections) => raw('socket_floor', ['echo', connections, SECONDS]);

/** Deliveries per CPU-second, so many of them in a write. */
export async function gathered(connections, messages) {
  const { deliveries, server_cpu_s: cpu } = await raw('socket_floor', ['gathered', connections, messages, SECONDS]);
  return deliveries / cpu;
}

/** Connections per CPU-second that are accepted, upgraded, greeted and closed. */
export async function upgrades() {
  const { sessions, server_cpu_s: cpu } = await raw('socket_floor', ['upgrade', SECONDS]);
  return sessions / cpu;
}
