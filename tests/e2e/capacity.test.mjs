// throng capacity: the verdicts of each estimate file, and of one with evidence from a real run and
// from runs that were tampered with.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { installed } from './lib/prometheus.mjs';
import { startServer } from './lib/server.mjs';
import { tempDir } from './lib/temp.mjs';
import { run, scenario, startRun, throng } from './lib/throng.mjs';
import { sleep } from './lib/wait.mjs';

const PASS = 0;
const USAGE = 2;
const REFUTED = 3;
const NOT_PROVED = 8;

const server = await startServer();
const real = await run(server, scenario('group_words.lua'), [
  '--users', '60', '--duration', '4s', '--ramp', '1s', '--warmup', 'none',
], { script: ['gap=500ms'] });

const estimate = (name) => scenario(join('estimates', `${name}.lua`));
const GROUP_CHAT = estimate('group_chat_500m');

/** `{code, stdout, stderr, result}`, where `result` is the JSON. */
async function capacity(args) {
  const end = await throng(['capacity', ...args, '--json']);
  return { ...end, result: end.code === USAGE ? undefined : JSON.parse(end.stdout) };
}

const verdictsOf = ({ result }) => Object.fromEntries(result.claims.map(({ of, verdict }) => [of, verdict]));
const figure = ({ result }, wanted) => result.figures.find(({ name }) => name === wanted);

/** An estimate file of its own. */
function estimateFile(text) {
  const path = join(tempDir(), 'estimate.lua');
  writeFileSync(path, text);
  return path;
}

const EXPECTED = {
  group_chat_500m: { code: REFUTED, confirmed: 1, refuted: 2, not_proved: 3 },
  messenger_2b: { code: PASS, confirmed: 2, refuted: 0, not_proved: 3 },
  link_shortener: { code: REFUTED, confirmed: 7, refuted: 2, not_proved: 1 },
  hotel_booking: { code: REFUTED, confirmed: 1, refuted: 2, not_proved: 2 },
  places_nearby: { code: PASS, confirmed: 0, refuted: 0, not_proved: 3 },
  cab_booking: { code: NOT_PROVED, confirmed: 0, refuted: 0, not_proved: 4 },
  shop: { code: NOT_PROVED, confirmed: 0, refuted: 0, not_proved: 1 },
};

test('every estimate that comes with the project is expected', () => {
  const files = readdirSync(scenario('estimates')).map((name) => name.replace(/\.lua$/, ''));
  assert.deepEqual(files.sort(), Object.keys(EXPECTED).sort());
});

for (const [name, { code, ...counts }] of Object.entries(EXPECTED)) {
  test(`${name} gets its verdicts`, async () => {
    const judged = await capacity([estimate(name)]);
    assert.equal(judged.code, code, judged.stderr);
    const { confirmed, refuted, not_proved } = judged.result;
    assert.deepEqual({ confirmed, refuted, not_proved }, counts);
    for (const claim of judged.result.claims) {
      assert.match(claim.place, /\.lua:\d+$/);
      assert.ok(claim.reason && claim.from, claim.says);
    }
  });
}

test('the group chat: 20 billion hold, 2 TB and 3.6 PB are payload only', async () => {
  const judged = await capacity([GROUP_CHAT]);
  const { messages_per_day, stored_per_day, stored_total } = verdictsOf(judged);
  assert.deepEqual([messages_per_day, stored_per_day, stored_total], ['CONFIRMED', 'REFUTED', 'REFUTED']);
  assert.ok(Math.abs(figure(judged, 'messages_per_s_peak').value.p50 - 393_518.5) < 1);
  assert.equal(figure(judged, 'payload_total').value.p50, 3.65e15);
});

test('--set counts instead of the file, and a claim of it is then refuted', async () => {
  const judged = await capacity([GROUP_CHAT, '--set', 'dau=2e9']);
  assert.equal(figure(judged, 'messages_per_day').value.p50, 80e9);
  assert.equal(verdictsOf(judged).dau, 'REFUTED');
});

test('the same seed gives the same, another one does not', async () => {
  const [one, again, other] = await Promise.all([
    throng(['capacity', GROUP_CHAT]), throng(['capacity', GROUP_CHAT]), throng(['capacity', GROUP_CHAT, '--seed', '2'])]);
  assert.equal(one.stdout, again.stdout);
  assert.notEqual(one.stdout, other.stdout);
});

