// Writes the Grafana dashboards from their definitions in lib/.
//   node dashboards/build.mjs     writes grafana/*.json

import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { capacity } from './lib/capacity.mjs';
import { compare } from './lib/compare.mjs';
import { run } from './lib/run.mjs';
import { server } from './lib/server.mjs';

export const DIRECTORY = fileURLToPath(new URL('grafana/', import.meta.url));

/** The files' texts by name. */
export function dashboards() {
  const all = { run, server, capacity, compare };
  return Object.fromEntries(Object.entries(all).map(([name, make]) => [
    `${name}.json`, `${JSON.stringify(make(), null, 2)}\n`,
  ]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(DIRECTORY, { recursive: true });
  for (const [name, text] of Object.entries(dashboards())) writeFileSync(DIRECTORY + name, text);
}
