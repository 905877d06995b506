// By what the same source takes other numbers of instructions.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { machine } from 'node:os';

import { BIN_DIR } from '../../e2e/lib/process.mjs';

const field = (file, pattern) => pattern.exec(readFileSync(file, 'utf8'))?.[1];

/** For example "GNU 12.2.0, debian 12, x86_64 with AVX2". */
export function toolchain() {
  const compiler = field(`${BIN_DIR}/CMakeCache.txt`, /^CMAKE_CXX_COMPILER:\w+=(.*)$/m);
  const version = execFileSync(compiler, ['-dumpfullversion'], { encoding: 'utf8' }).trim();
  const system = `${field('/etc/os-release', /^ID=(.*)$/m)} ${field('/etc/os-release', /^VERSION_ID="?([^"\n]*)/m)}`;
  const vectors = /\bavx2\b/.test(readFileSync('/proc/cpuinfo', 'utf8')) ? ' with AVX2' : '';
  return `${compiler.split('/').at(-1)} ${version}, ${system}, ${machine()}${vectors}`;
}