test('--out and --markdown write what is printed', async () => {
  const out = join(tempDir(), 'made/on/the/way');
  const markdown = join(tempDir(), 'claims.md');
  const judged = await capacity([GROUP_CHAT, '--out', out, '--markdown', markdown]);
  assert.equal(readFileSync(join(out, 'capacity.json'), 'utf8'), judged.stdout);
  assert.equal(readFileSync(join(out, 'capacity.md'), 'utf8'), readFileSync(markdown, 'utf8'));
  assert.match(readFileSync(markdown, 'utf8'), /^\| REFUTED \| 2 TB stored a day \| 2 TB\/day \|/m);
  const metrics = readFileSync(join(out, 'capacity.prom'), 'utf8');
  assert.match(metrics, /^throng_claim_verdict\{estimate="group_chat_500m",claim="2 TB stored a day",verdict="REFUTED"\} 1$/m);
  assert.equal(execFileSync(installed('promtool'), ['check', 'metrics'], { input: metrics, encoding: 'utf8' }), '');
  const page = readFileSync(join(out, 'capacity.html'), 'utf8');
  assert.match(page, /<p class="word">REFUTED<\/p>/);
  assert.match(page, /<h2>What matters most<\/h2>/);
  assert.doesNotMatch(page, /https?:/);
});

test('the table says why, plainly where nobody looks', async () => {
  const { stdout } = await throng(['capacity', GROUP_CHAT]);
  assert.match(stdout, /^REFUTED +2 TB stored a day +2 TB\/day +[\d.]+ to [\d.]+ TB\/day +-\d+\.\d%$/m);
  assert.match(stdout, /^CONFIRMED +20 billion messages a day/m);
  assert.match(stdout, /\n1 confirmed, 2 refuted, 3 not proved\n$/);
  assert.doesNotMatch(stdout, /\x1b/);
});

test('mistakes are told in a line that names the file and the line', async () => {
  const head = 'estimate { service = "chat", tolerance = "5%" }\n';
  const claim = '\nclaim { says = "x", of = "dau", is = "5 users", from = "y" }';
  const mistakes = [
    ['input.dau = "5 TB"', /estimate\.lua:2: dau is in users, not in TB$/],
    ['input.dau = "-5 users"', /estimate\.lua:2: dau must be above 0/],
    ['input.replcas = 3', /estimate\.lua:2: there is no input "replcas"; did you mean "replicas"\?$/],
    ['replicas = 3\ninput.dau = 5', /the global 'replicas' means nothing/],
    ['input.dau = 6\ninput.users = 5', /dau \(6, .*lua:2\) is more than users \(5, .*lua:3\)$/],
    ['input.users = 6', /estimate\.lua:3: there is no figure "dau" to claim/],
    ['input.dau = 5 +', /estimate\.lua:\d: /],
  ];
  for (const [text, expected] of mistakes) {
    const { code, stderr, stdout } = await throng(['capacity', estimateFile(head + text + claim)]);
    assert.equal(code, USAGE, text);
    assert.match(stderr.trim(), expected);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    assert.equal(stdout, '');
  }
  for (const args of [['/nowhere.lua'], [GROUP_CHAT, '--set', 'dua=5'], [GROUP_CHAT, '--set', 'dau'],
    [GROUP_CHAT, '--evidence', '/nowhere']]) {
    assert.equal((await throng(['capacity', ...args])).code, USAGE, args.join(' '));
  }
});

// ---- Evidence ----

/** The folder of a run.json that differs from the real one. */
function doctored(change) {
  const dir = tempDir();
  const report = structuredClone(real.report);
  change(report);
  writeFileSync(join(dir, 'run.json'), JSON.stringify(report));
  return dir;
}

/** A run that passed on any machine, whose disk figure is what a longer run has. */
const good = (report) => {
  report.verdict = 'pass';
  report.validity.valid = true;
  report.validity.reasons = [];
  report.target.measured.disk_bytes_per_message = 250;
};

const CLAIMS = estimateFile(`
estimate { service = "chat", scenario = "group_words", tolerance = "5%" }
input.messages_per_day = "1B messages/day"
input.message_bytes = "100 B/message"
input.peak_to_mean = 2
input.fan_out = "9 deliveries/message"
input.log_factor, input.compaction_factor, input.replicas = 1, 1, 2
claim { says = "0.5 TB a day", of = "stored_per_day", is = "500 GB/day", from = "1B × 250 B × 2" }
claim { says = "a core or more", of = "cores_peak", at_least = "0.01 cores", from = "a guess" }
`);

