// throng compare, baseline and trend on runs whose figures are known, and throng ab on two servers;
// what they leave for CI is held to what reads it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { newPerson, startBrowser } from './lib/browser.mjs';
import { BIN_DIR, Program } from './lib/process.mjs';
import { startServer } from './lib/server.mjs';
import { sides } from './lib/sides.mjs';
import { tempDir } from './lib/temp.mjs';
import { ownScenario, run, throng } from './lib/throng.mjs';

const [PASS, USAGE, INVALID, REGRESSION, INCONCLUSIVE, INTERRUPTED] = [0, 2, 5, 6, 8, 130];
const MOST_OF_A_SUMMARY = 1024 * 1024;
const SHORT = ['--users', '10', '--ramp', '200ms', '--warmup', 'none', '--duration', '500ms'];
const STEADY = ownScenario('steady.lua');

const server = await startServer();
const { report } = await run(server, STEADY, SHORT, { script: ['gap=50ms'] });
await server.stop();

const made = (options) => sides(report, tempDir(), options);
const words = ({ base, candidate }) => ['--base', ...base, '--candidate', ...candidate];
const compare = (both, ...options) => throng(['compare', ...words(both), ...options]);

const SCHEMA = fileURLToPath(new URL('schemas/junit.xsd', import.meta.url));
const validate = (file) => execFileSync('xmllint', ['--noout', '--schema', SCHEMA, file], { stdio: 'pipe' });

const CASES = [
  ['the same', {}, PASS, 'PASS'],
  ['a tenth worse', { worse: 1.1 }, REGRESSION, 'REGRESSION'],
  ['a tenth better', { worse: 0.9 }, PASS, 'PASS'],
  ['all over the place', { spread: 1 }, INCONCLUSIVE, 'INCONCLUSIVE'],
  ['too few', { count: 3 }, INCONCLUSIVE, 'INCONCLUSIVE'],
  ['failing sends', { change: ({ operations }) => { operations.send.errors = { rejected: 1 }; } }, REGRESSION, 'REGRESSION'],
  ['spoiled by the candidate', {
    change: ({ validity }) => { Object.assign(validity, { valid: false, reasons: ['nobody came'], limited_by: 'target' }); },
  }, REGRESSION, 'REGRESSION'],
  ['losing messages', { change: ({ ledger }) => { ledger.lost = 1; } }, REGRESSION, 'REGRESSION'],
];

for (const [what, options, expected, word] of CASES) {
  test(`runs that are ${what} are a ${word}, in every format`, async () => {
    const out = tempDir();
    const files = { junit: 'junit.xml', markdown: 'summary.md', html: 'comparison.html', benchmark: 'benchmark.json' };
    const paths = Object.entries(files).flatMap(([option, name]) => [`--${option}`, join(out, name)]);
    const both = made(options);
    const { code, stdout, stderr } = await compare(both, ...paths, '--annotations');
    assert.equal(code, expected, stdout + stderr);
    assert.match(stdout, new RegExp(`^${word}  `, 'm'));
    const commands = stdout.split('\n').filter((line) => line.startsWith('::'));
    assert.ok(commands.length <= 10);
    assert.equal(commands.length > 0, word !== 'PASS');
    for (const line of commands) assert.match(line, /^::(error|warning) file=[^,]+,title=[A-Z]+%3A [^:]+::\S/);

    validate(join(out, files.junit));
    const failed = readFileSync(join(out, files.junit), 'utf8').includes('<failure');
    assert.equal(failed, word === 'REGRESSION');
    const markdown = readFileSync(join(out, files.markdown), 'utf8');
    assert.ok(markdown.startsWith(`## ${word}: `) && statSync(join(out, files.markdown)).size < MOST_OF_A_SUMMARY);
    for (const row of JSON.parse(readFileSync(join(out, files.benchmark), 'utf8'))) {
      assert.deepEqual(Object.keys(row), ['name', 'unit', 'value', 'range', 'extra']);
      assert.ok(row.value > 0);
    }

    const json = JSON.parse((await compare(both, '--json')).stdout);
    assert.equal(json.schema, 'throng.compare/1');
    assert.equal(json.verdict, word);
    assert.equal(json.paired, true);
  });
}

