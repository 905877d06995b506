// The Grafana dashboards and Prometheus rules of the project, as the tests look at them.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { dashboards as build } from '../../../dashboards/build.mjs';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const text = (path) => readFileSync(ROOT + path, 'utf8');

/** What `build.mjs` makes, by file name. */
export const BUILT = build();
/** The dashboards that are checked in. */
export const DASHBOARDS = Object.keys(BUILT).map((name) => ({
  name,
  text: text(`dashboards/grafana/${name}`),
  ...JSON.parse(text(`dashboards/grafana/${name}`)),
}));

export const panelsOf = ({ panels }) => panels.filter(({ type }) => type !== 'row');

/** All queries: `{where, expr, instant}`, e.g. of `Throng: Run / Operations`; annotations and variables too. */
export const queriesOf = (dashboard) => [
  ...panelsOf(dashboard).flatMap((panel) =>
    panel.targets.map(({ expr, refId, instant }) => ({
      where: `${dashboard.title} / ${panel.title} / ${refId}`,
      expr,
      instant,
    })),
  ),
  ...dashboard.annotations.list.map(({ name, target }) => ({
    where: `${dashboard.title} / marks / ${name}`,
    expr: target.expr,
  })),
  ...variablesOf(dashboard, 'query').map(({ name, query }) => ({
    where: `${dashboard.title} / choices / ${name}`,
    expr: choicesOf(query).selector,
  })),
  ...variablesOf(dashboard, 'textbox').map(({ name, query }) => ({
    where: `${dashboard.title} / typed / ${name}`,
    expr: query,
  })),
];

export const variablesOf = ({ templating }, type) => templating.list.filter((each) => each.type === type);

/** E.g. `label_values(up{job="x"}, instance)`: the series whose labels are looked up, and the label. */
export function choicesOf({ query }) {
  const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(query);
  return { selector, label };
}

/** An expression as Grafana would send it: `values` by variable. */
export const substitute = (expr, values) =>
  expr.replace(/\$(\w+)/g, (_, name) => {
    if (!(name in values)) throw new Error(`${expr}: $${name} is nothing`);
    return values[name];
  });

/** What Grafana makes of several choices, or all. */
export const anyOf = (choices) => `(${choices.map((each) => each.replace(/[\\^$*+?.()|{}[\]]/g, '\\\\$&')).join('|')})`;

/** The metrics that docs/metrics.md lists. */
export const LISTED = new Set(
  [...text('docs/metrics.md').matchAll(/^\| `(\w+)` \| (counter|gauge|histogram) /gm)].flatMap(([, name, kind]) =>
    kind === 'histogram' ? ['_bucket', '_count', '_sum'].map((end) => name + end) : [name],
  ),
);

/** What an expression or a page of rules names of ours and of Prometheus's own. */
export const metricsIn = (expr) => new Set(expr.match(/(?<![\w:])((throng|process)_\w+(?![\w:])|up(?=\{))/g) ?? []);