test('a run measures what its target spends', () => {
  const { messages, connections, body_bytes_per_message, ...measured } = real.report.target.measured;
  assert.ok(messages > 100 && connections >= 1 && connections <= 60);
  assert.ok(Math.abs(body_bytes_per_message - 100) < 1, `${body_bytes_per_message}`);
  assert.ok(measured.cpu_s_per_message > 1e-6 && measured.cpu_s_per_message < 0.1);
  assert.ok(measured.wire_bytes_per_message > 10 * 100, 'in once, out nine times');
  assert.equal(measured.disk_bytes_per_message, null, 'everything is in the log yet');
  assert.ok(measured.log_bytes > messages * 100);
});

test('a target without the page is measured by itself only', async () => {
  const floor = await throng(['floor', scenario('ping_pong.lua'), '--users', '2', '--duration', '1s', '--json']);
  assert.equal(JSON.parse(floor.stdout).target.measured, null);
});

test('a store that is opened again in a run tells what a message takes on disk', async () => {
  const own = await startServer();
  const running = startRun(own, scenario('group_words.lua'), [
    '--users', '60', '--duration', '6s', '--ramp', '1s', '--warmup', 'none',
  ], { script: ['gap=200ms'] });
  await running.program.says(/measured/);
  await sleep(3000);
  await own.kill();
  await own.start();
  const { report, stderr } = await running.ended();
  assert.ok(report, stderr);
  const { measured } = report.target;
  assert.ok(measured.table_messages > 100, JSON.stringify(measured));
  assert.ok(measured.disk_bytes_per_message > 50 && measured.disk_bytes_per_message < 1000);
  assert.equal(measured.cpu_s_per_message, null, 'a process that is new counts from 0');
});

test('without evidence nothing is proved that only a run can tell', async () => {
  const judged = await capacity([CLAIMS]);
  assert.equal(judged.code, NOT_PROVED);
  assert.deepEqual(verdictsOf(judged), { stored_per_day: 'NOT PROVED', cores_peak: 'NOT PROVED' });
});

test('a good run proves it, and is named', async () => {
  const dir = doctored(good);
  const judged = await capacity([CLAIMS, '--evidence', dir]);
  assert.equal(judged.code, PASS, judged.stdout);
  assert.deepEqual(verdictsOf(judged), { stored_per_day: 'CONFIRMED', cores_peak: 'CONFIRMED' });
  const [stored, cores] = judged.result.claims;
  assert.deepEqual(stored.evidence, [`${dir}/run.json: target.measured.disk_bytes_per_message = 250 B/message`]);
  assert.match(cores.evidence[0], /target\.measured\.cpu_s_per_message = /);
  assert.equal(stored.basis, 'measurement');
});

test('a run that measures otherwise refutes it', async () => {
  const dir = doctored((report) => {
    good(report);
    report.target.measured.disk_bytes_per_message = 400;
  });
  const judged = await capacity([CLAIMS, '--evidence', dir]);
  assert.equal(judged.code, REFUTED);
  assert.equal(judged.result.claims[0].error_percent.toFixed(1), '-37.5');
});