test('the page shows both sides in a browser, without a script', async () => {
  const file = join(tempDir(), 'comparison.html');
  await compare(made({ worse: 1.1 }), '--html', file);
  const page = await newPerson(await startBrowser());
  await page.goto(`file://${file}`);
  assert.equal(await page.locator('.word').textContent(), 'REGRESSION');
  const pictures = page.getByRole('img');
  assert.equal(await pictures.count(), 3);
  for (const picture of await pictures.all()) {
    const { width, height } = await picture.boundingBox();
    assert.ok(width > 300 && height > 100);
  }
  assert.equal(await page.locator('polyline').count(), 4);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  assert.equal(sideways, false);
  assert.deepEqual(page.complaints, []);
  if (process.env.THRONG_SCREENSHOTS) {
    await page.screenshot({ path: `${process.env.THRONG_SCREENSHOTS}/comparison.png`, fullPage: true });
  }
});

test('a limit is what somebody says', async () => {
  const both = made({ worse: 1.03 });
  assert.equal((await compare(both)).code, REGRESSION);
  const metrics = ['throughput', 'send.p50', 'send.p99', 'deliver.p50', 'deliver.p99', 'cpu_per_message', 'memory_per_user'];
  const limits = metrics.flatMap((name) => ['--limit', `${name}=10%`]);
  assert.equal((await compare(both, ...limits)).code, PASS);
});

