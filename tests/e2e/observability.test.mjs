// Debian's Prometheus with the rules of the project, beside a server and two runs: every query of every
// dashboard, recording rule and alert is asked of it. One run goes well; in the other messages are lost.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

import {
  anyOf,
  choicesOf,
  DASHBOARDS,
  LISTED,
  metricsIn,
  queriesOf,
  substitute,
  text,
  variablesOf,
} from './lib/dashboards.mjs';
import { messageFaults } from './lib/faults.mjs';
import { call } from './lib/http.mjs';
import { Liar } from './lib/liar.mjs';
import { freePort, installed, job, Prometheus } from './lib/prometheus.mjs';
import { startServer } from './lib/server.mjs';
import { tempDir } from './lib/temp.mjs';
import { ownScenario, scenario, startRun, throng } from './lib/throng.mjs';
import { until } from './lib/wait.mjs';

const LEDGER_VIOLATED = 4;
const LOST = 100;

/** What finds nothing here, and why. */
const EMPTY = {
  'Throng: Server / Hits of caches / A': 'no table is read before one was written',
  'Throng: Run / Users connected / A': 'both runs are over',
  'Throng: Run / Errors / A': 'no operation failed',
  'Throng: Compare / Errors / A': 'no operation failed',
  'Throng: Compare / Errors / B': 'no operation failed',
};
/** What finds something only if the machine does. */
const BY_CHANCE = ['Throng: Capacity / Disk full in / A']; // others write to its disk

const server = await startServer({ args: ['--push-log', '--events', join(tempDir(), 'events')] });
const liar = await Liar.before(server, messageFaults('lost', LOST));
after(() => liar.close());

const estimates = tempDir();
await throng([
  'capacity',
  fileURLToPath(new URL('../../scenarios/estimates/group_chat_500m.lua', import.meta.url)),
  '--out',
  estimates,
]);
/** A line as search.test.mjs sees a search write it. */
const KNEE = 'throng_knee_messages_per_second{scenario="one_to_one",edge="at"} 1000\n';
/** What programs of others have on their pages too. */
const OTHERS = ['cpu_seconds_total', 'resident_memory_bytes', 'open_fds', 'max_fds'].map((name) => `process_${name} 1\n`);
/** As a node exporter with a textfile collector has it on its page. */
const collector = createServer((_, reply) =>
  reply.end(readFileSync(join(estimates, 'capacity.prom')) + KNEE + OTHERS.join('')),
);
await new Promise((done) => collector.listen(0, '127.0.0.1', done));
after(() => collector.close());

const ports = { good: await freePort(), lossy: await freePort() };
const rules = Object.fromEntries(
  ['recording.rules.yml', 'alerts.rules.yml'].map((name) => [
    // Nobody waits for minutes here.
    name,
    text(`dashboards/prometheus/${name}`).replace(/\bfor: \w+/g, 'for: 1s'),
  ]),
);
const prometheus = await Prometheus.startWith(
  {
    global: { evaluation_interval: '1s' },
    rule_files: Object.keys(rules),
    scrape_configs: [
      job('throng-server', [server.port]),
      job('throng', Object.values(ports)),
      job('node', [collector.address().port]),
    ],
  },
  rules,
);

// A rate needs a figure from before: people log in during the first second.
await until(async () => (await prometheus.query('up{job="throng-server"} == 1')).length === 1, 'Prometheus sees the server');

const began = Date.now() / 1000;
const options = (port, duration) => [
  '--ramp',
  '500ms',
  '--warmup',
  'none',
  '--duration',
  duration,
  '--prometheus',
  `${port}`,
];
const good = startRun(server, scenario('media_share.lua'), ['--users', '40', ...options(ports.good, '6s')]);
const lossy = startRun(liar, ownScenario('chatter.lua'), options(ports.lossy, '6s'), { script: ['gap=200ms'] });

const page = async (port) => (await call({ host: '127.0.0.1', port }, 'GET', '/metrics')).text;

