// The dashboards, rules and files around them as they lie there: whole, fresh, and of the form that
// Grafana, Prometheus and Alertmanager take. What their queries find is seen in observability.test.mjs.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { parse } from 'yaml';

import {
  BUILT,
  DASHBOARDS,
  LISTED,
  metricsIn,
  panelsOf,
  queriesOf,
  ROOT,
  text,
  variablesOf,
} from './lib/dashboards.mjs';
import { installed } from './lib/prometheus.mjs';
import { typeErrors } from './lib/types.mjs';

const RULES = 'dashboards/prometheus/';
const promtool = (...args) =>
  execFileSync(installed('promtool'), args, { cwd: ROOT + RULES, encoding: 'utf8', stdio: 'pipe' });
const rulesOf = (file) => parse(text(RULES + file)).groups.flatMap(({ rules }) => rules);
const ALERTS = rulesOf('alerts.rules.yml');
const RECORDED = rulesOf('recording.rules.yml');

test('the dashboards are those that build.mjs makes', () => {
  for (const { name, text: checkedIn } of DASHBOARDS) {
    assert.ok(checkedIn === BUILT[name], `${name} is stale: node dashboards/build.mjs`);
  }
});

test('each has an id of its own, relative times and links to the others', () => {
  const uids = DASHBOARDS.map(({ uid }) => uid);
  assert.deepEqual([...uids].sort(), ['throng-capacity', 'throng-compare', 'throng-run', 'throng-server']);
  for (const { name, uid, schemaVersion, time, links, description } of DASHBOARDS) {
    assert.ok(schemaVersion >= 39 && description, name);
    assert.match(time.from, /^now-\d+[mh]$/);
    assert.equal(time.to, 'now');
    assert.deepEqual(
      links.map(({ url }) => url.slice('/d/'.length)).sort(),
      uids.filter((each) => each !== uid).sort(),
    );
  }
});

test('every panel says what it shows, in which unit, from the chosen data source', () => {
  for (const dashboard of DASHBOARDS) {
    const panels = panelsOf(dashboard);
    const { title } = dashboard;
    assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length, title);
    assert.equal(new Set(panels.map((panel) => panel.title)).size, panels.length, `${title}: titles are unique`);
    for (const { title: panel, description, type, datasource, fieldConfig, options, targets } of panels) {
      const where = `${title} / ${panel}`;
      assert.match(description, /\.$/, where);
      assert.equal(datasource.uid, '${datasource}', where);
      assert.ok(targets.length > 0, where);
      const unit = type === 'heatmap' ? options.yAxis.unit : fieldConfig.defaults.unit;
      assert.ok(unit || (type === 'table' && fieldConfig.overrides.length > 0), `${where} has no unit`);
      assert.ok(type === 'heatmap' || fieldConfig.defaults.thresholds.steps.length > 0, where);
    }
  }
});

test('panels lie side by side and not over each other', () => {
  for (const { title, panels } of DASHBOARDS) {
    const taken = new Set();
    for (const {
      title: panel,
      gridPos: { x, y, w, h },
    } of panels) {
      assert.ok(x >= 0 && x + w <= 24, `${title} / ${panel}`);
      for (let at = 0; at < w * h; ++at) {
        const cell = `${x + (at % w)} ${y + Math.floor(at / w)}`;
        assert.ok(!taken.has(cell), `${title} / ${panel} lies over another at ${cell}`);
        taken.add(cell);
      }
    }
  }
});

const BUILT_IN = ['__rate_interval', '__range', '__interval', '__all', 'datasource'];

