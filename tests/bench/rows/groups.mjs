// What it takes to tell a message to a thousand who are there.

import { sleep } from '../../e2e/lib/wait.mjs';
import { gathered } from '../lib/floors.mjs';
import { benchScenario, duringSeconds, SATURATED, withPeople, withServer } from '../lib/runs.mjs';

const MEMBERS = 1_000;
const MESSAGES_PER_S = 200;  // more than the generator can take in

export const rows = [{
  name: 'group_deliveries',
  what: 'server: deliveries in groups of 1,000 who are all online; each is confirmed',
  unit: 'deliveries/CPU-s',
  floor: 'raw writes with as many in each',
  target: { atLeast: 500_000 },
}];

export const measure = (take) =>
  take(rows[0].name, () => withServer({}, async (server) => {
    const script = [`gap=${MEMBERS / MESSAGES_PER_S}s`];
    const plan = { users: MEMBERS, ramp: 1, duration: 8, script, codes: SATURATED };
    const { figures } = await withPeople(server, benchScenario('group.lua'), plan, async (run) => {
      await sleep(2_000);
      return duringSeconds(server, run, ['deliveries_total', 'writes_total'], 5);
    });
    const inOneWrite = Math.max(1, Math.round(figures.deliveries_total / figures.writes_total));
    const figure = figures.deliveries_total / figures.server_cpu_s;
    return { figure, floor: await gathered(MEMBERS, inOneWrite) };
  }));
