// The page of a run, in a real browser: while it goes on, when it is over, and as one file. Nobody who
// watches holds it up, and nobody but the page itself ends it.
// THRONG_SCREENSHOTS=DIR leaves there how it looks, and plays more people for longer.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { newPerson, startBrowser } from './lib/browser.mjs';
import { call } from './lib/http.mjs';
import { Program } from './lib/process.mjs';
import { startServer } from './lib/server.mjs';
import { tempDir } from './lib/temp.mjs';
import { assertCleanLedger, scenario, startRun, throng } from './lib/throng.mjs';
import { sleep, until } from './lib/wait.mjs';

const INTERRUPTED = 130;
const USAGE = 2;
/** Streams that a page serves at a time. */
const MOST_STREAMS = 8;
const FILE = scenario('one_to_one.lua');
const PICTURES = process.env.THRONG_SCREENSHOTS;
/** What lies below is tables. */
const PICTURE_PX = 1_700;
/** For pictures that have something to show. */
const SIZE = PICTURES ? { users: '500', gap: '2s', watchedMs: 30_000 } : { users: '40', gap: '300ms', watchedMs: 0 };
const SIZES = { wide: { width: 1440, height: 1000 }, narrow: { width: 390, height: 844 } };
const MISSED = 'deliver.p99 < 20us';

const server = await startServer({ data: 'memory', args: ['--threads', '1'] });
const browser = await startBrowser();

const startLive = (args, live = '127.0.0.1:0') => startRun(server, FILE, [
  '--users', SIZE.users, '--ramp', '1s', '--warmup', 'none', '--live', live, '--threshold', MISSED, ...args,
], { script: [`gap=${SIZE.gap}`] });

/** Where a program says that its page is: `{url, host, port}`. */
async function pageOf(program) {
  const [, url] = await program.says(/live page at (http:\S+)/);
  return { url, host: '127.0.0.1', port: Number(new URL(url).port) };
}

async function open(url, options = {}) {
  const page = await newPerson(browser, { viewport: SIZES.wide, ...options });
  await page.goto(url);
  return page;
}

const points = (page, figure) => page.locator(`.chart:has(figcaption:text("${figure}")) path.line`)
  .evaluateAll((paths) => paths.map((path) => path.getAttribute('d').split(/[ML]/).length - 1));

/** The chart has a line of several points. */
const hasLine = (page, figure) => until(async () => (await points(page, figure)).some((n) => n > 2), `${figure} has a line`);

async function shoot(page, name) {
  if (!PICTURES) return;
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const path = `${PICTURES}/${name}-${size}-${colorScheme}.png`;
      await page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width: viewport.width, height: PICTURE_PX } });
    }
  }
  await page.setViewportSize(SIZES.wide);
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Nothing is wider than the window. */
async function assertFits(page) {
  await page.setViewportSize(SIZES.narrow);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= SIZES.narrow.width, `${width} px wide`);
  await page.setViewportSize(SIZES.wide);
}

/** Asks for the stream and reads none of it. */
async function neverReads({ host, port }) {
  const socket = connect(port, host);
  socket.on('error', () => {});
  socket.pause();
  await once(socket, 'connect');
  socket.write(`GET /events HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`);
  return socket;
}

let result;
/** Of that run: it fails, unless the machine is too busy for its figures to be believed. */
const verdict = () => result.report.verdict.toUpperCase();

test('a page shows the run while it goes on, and ends it at the press of a button', async () => {
  const run = startLive(['--duration', '60s']);
  const { url } = await pageOf(run.program);
  const page = await open(url);
  await hasLine(page, 'Latency from');
  await hasLine(page, 'Rate');
  await hasLine(page, 'Users by state');
  await page.locator('.chart path.cells').first().waitFor({ state: 'attached' });
  await page.locator('#phase', { hasText: 'Measured' }).waitFor();
  await page.locator('#announcements', { hasText: `${MISSED} is missed.` }).waitFor();
  const missed = page.locator('#thresholds tr.missed');
  assert.match(await missed.textContent(), /deliver\.p99 < 20us/);
  assert.match(await page.locator('#thresholds tr.met').first().textContent(), /login\.errors == 0/);
  assert.equal(await page.locator('#title').textContent(), 'Friends write to each other in pairs: the everyday load of a messenger.');
  assert.match(await page.locator('#scenario').textContent(), /me:login\(\)/);
  assert.match(await page.locator('#ledger').textContent(), /deliveries due/);
  await page.getByText('The last seconds as a table').click();
  await page.locator('#seconds-table tbody tr').nth(1).waitFor();
  await page.locator('.chart svg').first().focus();
  await page.keyboard.press('Home');
  await page.locator('.chart output b', { hasText: 'at 0 s' }).first().waitFor();
  await assertFits(page);
  await page.getByText('The last seconds as a table').click();
  await sleep(SIZE.watchedMs);
  await shoot(page, 'live');

  await page.getByRole('button', { name: 'End the run…' }).click();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('button', { name: 'End the run…' }).click();
  await page.getByRole('button', { name: 'End the run', exact: true }).click();
  result = await run.ended();
  assert.equal(result.code, INTERRUPTED, result.stderr);
  assert.equal(result.report.interrupted, true);
  assertCleanLedger(result);
  // The page has learnt how it ended, and goes on showing it.
  await page.locator('#phase', { hasText: verdict() }).waitFor();
  assert.match(await page.locator('#ledger').textContent(), /No acknowledged message is lost/);
  assert.ok(await page.getByRole('button', { name: 'Ending…' }).isHidden());
  assert.deepEqual(page.complaints, []);
});

