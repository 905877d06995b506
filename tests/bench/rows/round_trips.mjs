// How much of the machine's round trips are left to a scripted user.

import { sleep } from '../../e2e/lib/wait.mjs';
import { scenario } from '../../e2e/lib/throng.mjs';
import { echo } from '../lib/floors.mjs';
import { duringSeconds, requireConnections, SATURATED, withPeople, withServer } from '../lib/runs.mjs';

const CONNECTIONS = [100, 2_000, 9_000];
const METRICS = ['messages_total', 'receipts_total'];

export const rows = CONNECTIONS.map((connections) => ({
  name: `round_trips_${connections}`,
  what: `generator: Lua, latency, ledger; ${connections.toLocaleString('en')} connections`,
  unit: 'round trips/CPU-s',
  floor: 'raw epoll client',
  target: { ratio: 0.7 },
}));

/** A send is two round trips at the socket: send and sent, then at the other end delivered and its receipt. */
const ours = (connections) => withServer({ data: 'memory' }, async (server) => {
  const plan = { users: connections, ramp: 2, duration: 7, codes: SATURATED };
  const { figures } = await withPeople(server, scenario('ping_pong.lua'), plan, async (run) => {
    await sleep(2_000);
    return duringSeconds(server, run, METRICS, 4);
  });
  return (figures.messages_total + figures.receipts_total) / figures.generator_cpu_s;
});

async function floor(connections) {
  requireConnections(2 * connections);
  const { round_trips: trips, client_cpu_s: cpu } = await echo(connections);
  return trips / cpu;
}

export async function measure(take) {
  for (const [i, { name }] of rows.entries()) {
    const connections = CONNECTIONS[i];
    await take(name, async () => ({ figure: await ours(connections), floor: await floor(connections) }));
  }
}
