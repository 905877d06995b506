// What a full message between two costs, how many a second there can be, what durability takes of
// them, and how long they are under way at half of that.

import { sleep } from '../../e2e/lib/wait.mjs';
import { startFloor } from '../../e2e/lib/throng.mjs';
import { echo } from '../lib/floors.mjs';
import { once } from '../lib/once.mjs';
import { benchScenario, duringSeconds, SATURATED, usable, withPeople, withServer } from '../lib/runs.mjs';

const USERS = 2_000;
const MORE_THAN_POSSIBLE = 60_000;
const EVERYDAY = 5_000;
const SCRIPT = benchScenario('full_messages.lua');
const [RAMP_S, MEASURED_S] = [2, 6];

export const rows = [
  {
    name: 'message_cpu_saturated',
    what: 'server: full 1:1 message, fsync, 2,000 users, saturated',
    unit: 'µs CPU',
    floor: 'a round trip of the raw echo server',
    target: { atMost: 10 },
  },
  {
    name: 'message_cpu_5000',
    what: 'server: full 1:1 message, fsync, 2,000 users, 5,000/s',
    unit: 'µs CPU',
    floor: 'a round trip of the raw echo server',
    target: { atMost: 10 },
  },
  { name: 'message_rate', what: 'server: full 1:1 messages, fsync, as many as come through', unit: 'messages/s' },
  {
    name: 'fsync_share',
    what: 'server: throughput with fsync as a share of that with none',
    unit: '',
    target: { atLeast: 0.8 },
  },
  {
    name: 'delivery_p99_half_rate',
    what: 'server: delivery p99 at half of the maximum rate',
    unit: 'ms',
    floor: 'throng floor',
    target: { atMost: 2 },
  },
];

const gap = (rate) => [`gap=${USERS / rate}s`];

const play = (rate, durability, codes) => withServer({ args: ['--durability', durability] }, async (server) => {
  const plan = { users: USERS, ramp: RAMP_S, duration: MEASURED_S + 3, script: gap(rate), codes };
  return withPeople(server, SCRIPT, plan, async (run) => {
    await sleep(2_000);
    return duringSeconds(server, run, ['messages_total'], MEASURED_S);
  });
});

const p99 = (report) => report.operations.deliver.latency_ns.p99 / 1e6;
const cpuOf = ({ figures }) => (1e6 * figures.server_cpu_s) / figures.messages_total;
const rateOf = ({ figures }) => figures.messages_total / MEASURED_S;

async function floorP99(rate) {
  const args = ['--users', `${USERS}`, '--ramp', `${RAMP_S}s`, '--duration', `${MEASURED_S}s`];
  return p99(await usable(startFloor(SCRIPT, args, { script: gap(rate) }).ended));
}

export async function measure(take) {
  const trip = once(() => echo(USERS));
  const fsync = once(() => play(MORE_THAN_POSSIBLE, 'fsync', SATURATED));
  const most = async () => rateOf(await fsync());
  const besideTrip = async (played) => {
    const { round_trips: trips, server_cpu_s: cpu } = await trip();
    return { figure: cpuOf(await played), floor: (1e6 * cpu) / trips };
  };
  await take('message_cpu_saturated', () => besideTrip(fsync()));
  await take('message_cpu_5000', () => besideTrip(play(EVERYDAY, 'fsync', SATURATED)));
  await take('message_rate', async () => ({ figure: await most() }));
  await take('fsync_share', async () => {
    const none = await play(MORE_THAN_POSSIBLE, 'none', SATURATED);
    return { figure: (await most()) / rateOf(none) };
  });
  await take('delivery_p99_half_rate', async () => {
    const rate = (await most()) / 2;
    const { report } = await play(rate, 'fsync');
    return { figure: p99(report), floor: await floorP99(rate) };
  });
}
