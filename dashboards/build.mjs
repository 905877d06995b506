// Writes the Grafana dashboards from their definitions in lib/, and the rules of prometheus/ as a cluster takes them.
//   node dashboards/build.mjs     writes grafana/*.json and deploy/kubernetes/rules.yaml

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { capacity } from './lib/capacity.mjs';
import { compare } from './lib/compare.mjs';
import { run } from './lib/run.mjs';
import { server } from './lib/server.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const DIRECTORY = path('grafana/');

/** The files' texts by name. */
export function dashboards() {
  const all = { run, server, capacity, compare };
  return Object.fromEntries(Object.entries(all).map(([name, make]) => [
    `${name}.json`, `${JSON.stringify(make(), null, 2)}\n`,
  ]));
}

const RULES = ['recording', 'alerts'];

/** A file of rules as an object of Prometheus's operator. */
const prometheusRule = (name) => `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: throng-${name}
spec:
${readFileSync(path(`prometheus/${name}.rules.yml`), 'utf8').replace(/^(?=.)/gm, '  ')}`;

/** The text of deploy/kubernetes/rules.yaml. */
export const prometheusRules = () =>
  `# Made of dashboards/prometheus/*.rules.yml by dashboards/build.mjs.\n${RULES.map(prometheusRule).join('---\n')}`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(DIRECTORY, { recursive: true });
  for (const [name, text] of Object.entries(dashboards())) writeFileSync(DIRECTORY + name, text);
  writeFileSync(path('../deploy/kubernetes/rules.yaml'), prometheusRules());
}