test('the page of a run that is over is one file that asks nobody', async () => {
  const file = join(tempDir(), 'run.html');
  const made = await throng(['view', result.out, '--html', file]);
  assert.deepEqual([made.code, made.stdout], [0, `${file}\n`], made.stderr);
  const page = await open(pathToFileURL(file).href);
  await hasLine(page, 'Latency from');
  await hasLine(page, 'Users by state');
  await page.locator('.chart path.cells').first().waitFor({ state: 'attached' });
  assert.equal(await page.locator('#phase').textContent(), verdict());
  assert.match(await page.locator('#thresholds tr.missed').textContent(), /deliver\.p99 < 20us/);
  assert.ok(await page.getByRole('button', { name: 'End the run' }).isHidden());
  const { send } = result.report.operations;
  const row = page.locator('#operations tr', { has: page.locator('th', { hasText: /^send$/ }) });
  assert.match(await row.textContent(), new RegExp(`^send${send.count.toLocaleString('en-US')}`));
  await assertFits(page);
  await shoot(page, 'over');
  assert.deepEqual(page.complaints, []);
});

test('the same is served until it is told to end', async () => {
  const viewer = new Program('loadgen/throng', ['view', result.out]);
  const url = await until(() => /^http:\S+/.exec(viewer.stdout)?.[0], 'the address is said');
  const page = await open(url);
  await hasLine(page, 'Rate');
  assert.equal(await page.locator('#phase').textContent(), verdict());
  const { port } = new URL(url);
  assert.equal((await call({ host: '127.0.0.1', port }, 'POST', '/stop')).status, 404);
  assert.deepEqual(page.complaints, []);
  assert.equal((await viewer.kill('SIGTERM')).code, 0);
});

test('only the page ends a run, and only by its address it can be read', async () => {
  const run = startLive(['--duration', '60s']);
  const page = await pageOf(run.program);
  const host = `127.0.0.1:${page.port}`;
  const html = await call(page, 'GET', '/');
  assert.equal(html.status, 200);
  assert.match(html.headers['content-security-policy'], /script-src 'sha256-.*frame-ancestors 'none'/);
  const [, token] = /"stop": "([0-9a-f]{32})"/.exec(html.text);
  const stop = async (headers) => (await call(page, 'POST', '/stop', { headers })).status;
  const right = { host, origin: `http://${host}`, 'x-throng-token': token };
  assert.equal(await stop({ ...right, 'x-throng-token': token.replace(/^./, (c) => (c === 'a' ? 'b' : 'a')) }), 403);
  assert.equal(await stop({ ...right, origin: 'http://evil.example' }), 403);
  assert.equal(await stop({ host, 'x-throng-token': token }), 403);
  assert.equal((await call(page, 'GET', '/stop', { headers: right })).status, 405);
  for (const path of ['/', '/events']) {
    assert.equal((await call(page, 'GET', path, { headers: { host: 'evil.example' } })).status, 403);
  }
  assert.equal((await call(page, 'GET', '/nothing')).status, 404);
  assert.equal(await stop(right), 202);
  assert.equal((await run.ended()).code, INTERRUPTED);
});

test('who never reads holds nothing up, and those who are too many are told', async () => {
  const run = startLive(['--duration', '3s', '--processes', '2']);
  const page = await pageOf(run.program);
  const sockets = await Promise.all(Array.from({ length: MOST_STREAMS }, () => neverReads(page)));
  await until(async () => (await call(page, 'GET', '/events')).status === 503, 'no more may watch');
  assert.equal((await call(page, 'GET', '/')).status, 200);
  const played = await run.ended();
  assertCleanLedger(played);
  assert.ok(played.report.time.measured_s >= 2.9, played.stderr);
  for (const socket of sockets) socket.destroy();
});

test('those who read nothing of a long run are let go', async () => {
  const out = tempDir();
  for (const name of ['run.json', 'latency.hlog']) writeFileSync(join(out, name), readFileSync(join(result.out, name)));
  const operations = Array.from({ length: 60 }, (_, i) => `operation_${i}`);
  const fields = ['started', 'count', 'errors', 'p50_ns', 'p90_ns', 'p99_ns', 'max_ns'];
  const head = ['second', ...operations.flatMap((name) => fields.map((field) => `${name}_${field}`))];
  const row = (second) => [second, ...operations.flatMap(() => [9, 9, 1, 1e6, 2e6, 3e6, 4e6])].join();
  const lines = [head.join(), ...Array.from({ length: 600 }, (_, second) => row(second))];
  writeFileSync(join(out, 'series.csv'), `${lines.join('\n')}\n`);
  const viewer = new Program('loadgen/throng', ['view', out]);
  const url = await until(() => /^http:\S+/.exec(viewer.stdout)?.[0], 'the address is said');
  const address = { host: '127.0.0.1', port: Number(new URL(url).port) };
  const sockets = await Promise.all(Array.from({ length: MOST_STREAMS }, () => neverReads(address)));
  const status = async () => (await call(address, 'GET', '/events')).status;
  assert.equal(await status(), 503);
  await until(async () => await status() === 200, 'there is room again', { every: 500 });
  for (const socket of sockets) socket.destroy();
  await viewer.kill('SIGTERM');
});

test('an address that was asked for is had or the run is refused', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address();
  const refused = await startLive(['--duration', '1s'], `${port}`).ended();
  assert.equal(refused.code, USAGE);
  assert.match(refused.stderr, new RegExp(`live page at ${port}: Address already in use`));
  assert.doesNotMatch((await startLive(['--duration', '1s'], 'auto').ended()).stderr, /live page/);
  taken.close();
});
