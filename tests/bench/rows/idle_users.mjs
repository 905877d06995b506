// What people cost who are there and say nothing: the memory of one more of them at both ends, and
// the server's CPU time.

import { sleep } from '../../e2e/lib/wait.mjs';
import { once } from '../lib/once.mjs';
import { anonymousBytes } from '../lib/process_figures.mjs';
import { benchScenario, duringSeconds, SATURATED, withPeople, withServer } from '../lib/runs.mjs';

const [FEW, MANY] = [100, 15_000];
const KEEP_ALIVE_S = 30;

export const rows = [
  {
    name: 'generator_bytes_per_user',
    what: 'generator: one more connected, scripted, idle user of 15,000',
    unit: 'bytes',
    target: { atMost: 2_500 },
  },
  {
    name: 'server_bytes_per_user',
    what: 'server: one more connected, idle user with session, presence, cursors',
    unit: 'bytes',
    target: { atMost: 2_000 },
  },
  {
    name: 'idle_cpu',
    what: 'server: CPU with 15,000 silent users with keep-alive',
    unit: '% of a core',
    target: { atMost: 1 },
  },
];

const bytesOf = ({ program }) => anonymousBytes(program.child.pid);

const LOGINS_PER_S = 2_000;

const idle = (users, seconds) => withServer({}, async (server) => {
  // Nothing here is about the time that something took: lateness says nothing.
  const plan = { users, ramp: Math.ceil(users / LOGINS_PER_S), duration: seconds + 4, codes: SATURATED };
  const { figures } = await withPeople(server, benchScenario('idle.lua'), plan, async (run) => {
    await sleep(2_000);
    const bytes = { server: bytesOf(server), generator: bytesOf(run) };
    const { server_cpu_s: cpu } = await duringSeconds(server, run, [], seconds);
    return { bytes, percent: (100 * cpu) / seconds };
  });
  return figures;
});

const bytesPerUser = (few, many, side) => (many.bytes[side] - few.bytes[side]) / (MANY - FEW);

export async function measure(take) {
  const few = once(() => idle(FEW, 1));
  const many = once(() => idle(MANY, KEEP_ALIVE_S));
  for (const side of ['generator', 'server']) {
    await take(`${side}_bytes_per_user`, async () => ({ figure: bytesPerUser(await few(), await many(), side) }));
  }
  await take('idle_cpu', async () => ({ figure: (await many()).percent }));
}
