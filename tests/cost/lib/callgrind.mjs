// What valgrind's callgrind counts of a program.

import { readFileSync } from 'node:fs';

const ALLOCATOR = /mimalloc|libc\.so|vgpreload/;
const ALLOCATION = /^(mi_)?(malloc|calloc|realloc|aligned_alloc|posix_memalign|memalign)|^operator new/;

/** The command that runs a program under it. */
export const callgrind = (file, options = []) =>
  ['valgrind', '--quiet', '--tool=callgrind', '--collect-systime=yes', `--callgrind-out-file=${file}`, ...options];

/** Instructions, system calls and allocations of a program that has ended. */
export function readCounts(file) {
  const text = readFileSync(file, 'utf8');
  const events = text.match(/^events: (.*)$/m)[1].split(' ');
  const totals = text.match(/^totals: (.*)$/m)[1].split(' ').map(Number);
  const total = (event) => totals[events.indexOf(event)];
  return { instructions: total('Ir'), system_calls: total('sysCount'), allocations: allocations(text) };
}

/**
 * Calls of the allocator from outside of it. The lines that matter look like this; a name stands
 * beside its number only the first time:
 *   ob=(2) /usr/lib/libmimalloc.so.2      cob=(2)      cfn=(17) malloc      calls=4 0
 */
function allocations(text) {
  const names = { ob: new Map(), fn: new Map() };
  const place = { ob: '', cob: undefined, fn: '', cfn: '' };
  let count = 0;
  for (const line of text.split('\n')) {
    const [, key, id, name] = /^(ob|cob|fn|cfn)=\((\d+)\)(?: (.*))?$/.exec(line) ?? [];
    if (key) {
      const known = names[key.slice(-2)];
      if (name !== undefined) known.set(id, name);
      place[key] = known.get(id);
      continue;
    }
    const [, calls] = /^calls=(\d+)/.exec(line) ?? [];
    if (calls === undefined) continue;
    if (isAllocation(place)) count += Number(calls);
    place.cob = undefined;
  }
  return count;
}

function isAllocation({ ob, cob = ob, cfn }) {
  return ALLOCATION.test(cfn) && ALLOCATOR.test(cob) && !ALLOCATOR.test(ob);
}