test('runs that disagree decide nothing', async () => {
  const other = doctored((report) => {
    good(report);
    report.target.measured.disk_bytes_per_message = 400;
  });
  const judged = await capacity([CLAIMS, '--evidence', doctored(good), '--evidence', other]);
  assert.equal(judged.code, NOT_PROVED);
  assert.match(judged.result.claims[0].reason, /the inputs don't decide/);
  assert.equal(judged.result.claims[0].evidence.length, 2);
});

const BAD = {
  'of another scenario': [(report) => { report.scenario.name = 'ping_pong'; }, /it played ping_pong, the estimate needs/],
  'that is invalid': [
    (report) => Object.assign(report, { verdict: 'invalid', validity: { ...report.validity, valid: false, reasons: ['slow'] } }),
    /it is invalid: slow/],
  'whose ledger is violated': [(report) => { report.verdict = 'incorrect'; }, /its ledger is violated/],
  'that was interrupted': [(report) => { report.interrupted = true; }, /it was interrupted/],
  'against another machine': [(report) => { report.target.url = 'ws://10.0.0.1:1'; }, /nothing is known of the machine/],
};

for (const [what, [change, why]] of Object.entries(BAD)) {
  test(`a run ${what} proves nothing, and the reason is told`, async () => {
    const judged = await capacity([CLAIMS, '--evidence', doctored((report) => { good(report); change(report); })]);
    assert.equal(judged.code, NOT_PROVED);
    assert.match(judged.result.claims[0].reason, why);
    assert.equal(judged.result.evidence[0].counts, false);
  });
}

test('runs of machines of different sizes do not mix', async () => {
  const larger = doctored((report) => { good(report); report.machine.cores += 8; });
  const judged = await capacity([CLAIMS, '--evidence', doctored(good), larger]);
  assert.deepEqual(judged.result.evidence.map(({ counts }) => counts), [true, false]);
});

test('a run.json that is none is a mistake', async () => {
  const dir = join(tempDir(), 'run');
  mkdirSync(dir);
  writeFileSync(join(dir, 'run.json'), '{"schema": "other"}');
  const { code, stderr } = await throng(['capacity', CLAIMS, '--evidence', dir]);
  assert.equal(code, USAGE);
  assert.match(stderr, /run\.json: expected "schema"/);
});

// ---- What things cost ----

/** Folders of runs of several mixes, whose CPU is 40 us a message, 8 us a delivery and 5 us a heartbeat. */
function mixedRuns(count, change = () => {}) {
  return Array.from({ length: count }, (_, i) => doctored((report) => {
    good(report);
    const messages = 1000 * (1 + (i * 7) % 12);
    const deliveries = messages * (2 + (i * 5) % 11);
    const heartbeats = 3000 * (1 + (i * 3) % 13);
    const connections = 100 * (1 + (i * 11) % 9);
    const operations = { messages, deliveries, receipts: 2 * deliveries, heartbeats, logins: 0 };
    report.time.measured_s = 10 + (i * 3) % 5;
    const cpu_s = (messages * 40e-6 + deliveries * 8e-6 + heartbeats * 5e-6) * (1 + 0.004 * ((i % 3) - 1));
    Object.assign(report.target.measured, {
      cpu_s, operations, connections, body_bytes_per_message: 100,
      operations_and_ramp: null, received_bytes: null, resident_bytes: null,
    });
    change(report);
  }));
}

async function cost(dirs) {
  const end = await throng(['cost', ...dirs, '--json']);
  return { ...end, cpu: JSON.parse(end.stdout).resources.find(({ resource }) => resource === 'cpu') };
}

test('throng run counts what the server did', () => {
  const { operations, operations_and_ramp } = real.report.target.measured;
  assert.ok(operations.messages > 100 && operations.deliveries > 3 * operations.messages, JSON.stringify(operations));
  assert.ok(operations.receipts > operations.messages);
  assert.ok(operations_and_ramp.logins >= 60 && operations_and_ramp.messages >= operations.messages);
});

test('throng cost finds what each thing costs, and predicts the other half', async () => {
  const { code, cpu, stderr } = await cost(mixedRuns(16));
  assert.equal(code, PASS, stderr);
  const found = Object.fromEntries(cpu.costs.map(({ name, low, high }) => [name, { low, high }]));
  assert.ok(found.cpu_per_message.low <= 40 && found.cpu_per_message.high >= 40, JSON.stringify(found));
  assert.ok(found.cpu_per_heartbeat.low <= 5 && found.cpu_per_heartbeat.high >= 5);
  assert.deepEqual(cpu.tied, ['receipts = 2 × deliveries', 'text = 100 × messages + 100 × deliveries']);
  assert.ok(Math.abs(cpu.back_test.worst) < 0.05, JSON.stringify(cpu.back_test));
});

test('throng cost makes up no figures where runs do not tell', async () => {
  const { code, cpu } = await cost(mixedRuns(3));
  assert.equal(code, NOT_PROVED);
  assert.deepEqual(cpu.costs, []);
  assert.match(cpu.why_none, /^3 runs can't tell \d costs apart/);
  const other = await throng(['cost', ...mixedRuns(2), doctored((report) => { good(report); report.scenario.name = 'x'; })]);
  assert.match(other.stdout, /doesn't count: it played x/);
});

const FLEET = estimateFile(`
estimate { service = "chat", scenario = "group_words", tolerance = "5%" }
input.messages_per_day = "864M messages/day"
input.dau, input.concurrent_share, input.sessions, input.heartbeat = 1e5, "8%..12%", 1, "5 s"
input.message_bytes, input.peak_to_mean, input.fan_out, input.receipts = 100, 1, 6, 2
input.key_bytes, input.index_bytes, input.log_factor, input.compaction_factor, input.replicas = 40, 20, 1, 1, 3
input.retention, input.wire_bytes, input.memory_per_connection = "30 days", 4000, 30e3
input.node_cores, input.node_memory, input.node_disk, input.node_network = 2, 8, 1, "1 Gbit/s/machine"
input.node_price, input.slo, input.headroom = 100, "500 ms", "30%"
input.zones, input.spare_machines = 3, 1
claim { says = "a core", of = "cores_peak", at_most = "2 cores", from = "a guess" }
`);

test('a fit to runs is evidence, and sizes the fleet', async () => {
  const judged = await capacity([FLEET, '--evidence', ...mixedRuns(16)]);
  assert.deepEqual(judged.result.costs.filter(({ used }) => used).map(({ resource }) => resource), ['cpu']);
  const { p50 } = figure(judged, 'cores_peak').value;
  const truth = 10_000 * 40e-6 + 60_000 * 8e-6 + 2000 * 5e-6;
  assert.ok(Math.abs(p50 / truth - 1) < 0.05, `${p50} of ${truth}`);
  assert.match(judged.result.claims[0].evidence[0], /^a fit to 16 runs: cpu_per_message = /);
  const [atPeak, withSpare, all] = ['fleet_at_peak', 'fleet_with_spare', 'fleet'].map((name) => figure(judged, name).value.p50);
  assert.equal(withSpare, atPeak + 1);
  assert.equal(all, 3 * Math.ceil(withSpare / 2));
  assert.ok(judged.result.tornado.bars.length > 0);
});

test('one input changes the order', async () => {
  const [once, twice] = await Promise.all([
    capacity([FLEET, '--evidence', ...mixedRuns(16)]),
    capacity([FLEET, '--set', 'messages_per_day=1728M messages/day', '--evidence', ...mixedRuns(16)])]);
  assert.ok(figure(twice, 'fleet').value.p50 > 1.5 * figure(once, 'fleet').value.p50);
});

test('runs of other proportions than the estimate has are no evidence', async () => {
  const dirs = mixedRuns(16, ({ target }) => { target.measured.operations.receipts /= 4; });
  const { result } = await capacity([FLEET, '--evidence', ...dirs]);
  assert.match(result.costs[0].why_unused, /the runs had receipts = 0\.5 × deliveries; the estimate has/);
});

test('--tornado takes a figure that is known', async () => {
  const wanted = await capacity([GROUP_CHAT, '--tornado', 'connections']);
  assert.deepEqual(wanted.result.tornado.bars.map(({ input }) => input).sort(), ['concurrent_share', 'sessions']);
  for (const name of ['cores_peak', 'fleeet']) {
    assert.equal((await throng(['capacity', GROUP_CHAT, '--tornado', name])).code, USAGE);
  }
});

// ---- How it scales ----

const CEILINGS = ['2=29504', '3=43371', '4=51572', '5=61461'];

test('throng scale predicts the last point from the others, and refuses to go on', async () => {
  const { code, stdout } = await throng(['scale', ...CEILINGS, '--noise', '3%', '--at', '6', '--json']);
  assert.equal(code, NOT_PROVED);
  const { laws: [usl], peak, at: [beyond] } = JSON.parse(stdout);
  assert.ok(usl.back_test.low < 61461 && 61461 < usl.back_test.high);
  assert.equal(usl.back_test.straight_line_refused, true);
  assert.equal(peak, null);
  assert.match(beyond.refused, /no point lies past the knee/);
  const between = await throng(['scale', ...CEILINGS, '--noise', '3%', '--at', '3.5']);
  assert.equal(between.code, PASS);
  assert.match(between.stdout, /straight line +73,760: off by \+20\.0%, refused/);
});

test('throng scale takes runs, and says what is wrong', async () => {
  const dirs = [1, 2, 4].map((count) => doctored((report) => {
    good(report);
    report.operations.send.rate_per_s = 100 * count;
  }));
  const { code, stdout } = await throng(['scale', ...dirs.map((dir, i) => `${2 ** i}=${dir}`)]);
  assert.equal(code, PASS);
  assert.match(stdout, /no intervals: so few points don't tell their own noise/);
  const invalid = doctored((report) => { report.verdict = 'invalid'; });
  for (const [args, why] of [
    [['1=5', '2=7'], /3 different counts or more/], [['1=5', '2=7', '3=-1'], /must be above 0/],
    [['1=5', '2=7', '3'], /expected COUNT=THROUGHPUT/], [['1=5', '2=7', '3=/nowhere'], /nowhere/],
    [['1=5', '2=7', `3=${invalid}`], /doesn't count: it is invalid/]]) {
    const end = await throng(['scale', ...args]);
    assert.equal(end.code, USAGE, args.join(' '));
    assert.match(end.stderr, why);
  }
});