test('queries name listed metrics and known variables, and average no quantiles', () => {
  for (const dashboard of DASHBOARDS) {
    const known = [...BUILT_IN, ...dashboard.templating.list.map(({ name }) => name)];
    for (const { where, expr } of queriesOf(dashboard)) {
      for (const [, name] of expr.matchAll(/\$(\w+)/g)) assert.ok(known.includes(name), `${where}: $${name}`);
      for (const metric of metricsIn(expr)) assert.ok(metric === 'up' || LISTED.has(metric), `${where}: ${metric}`);
      assert.doesNotMatch(expr, /avg[^(]*\((avg|histogram_quantile)/, where);
      if (expr.includes('histogram_quantile'))
        assert.match(expr, /histogram_quantile\([\d.]+, sum by \([^)]*\ble\) \(/, where);
    }
    for (const { name, allValue } of variablesOf(dashboard, 'query')) {
      assert.equal(allValue, undefined, `${dashboard.title}: all of $${name} is more than its choices`);
      assert.ok(
        queriesOf(dashboard).some(({ expr }) => expr.includes(`$${name}`)),
        `${dashboard.title}: $${name} chooses nothing`,
      );
    }
  }
});

const PANELS = { timeseries: 'TimeSeries', stat: 'Stat', bargauge: 'BarGauge', heatmap: 'Heatmap', table: 'Table' };
/** Those with drawing options of their own. */
const DRAWN = ['timeseries', 'heatmap'];

/** What the data source alone understands, the schema leaves to it. */
const withoutQueries = ({ annotations, ...dashboard }) => ({
  ...dashboard,
  annotations: {
    list: annotations.list.map(({ target, useValueForTime, titleFormat, textFormat, tagKeys, ...rest }) => rest),
  },
});

test('they have the form that Grafana publishes', () => {
  const imports = [
    "import type { Dashboard } from '@grafana/schema';",
    ...Object.entries(PANELS).map(
      ([type, name]) =>
        `import type * as ${name} from '@grafana/schema/dist/esm/raw/composable/${type}/panelcfg/x/${name}PanelCfg_types.gen';`,
    ),
  ];
  const checks = DASHBOARDS.flatMap(({ name, text: checkedIn }) => {
    const dashboard = JSON.parse(checkedIn);
    return [
      { name, type: 'Dashboard', value: withoutQueries(dashboard) },
      ...panelsOf(dashboard).map(({ title, type, options }) => ({
        name: `${name}: ${title}`,
        type: `${PANELS[type]}.Options`,
        value: options,
      })),
      ...panelsOf(dashboard)
        .filter(({ type }) => DRAWN.includes(type))
        .map(({ title, type, fieldConfig }) => ({
          name: `${name}: ${title}`,
          type: `${PANELS[type]}.FieldConfig`,
          value: fieldConfig.defaults.custom,
        })),
    ];
  });
  assert.deepEqual(typeErrors(imports, checks), []);
  const [first] = checks;
  const wrong = [{ ...first, value: { ...first.value, refresh: 5 } }];
  assert.match(typeErrors(imports, wrong).join(), /run\.json: Type 'number' is not assignable/);
});

test('promtool finds nothing wrong with configuration, rules and their tests', () => {
  promtool('check', 'config', 'prometheus.yml');
  promtool('test', 'rules', 'rules.test.yml');
});

test('every alert has a test, says what is wrong and what to do, and names listed metrics', () => {
  const tests = text(`${RULES}rules.test.yml`);
  const recorded = new Set(RECORDED.map(({ record }) => record));
  for (const { alert, expr, labels, annotations } of ALERTS) {
    assert.ok(tests.includes(alert), `${alert} has no test`);
    assert.ok(['page', 'ticket', 'run'].includes(labels.severity), alert);
    assert.ok(annotations.summary && /\.$/.test(annotations.description), alert);
    for (const [name] of expr.matchAll(/\b\w+:\w+:\w+/g)) assert.ok(recorded.has(name), `${alert}: ${name}`);
  }
  for (const { alert, record, expr } of [...ALERTS, ...RECORDED]) {
    for (const metric of metricsIn(expr)) {
      assert.ok(metric === 'up' || LISTED.has(metric), `${alert ?? record}: ${metric}`);
    }
  }
});

test('Alertmanager sends each severity to a receiver that there is', () => {
  const { route, receivers, inhibit_rules: inhibitions } = parse(text('dashboards/alertmanager/alertmanager.yml'));
  const names = receivers.map(({ name }) => name);
  const used = [route, ...route.routes].map(({ receiver }) => receiver);
  assert.deepEqual([...used].sort(), [...names].sort());
  const matched = route.routes.flatMap(({ matchers }) => matchers);
  for (const { labels } of ALERTS.filter(({ labels }) => labels.severity !== 'ticket')) {
    assert.ok(matched.includes(`severity="${labels.severity}"`));
  }
  const named = [...JSON.stringify(inhibitions).matchAll(/Throng\w+/g)].map(([name]) => name);
  for (const name of named)
    assert.ok(
      ALERTS.some(({ alert }) => alert === name),
      name,
    );
});

test('Grafana is told of the data source that the dashboards choose, and where they lie', () => {
  const {
    datasources: [source],
  } = parse(text('dashboards/provisioning/datasources/prometheus.yaml'));
  const chosen = variablesOf(DASHBOARDS[0], 'datasource')[0].current;
  assert.deepEqual([source.name, source.uid, source.type], [chosen.text, chosen.value, 'prometheus']);
  const {
    providers: [provider],
  } = parse(text('dashboards/provisioning/dashboards/throng.yaml'));
  assert.equal(provider.type, 'file');
  assert.match(provider.options.path, /^\//);
});