test('what can\'t be compared is refused, what is on another footing is told', async () => {
  const refusals = [
    [({ machine }) => { machine.cores += 1; }, /cores is "\d+", and "\d+" in/],
    [({ scenario }) => { scenario.sha256 = 'f'.repeat(64); }, /scenario's SHA-256/],
    [({ scenario }) => { scenario.args = ['gap=1s']; }, /arguments is "gap=1s"/],
    [({ generator }) => { generator.version = '9.9.9'; }, /generator's version is "9.9.9"/],
    [({ validity }) => { Object.assign(validity, { valid: false, reasons: ['it was late'] }); }, /it is invalid: it was late/],
  ];
  for (const [change, expected] of refusals) {
    const { code, stdout } = await compare(made({ change }));
    assert.equal(code, USAGE);
    assert.match(stdout, expected);
    assert.match(stdout, /These runs can't be compared/);
  }
  const seeds = await compare(made({ change: ({ scenario }) => { scenario.seed += 100; } }));
  assert.match(seeds.stdout, /aren't pairs, since their seeds differ/);
  const later = await compare(made({ change: ({ time }) => { time.started = time.started.replace('T12', 'T22'); } }));
  assert.match(later.stdout, /didn't take turns.*limits are doubled/);
  const both = made();
  assert.equal((await compare({ ...both, candidate: both.base })).code, USAGE);
});

test('a baseline is a small file that later runs are compared with', async () => {
  const folder = join(tempDir(), 'baselines');
  const { base, candidate } = made();
  const baseline = (...args) => throng(['baseline', ...args, '--folder', folder]);
  assert.equal((await baseline('list')).stdout, '');
  const saved = await baseline('save', 'main', '--from', ...base, '--commit', '9f2c1d0');
  assert.equal(saved.stdout, `${join(folder, 'main.json')}\n`, saved.stderr);
  assert.ok(statSync(join(folder, 'main.json')).size < 20_000);
  assert.match((await baseline('list')).stdout, /^main .* 9f2c1d0 +10 runs of steady\n$/);
  assert.match((await baseline('show', 'main')).stdout, /cpu_per_message +\d/);
  const { code, stdout } = await throng(['compare', '--base', join(folder, 'main.json'), '--candidate', ...candidate]);
  assert.equal(code, PASS, stdout);
  const broken = join(folder, 'main.json');
  writeFileSync(broken, readFileSync(broken, 'utf8').replace(/("send.p50": ).*?(,?\n)/, '$10$2'));
  const refused = await throng(['compare', '--base', broken, '--candidate', ...candidate]);
  assert.match(refused.stderr, /main.json, run 1: send.p50: expected a number above 0, got 0/);
  for (const args of [['show', 'other'], ['show', '../main'], ['save', '.x', '--from', base[0]], ['save', 'x', '--from', '/nowhere']]) {
    assert.equal((await baseline(...args)).code, USAGE, args.join(' '));
  }
});

test('a history tells since which commit it is worse', async () => {
  const history = join(tempDir(), 'history.jsonl');
  const html = join(tempDir(), 'trend.html');
  const good = made({ count: 15 });
  const bad = made({ count: 8, worse: 1.05 });
  for (const [at, dir] of [...good.base, ...good.candidate].entries()) {
    appendFileSync(history, await lineOf(dir, `good${at}`));
  }
  const before = await throng(['trend', history]);
  assert.equal(before.code, PASS, before.stdout + before.stderr);
  for (const [at, dir] of bad.candidate.entries()) appendFileSync(history, await lineOf(dir, `bad${at}`));
  const after = await throng(['trend', history, '--html', html]);
  assert.equal(after.code, REGRESSION, after.stdout);
  assert.match(after.stdout, /cpu_per_message is \d[.\d]*% worse since bad0: look at good29\.\.bad0/);
  assert.match(readFileSync(html, 'utf8'), /<p class="word">WORSE<\/p>/);
  assert.equal(JSON.parse((await throng(['trend', history, '--json'])).stdout).worse, true);
  assert.equal((await throng(['trend', history, '--since', 'bad0'])).code, PASS);
  assert.equal((await throng(['trend', history, '--since', 'never'])).code, USAGE);
  assert.equal((await throng(['trend', history, '--add', bad.base[0]])).code, USAGE);
});

test('a history takes a run once, and keeps what it has', async () => {
  const history = join(tempDir(), 'history.jsonl');
  const { base } = made({ count: 2 });
  const { base: [violated] } = made({ count: 1 });
  const path = join(violated, 'run.json');
  const lossy = JSON.parse(readFileSync(path, 'utf8'));
  lossy.ledger.lost = 1;
  writeFileSync(path, JSON.stringify(lossy));
  const add = (dir) => throng(['trend', history, '--add', dir, '--commit', 'c']);
  assert.equal((await add(base[0])).code, PASS);
  const first = readFileSync(history, 'utf8');
  assert.match((await add(`${base[0]}/.`)).stderr, /history.jsonl has it already, see .*:1/);
  assert.match((await add(violated)).stderr, /its ledger is violated/);
  writeFileSync(history, first.trimEnd());
  assert.equal((await add(base[1])).code, PASS);
  const both = readFileSync(history, 'utf8');
  assert.ok(both.startsWith(first) && both.trimEnd().split('\n').length === 2);
  writeFileSync(history, both.slice(0, -20));
  assert.match((await add(base[1])).stderr, /history.jsonl:2: expected a line/);
  assert.equal(readFileSync(history, 'utf8'), both.slice(0, -20));
});

/** What --add writes, on its own. */
async function lineOf(dir, commit) {
  const file = join(tempDir(), 'line');
  const { code, stderr } = await throng(['trend', file, '--add', dir, '--commit', commit]);
  assert.equal(code, PASS, stderr);
  return readFileSync(file, 'utf8');
}

const SERVER = `${BIN_DIR}/server/throng-server --threads 1`;
const startAb = (...args) => new Program('loadgen/throng', ['ab', STEADY, ...SHORT, ...args, '--', 'gap=50ms']);
const ab = (...args) => startAb(...args).end(60_000);

/** The first pair again as the `number`th, for a test that needn't play them all. */
function copyPair(out, number) {
  const folder = (n) => join(out, `pair-${String(n).padStart(2, '0')}`);
  cpSync(folder(1), folder(number), { recursive: true });
  for (const side of ['base', 'candidate']) {
    const path = join(folder(number), side, 'run.json');
    const copy = JSON.parse(readFileSync(path, 'utf8'));
    copy.scenario.seed = number;
    copy.time.started = copy.time.started.replace(/^\d+/, `${2000 + number}`);
    writeFileSync(path, JSON.stringify(copy));
  }
}

test('ab plays pairs in turns, is interrupted, goes on, and judges', async () => {
  const out = join(tempDir(), 'gate');
  const args = ['--base', SERVER, '--candidate', SERVER, '--out', out, '--pairs', '7', '--max-pairs', '7'];
  const first = startAb(...args);
  await first.says(/^pair +1 /m);
  const interrupted = await first.kill('SIGINT');
  assert.equal(interrupted.code, INTERRUPTED, interrupted.stderr);
  assert.match(interrupted.stderr, /go on by --resume/);
  for (let number = 2; number <= 6; ++number) copyPair(out, number);

  assert.match((await ab(...args)).stderr, /holds a comparison already/);
  for (const other of [['--seed', '9'], ['--limit', 'send.p99=9%'], ['--threshold', 'send.errors == 0']]) {
    assert.match((await ab(...args, '--resume', ...other)).stderr, /begun with other options/, other[0]);
  }
  const record = join(out, 'ab.json');
  const begun = readFileSync(record, 'utf8');
  writeFileSync(record, begun.replace(/("sha256": ")./, '$1x'));
  assert.match((await ab(...args, '--resume')).stderr, /another scenario or executable/);
  writeFileSync(record, begun);

  const path = join(out, 'pair-06', 'base', 'run.json');
  const valid = readFileSync(path, 'utf8');
  const spoiled = JSON.parse(valid);
  Object.assign(spoiled.validity, { valid: false, reasons: ['it was late'], limited_by: 'target' });
  writeFileSync(path, JSON.stringify(spoiled));
  const stopped = await ab(...args, '--resume', '--retries', '0');
  assert.equal(stopped.code, INVALID, stopped.stderr);
  assert.match(stopped.stderr, /--retries allows 0 pairs to be played again, and one more had to be: .*pair-06\/base/);
  writeFileSync(path, valid);
  const { code, stdout, stderr } = await ab(...args, '--resume');
  assert.ok([PASS, REGRESSION, INCONCLUSIVE].includes(code), stderr);
  assert.match(stdout, /^steady: 7 pairs · throng-server/);
  const pair = (side) => JSON.parse(readFileSync(join(out, 'pair-07', side, 'run.json'), 'utf8'));
  assert.deepEqual([pair('base').scenario.seed, pair('candidate').scenario.seed], [7, 7]);
  assert.ok(pair('base').time.started <= pair('candidate').time.started);
  assert.ok(!existsSync(join(out, 'pair-07', 'base', 'data')));
  validate(join(out, 'junit.xml'));
  for (const name of ['comparison.json', 'comparison.html', 'comparison.md', 'benchmark.json']) {
    assert.ok(existsSync(join(out, name)), name);
  }
});

const isThere = (pid) => existsSync(`/proc/${pid}`);

test('ab stops all that a command starts, in any folder', async () => {
  const dir = tempDir();
  const pids = join(dir, 'pids');
  const script = join(dir, 'serve');
  writeFileSync(script, `#!/bin/sh\n${SERVER} "$@" & echo $! >> ${pids}\nwait\n`, { mode: 0o755 });
  const out = join(dir, "anybody's gate");
  const first = startAb('--base', `cd / && ${script} --data {data} | cat`, '--candidate', `X=1 ${script}`, '--out', out);
  await first.says(/^pair +1 /m);
  const { code, stderr } = await first.kill('SIGINT');
  assert.equal(code, INTERRUPTED, stderr);
  const started = readFileSync(pids, 'utf8').trim().split('\n');
  assert.ok(started.length >= 2);
  assert.deepEqual(started.filter(isThere), []);
});

test('ab blames a server that ends by itself', async () => {
  const dir = tempDir();
  const mortal = join(dir, 'mortal');
  // Ends while people are there.
  writeFileSync(mortal, `#!/bin/sh
${SERVER} & server=$!
until [ -e "\${THRONG_DATA%/data}/probe.txt" ] || [ $((tries += 1)) -gt 600 ]; do sleep 0.05; done
sleep 0.3
kill -9 $server
`, { mode: 0o755 });
  const candidate = join(dir, 'candidate');
  const worse = await ab('--base', SERVER, '--candidate', mortal, '--out', candidate);
  assert.equal(worse.code, REGRESSION, worse.stdout + worse.stderr);
  assert.match(worse.stdout + worse.stderr, /pair-01\/candidate: its server ended by itself/);
  const base = await ab('--base', mortal, '--candidate', SERVER, '--out', join(dir, 'base'));
  assert.equal(base.code, USAGE, base.stderr);
  assert.match(base.stderr, /pair-01\/base: its server ended by itself/);
});

test('ab says what is wrong with a server or an option', async () => {
  const mistakes = [
    [['--base', 'false', '--candidate', SERVER], /the server ended/],
    [['--base', 'echo no such luck; false', '--candidate', SERVER], /the server ended: no such luck/],
    [['--base', `${SERVER} --dance`, '--candidate', SERVER], /the server ended: .*--dance/],
    [['--base', SERVER], /--candidate/],
    [['--base', SERVER, '--candidate', SERVER, '--floor', 'none'], /^throng: --floor wasn't expected/],
    [['--base', SERVER, '--candidate', SERVER, '--pairs', '6'], /--pairs: expected 7 to 200/],
    [['--base', SERVER, '--candidate', SERVER, '--max-pairs', '8'], /--max-pairs: expected 10 to 200/],
    [['--base', SERVER, '--candidate', SERVER, '--limit', 'send.p98=3%'], /--limit: expected METRIC=LOSS with one of throughput/],
    [['--base', SERVER, '--candidate', SERVER, '--limit', 'send.p99=300%'], /--limit: expected a loss below 100%/],
  ];
  for (const [args, expected] of mistakes) {
    const { code, stderr } = await ab(...args, '--out', join(tempDir(), 'gate'));
    assert.equal(code, USAGE, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, expected);
  }
});