test('promtool finds nothing wrong with the pages of both programs', async () => {
  await until(
    () =>
      page(ports.good).then(
        (all) => all.includes('throng_operation_service'),
        () => false,
      ),
    'the run plays',
  );
  for (const port of [server.port, ports.good]) {
    const said = execFileSync(installed('promtool'), ['check', 'metrics'], {
      input: await page(port),
      encoding: 'utf8',
    });
    assert.equal(said, '');
  }
});

test('no label has more values than docs/metrics.md says, and all are listed', async () => {
  const listed = new Map(
    [...text('docs/metrics.md').matchAll(/^\| `(\w+)` \| (\d+) \| /gm)].map(([, name, most]) => [name, Number(most)]),
  );
  for (const port of [server.port, ports.good]) {
    const values = {};
    for (const [, name, labels] of (await page(port)).matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
      assert.ok(LISTED.has(name), name);
      for (const [, label, value] of (labels ?? '').matchAll(/(\w+)="([^"]*)"/g)) {
        if (label !== 'le') (values[`${name} ${label}`] ??= new Set()).add(value);
      }
    }
    for (const [place, { size }] of Object.entries(values)) {
      assert.ok(size <= listed.get(place.split(' ')[1]), `${place} has ${size} values`);
    }
  }
});

let runs;

test('the last figures of a run that lost messages reach Prometheus', async () => {
  const [a, b] = await Promise.all([good.ended(), lossy.ended()]);
  assert.ok([0, 3, 5].includes(a.code), `${a.code}: ${a.stdout}${a.stderr}`);
  assert.equal(b.code, LEDGER_VIOLATED, b.stderr);
  assert.equal(b.report.ledger.lost, LOST);
  const broken = await prometheus.query('max_over_time(throng_ledger_violations_total{kind="lost"}[1m])');
  assert.deepEqual(broken.map(({ value }) => Number(value[1])).sort(), [0, LOST]);
  runs = {
    a: nameOf(await prometheus.query('last_over_time(throng_run_info{scenario="media_share"}[1m])')),
    b: nameOf(await prometheus.query('last_over_time(throng_run_info{scenario="chatter"}[1m])')),
  };
  const delivered = await prometheus.number(`max_over_time(throng_ledger_delivered_total{run="${runs.a}"}[1m])`);
  assert.equal(delivered, a.report.ledger.delivered);
});

const nameOf = ([{ metric }]) => metric.run;

const is = (value) => value !== 'NaN';
/** Whether a panel has something to show: at the end, or at any time that is looked at. */
const finds = async ({ expr, instant }, values, end) =>
  instant
    ? (await prometheus.query(substitute(expr, values), end)).some(({ value }) => is(value[1]))
    : (await prometheus.queryRange(substitute(expr, values), began, end)).some((series) =>
        series.values.some(([, value]) => is(value)),
      );

/** A dashboard's variables where all is chosen that may be, and in Compare the two runs. */
async function valuesOf(dashboard, end) {
  const values = {
    __rate_interval: '4s',
    __range: `${Math.ceil(end - began)}s`,
    __interval: '1s',
    ...runs,
    ...Object.fromEntries(variablesOf(dashboard, 'textbox').map(({ name, query }) => [name, query])),
  };
  for (const { name, query, multi } of variablesOf(dashboard, 'query')) {
    const { selector, label } = choicesOf(query);
    if (multi) values[name] = anyOf(await prometheus.labelValues(substitute(selector, values), label, began, end));
  }
  return values;
}

test('every query of every dashboard finds something, though the runs are over', async () => {
  await until(
    async () => (await prometheus.query('throng_run_info')).length === 0,
    'Prometheus sees that nobody plays',
  );
  const end = Date.now() / 1000;
  const empty = [];
  let asked = 0;
  for (const dashboard of DASHBOARDS) {
    const values = await valuesOf(dashboard, end);
    for (const query of queriesOf(dashboard)) {
      const found = await finds(query, values, end);
      if (!found && !BY_CHANCE.includes(query.where)) empty.push(query.where);
      ++asked;
    }
  }
  assert.deepEqual(empty.sort(), Object.keys(EMPTY).sort());
  assert.ok(asked > 150, `${asked}`);
});

