// Servers and runs of the generator, and what they took within a stretch of time.

import { fileURLToPath } from 'node:url';

import { AS_OFTEN_AS_YOU_LIKE, startServer } from '../../e2e/lib/server.mjs';
import { startRun } from '../../e2e/lib/throng.mjs';
import { sleep, until } from '../../e2e/lib/wait.mjs';
import { cpuSeconds, mostDescriptors } from './process_figures.mjs';

const [PASS, THRESHOLD, INVALID] = [0, 3, 5];
/** What a run may end with that is more than the machine can do. */
export const SATURATED = [PASS, THRESHOLD, INVALID];
/** The store of the server takes up to 1,000 descriptors. */
const KEPT_DESCRIPTORS = 1_100;

/** The row has no figure on this machine, and why. */
export class CannotRun extends Error {}

/** Others used the machine, so that the figures say nothing. */
export class Disturbed extends Error {}

export const benchScenario = (name) => fileURLToPath(new URL(`../scenarios/${name}`, import.meta.url));

/** As many users as wanted, if a process may have so many connections. */
export function requireConnections(count) {
  const most = mostDescriptors() - KEPT_DESCRIPTORS;
  if (count > most) throw new CannotRun(`more descriptors needed: ulimit -n ${count + KEPT_DESCRIPTORS}`);
}

export async function withServer({ args = [], ...options }, measure) {
  const server = await startServer({ ...options, args: [...AS_OFTEN_AS_YOU_LIKE, ...args] });
  try {
    return await measure(server);
  } finally {
    await server.stop();
  }
}

/** Waits for the end of a run whose figures count. */
export async function usable(ended, codes = [PASS]) {
  const result = await ended();
  if (result.code === INVALID && !codes.includes(INVALID)) throw new Disturbed(result.report.validity.reasons.join('; '));
  if (!codes.includes(result.code)) throw new Error(`exit code ${result.code}: ${result.stdout}${result.stderr}`);
  return result.report;
}

/**
 * Plays people until `online` of them are there, lets `measure(run)` look at them, and waits for the
 * end; gives what it measured as `figures`, and run.json as `report`.
 */
export async function withPeople(server, file, plan, measure) {
  const { users, online = users, ramp, duration, script = [], codes } = plan;
  requireConnections(users);
  const args = ['--users', `${users}`, '--ramp', `${ramp}s`, '--duration', `${duration}s`];
  const run = startRun(server, file, args, { script });
  const sessions = () => server.metric('throng_server_sessions');
  await until(async () => (await sessions()) >= online || hasEnded(run), `${online} are online`);
  if (hasEnded(run)) throw new Error(`ended before ${online} were online: ${run.program.stderr}`);
  const figures = await measure(run);
  return { figures, report: await usable(run.ended, codes) };
}

const hasEnded = ({ program }) => program.child.exitCode !== null;

/** CPU times of the server and the generator, and these metrics of the server. */
async function sample(server, run, metrics) {
  const figures = { server_cpu_s: cpuSeconds(server.program.child.pid) };
  if (run) figures.generator_cpu_s = cpuSeconds(run.program.child.pid);
  for (const name of metrics) figures[name] = await server.metric(`throng_server_${name}`);
  return figures;
}

/**
 * What they grew by while `act` went on. The server publishes some of its metrics once a second, so a
 * stretch of whole seconds is as much too late at its end as at its begin.
 */
export async function during(server, run, metrics, act) {
  const before = await sample(server, run, metrics);
  await act();
  const after = await sample(server, run, metrics);
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - before[name]]));
}

export const duringSeconds = (server, run, metrics, seconds) =>
  during(server, run, metrics, () => sleep(seconds * 1000));
