// What the kernel says of a process.

import { readdirSync, readFileSync } from 'node:fs';

const NS_PER_S = 1e9;
const ANONYMOUS_FIELD = /RssAnon:\s+(\d+) kB/;
const DESCRIPTORS_FIELD = /Max open files\s+(\d+)/;

/** CPU time of all its threads, to the nanosecond. */
export function cpuSeconds(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = (thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  return threads.reduce((sum, thread) => sum + nanoseconds(thread), 0) / NS_PER_S;
}

/** Memory that it has written itself: neither programs nor files. */
export const anonymousBytes = (pid) =>
  Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(ANONYMOUS_FIELD)[1]) * 1024;

/** How many descriptors a process may have, as this one. */
export const mostDescriptors = () => Number(readFileSync('/proc/self/limits', 'utf8').match(DESCRIPTORS_FIELD)[1]);

const KERNEL_FIELDS = ['Slab', 'PageTables', 'KernelStack'];
const TCP_PAGES_FIELD = /^TCP: .* mem (\d+)$/m;
const PAGE_BYTES = 4096;

/** What the kernel holds for all processes: objects such as sockets, page tables, TCP's buffers. */
export function kernelBytes() {
  const memory = readFileSync('/proc/meminfo', 'utf8');
  const objects = KERNEL_FIELDS.map((name) => Number(memory.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))[1]));
  const pages = Number(readFileSync('/proc/net/sockstat', 'utf8').match(TCP_PAGES_FIELD)[1]);
  return objects.reduce((sum, each) => sum + each * 1024, pages * PAGE_BYTES);
}
