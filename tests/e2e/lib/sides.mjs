// Runs of two programs, made of one real run: each a copy with other figures.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Deterministic, from -0.5 to 0.5. */
const noise = (n) => ((Math.sin(n * 12.9898) * 43758.5453) % 1 + 1) % 1 - 0.5;

const startedAt = (minute) => new Date(Date.UTC(2026, 0, 31, 12, minute)).toISOString().replace('.000', '');

function copyWith(report, { minute, seed, spread, worse, change }) {
  const copy = structuredClone(report);
  const factor = (n) => worse * (1 + spread * noise(100 * minute + n));
  copy.time.started = startedAt(minute);
  copy.scenario.seed = seed;
  Object.assign(copy.validity, { valid: true, reasons: [], limited_by: null });
  ['send', 'deliver'].forEach((name, at) => {
    const { latency_ns: latency } = copy.operations[name];
    for (const key of ['p50', 'p99']) latency[key] = Math.round(1e6 * factor(at * 2 + (key === 'p99' ? 1 : 0)));
  });
  copy.operations.send.rate_per_s = 100 / factor(5);
  const { measured } = copy.target;
  measured.cpu_s_per_message = 60e-6 * factor(6);
  measured.memory_bytes_per_connection = 10_000 * factor(7);
  change?.(copy);
  return copy;
}

function write(folder, report) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'run.json'), JSON.stringify(report));
  return folder;
}

/**
 * Directories of `count` pairs, ABBA. Figures vary by `spread`; those of the candidate are `worse` times
 * as bad, and `change(report)` does to its runs what else there is to do.
 */
export function sides(report, folder, { count = 10, spread = 0.005, worse = 1, change } = {}) {
  const pairs = Array.from({ length: count }, (_, i) => {
    const [first, second] = [2 * i, 2 * i + 1];
    const [base, candidate] = i % 2 === 0 ? [first, second] : [second, first];
    return {
      base: write(join(folder, `base-${i}`), copyWith(report, { minute: base, seed: i, spread, worse: 1 })),
      candidate: write(join(folder, `candidate-${i}`), copyWith(report, { minute: candidate, seed: i, spread, worse, change })),
    };
  });
  return { base: pairs.map(({ base }) => base), candidate: pairs.map(({ candidate }) => candidate) };
}
