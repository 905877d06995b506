// What it takes to read a page of history over HTTP.

import { Device } from '../../e2e/lib/device.mjs';
import { makeChat } from '../../e2e/lib/http.mjs';
import { Program } from '../../e2e/lib/process.mjs';
import { until } from '../../e2e/lib/wait.mjs';
import { raw } from '../lib/floors.mjs';
import { cpuSeconds } from '../lib/process_figures.mjs';
import { withServer } from '../lib/runs.mjs';

const CHATS = 100;
const PAGE = 50;
const CONNECTIONS = 50;
const SECONDS = 3;
const USER = 1;

export const rows = [{
  name: 'history',
  what: 'server: GET /fetch of 50 messages of 100 bytes',
  unit: 'pages/CPU-s',
  floor: 'raw keep-alive answers of that size',
  target: { atLeast: 20_000 },
}];

/** Chats whose newest page is full. */
async function fill(server) {
  const device = await Device.connect(server, USER);
  const chats = [];
  for (let other = USER + 1; other <= USER + CHATS; ++other) chats.push(await makeChat(server, [USER, other]));
  for (const chat of chats) await device.sendAll(chat, Array.from({ length: PAGE }, () => 'x'.repeat(100)));
  await device.finish();
  return chats;
}

/** Pages per CPU-second of the process that gives them, and their size. */
async function load(pid, port, paths, token) {
  const before = cpuSeconds(pid);
  const { answers, answer_bytes: bytes } =
    await raw('http_load', [port, CONNECTIONS, SECONDS, ...paths], { HTTP_LOAD_TOKEN: token });
  return { pages: answers / (cpuSeconds(pid) - before), bytes };
}

async function floor(bytes) {
  const program = new Program('tests/bench/socket_floor', ['http', `${bytes}`]);
  await until(() => program.stdout, 'the floor listens');
  const { pages } = await load(program.child.pid, JSON.parse(program.stdout).port, ['/'], '');
  await program.kill('SIGTERM');
  return pages;
}

export const measure = (take) =>
  take(rows[0].name, () => withServer({}, async (server) => {
    const chats = await fill(server);
    const paths = chats.map((chat) => `/fetch?chatId=${chat}&limit=${PAGE}`);
    const { pages, bytes } = await load(server.program.child.pid, server.port, paths, server.token(USER));
    return { figure: pages, floor: await floor(bytes) };
  }));
