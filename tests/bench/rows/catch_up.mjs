// What it takes to hand out what people missed.

import { sleep, until } from '../../e2e/lib/wait.mjs';
import { benchScenario, during, withPeople, withServer } from '../lib/runs.mjs';

const USERS = 1_000;
const WRITERS = USERS / 2;
const MESSAGES = WRITERS * 300;

export const rows = [{
  name: 'catch_up',
  what: 'server: missed messages to returning users, their login and confirmation included',
  unit: 'messages/CPU-s',
  target: { atLeast: 300_000 },
}];

export const measure = (take) =>
  take(rows[0].name, () => withServer({}, async (server) => {
    const plan = { users: USERS, online: WRITERS, ramp: 1, duration: 18 };
    const { figures } = await withPeople(server, benchScenario('catch_up.lua'), plan, async (run) => {
      await until(async () => (await server.metric('throng_server_messages_total')) >= MESSAGES, 'all is sent');
      return during(server, run, ['catch_up_messages_total'], async () => {
        await until(async () => (await server.metric('throng_server_sessions')) >= USERS, 'all are back');
        await sleep(1_500);
      });
    });
    return { figure: figures.catch_up_messages_total / figures.server_cpu_s };
  }));
