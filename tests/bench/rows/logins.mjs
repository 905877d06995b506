// What it takes to let somebody in.

import { sleep } from '../../e2e/lib/wait.mjs';
import { upgrades } from '../lib/floors.mjs';
import { benchScenario, duringSeconds, SATURATED, withPeople, withServer } from '../lib/runs.mjs';

const USERS = 1_000;
const LOGINS_PER_S = 3_000;

export const rows = [{
  name: 'logins',
  what: 'server: connect, upgrade, hello, and goodbye',
  unit: 'logins/CPU-s',
  floor: 'raw accept and upgrade',
  target: { atLeast: 15_000 },
}];

export const measure = (take) =>
  take(rows[0].name, () => withServer({}, async (server) => {
    const script = [`gap=${USERS / LOGINS_PER_S}s`];
    const plan = { users: USERS, online: 0, ramp: 1, duration: 8, script, codes: SATURATED };
    const { figures } = await withPeople(server, benchScenario('logins.lua'), plan, async (run) => {
      await sleep(2_000);
      return duringSeconds(server, run, ['sessions_total'], 5);
    });
    return { figure: figures.sessions_total / figures.server_cpu_s, floor: await upgrades() };
  }));
