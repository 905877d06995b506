// latency.hlog, read by its format's description and not by the project's code: HdrHistogram's "V2"
// encoding with three significant digits.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';

const ENVELOPE_BYTES = 8;
const HEADER_BYTES = 40;
const FLAG_BYTES = 8;

/** ZigZag LEB128; a ninth byte, if there is one, holds eight bits. */
function* numbers(bytes) {
  for (let at = 0; at < bytes.length;) {
    let value = 0n;
    for (let i = 0n; ; ++i) {
      const byte = BigInt(bytes[at++]);
      const isLast = i === BigInt(FLAG_BYTES) || byte < 0x80n;
      value |= (i === BigInt(FLAG_BYTES) ? byte : byte & 0x7fn) << (7n * i);
      if (isLast) break;
    }
    yield Number(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)));
  }
}

/** The lowest value in a slot, in ns: 2,048 slots of 1 ns, then 1,024 for each doubling. */
function lowestIn(slot) {
  const shift = Math.max(0, Math.floor(slot / 1024) - 1);
  return (slot - shift * 1024) * 2 ** shift;
}

/** What was measured, in slots that are a thousandth wide. */
export class Slots {
  counts = new Map();
  count = 0;

  add(slot, count) {
    this.counts.set(slot, (this.counts.get(slot) ?? 0) + count);
    this.count += count;
  }

  /** Adds an interval of the log. */
  addEncoded(base64) {
    const plain = inflateSync(Buffer.from(base64, 'base64').subarray(ENVELOPE_BYTES));
    let slot = 0;
    for (const count of numbers(plain.subarray(HEADER_BYTES))) {
      if (count > 0) this.add(slot, count);
      slot += count < 0 ? -count : 1;
    }
  }

  /** The slot of a quantile: `{lowest, highest}` in ns. */
  quantile(q) {
    const rank = Math.max(1, Math.ceil(q * this.count));
    let seen = 0;
    for (const [slot, count] of [...this.counts].sort(([a], [b]) => a - b)) {
      seen += count;
      if (seen >= rank) return { lowest: lowestIn(slot), highest: lowestIn(slot + 1) - 1 };
    }
    throw new Error('no value was measured');
  }
}

/**
 * What `operation` had measured in the first seconds of a run, `count` values in all: the end of
 * one of its seconds. Without a count, in the whole run.
 */
export function readLog(out, operation, count = Infinity) {
  const slots = new Slots();
  for (const line of readFileSync(join(out, 'latency.hlog'), 'utf8').split('\n')) {
    if (!line.startsWith(`Tag=${operation},`) || slots.count >= count) continue;
    slots.addEncoded(line.split(',').at(-1));
  }
  if (count !== Infinity && slots.count !== count) {
    throw new Error(`no second ends with ${count} values of ${operation}, but one with ${slots.count}`);
  }
  return slots;
}
