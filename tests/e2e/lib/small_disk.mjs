// A file system of a few megabytes, for what happens when it is full.

import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';

import { tempDir } from './temp.mjs';

const run = (...command) => spawnSync(command[0], command.slice(1), { encoding: 'utf8' });

export class SmallDisk {
  /** Undefined where this user may not mount. */
  static mount(megabytes) {
    const disk = new SmallDisk();
    disk.path = tempDir();
    if (run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk.path).status !== 0) return undefined;
    const unmount = () => run('umount', '-l', disk.path);
    after(unmount);
    process.on('exit', unmount);
    return disk;
  }

  get #filler() { return join(this.path, 'filler'); }

  /** Takes all the room that is left. */
  fill() {
    const block = Buffer.alloc(64 * 1024);
    try {
      for (;;) writeFileSync(this.#filler, block, { flag: 'a' });
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
    }
  }

  free() { rmSync(this.#filler); }
}