test('Compare says when A and B are the same run', async () => {
  const end = Date.now() / 1000;
  const compare = DASHBOARDS.find(({ uid }) => uid === 'throng-compare');
  const { expr } = queriesOf(compare).find(({ where }) => where.includes(' / Runs / '));
  const values = await valuesOf(compare, end);
  assert.equal(await prometheus.number(substitute(expr, values), end), 2);
  assert.equal(await prometheus.number(substitute(expr, { ...values, b: runs.a }), end), 1);
});

/** The job that each dashboard is about, by title. */
const JOBS = { 'Throng: Run': 'throng', 'Throng: Server': 'throng-server', 'Throng: Capacity': 'throng-server' };

test('a dashboard that shows all takes in no program of others', async () => {
  const end = Date.now() / 1000;
  for (const dashboard of DASHBOARDS) {
    const values = await valuesOf(dashboard, end);
    const selectors = queriesOf(dashboard).flatMap(({ expr }) => expr.match(/\b(process_\w+|up)\{[^}]*\}/g) ?? []);
    for (const selector of new Set(selectors)) {
      const range = `last_over_time(${substitute(selector, values)}[${values.__range}])`;
      const jobs = (await prometheus.query(`count by (job) (${range})`, end)).map(({ metric }) => metric.job);
      assert.deepEqual(jobs, [JOBS[dashboard.title]], `${dashboard.title}: ${selector}`);
    }
  }
});

test('every recording rule has a series, and every alert is about metrics that there are', async () => {
  const all = await prometheus.rules();
  for (const { name, type, query, health, lastError } of all) {
    assert.equal(health, 'ok', `${name}: ${lastError}`);
    const asked = type === 'recording' ? [name] : metricsIn(query);
    for (const metric of asked) {
      const found = await prometheus.query(`last_over_time(${metric}${metric.includes(':') ? '' : '{}'}[5m])`);
      assert.ok(found.length > 0, `${name}: ${metric}`);
    }
  }
  assert.ok(all.length > 30);
});

const fires = (wanted) =>
  until(
    async () =>
      (await prometheus.firing()).some((labels) =>
        Object.entries(wanted).every(([name, value]) => labels[name] === value),
      ),
    `${JSON.stringify(wanted)} fires`,
  );
/** Once it did, it is in the series of alerts. */
const fired = async (selector) =>
  (await prometheus.query(`last_over_time(ALERTS{${selector}, alertstate="firing"}[5m])`)).map(({ metric }) => metric);

test('a lost message raises the alarm, and only for the run that lost it', async () => {
  await fires({ alertname: 'ThrongMessagesLost', run: runs.b, kind: 'lost' });
  await fires({ alertname: 'ThrongRunFailed', run: runs.b, verdict: 'INCORRECT' });
  const lost = await fired('alertname="ThrongMessagesLost"');
  assert.deepEqual(
    lost.map(({ run, kind }) => [run, kind]),
    [[runs.b, 'lost']],
  );
});

/** A machine that is busy with others, or full, raises these with good reason. */
const OF_THE_MACHINE = 'ThrongServerDown|ThrongLoopLag|ThrongDeliveriesSlow|ThrongNothingDelivered|ThrongDisk.*';

test('no alert of the server was raised while it was well', async () => {
  const raised = await fired(`severity=~"page|ticket", alertname!~"ThrongMessagesLost|${OF_THE_MACHINE}"`);
  assert.deepEqual(
    raised.map(({ alertname, instance }) => `${alertname} ${instance}`),
    [],
  );
});

test('a server that is stopped raises the alarm', async () => {
  await server.stop();
  await fires({ alertname: 'ThrongServerDown', severity: 'page' });
});
