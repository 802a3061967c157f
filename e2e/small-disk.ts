import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until.ts';

/** A file system of its own for a folder, which can be filled. Only root can mount one. */
export class SmallDisk {
  readonly #path: string;
  readonly #filler: string;

  constructor(path: string, megabytes: number) {
    this.#path = path;
    this.#filler = join(path, 'filler');
    mkdirSync(path);
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'sluice-test', path], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`cannot mount a file system: ${stderr}`);
  }

  /** Leaves no room. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.#path);
    for (let size = bavail * bsize; size >= 1; size = Math.floor(size / 2)) {
      try {
        writeFileSync(this.#filler, Buffer.alloc(size), { flag: 'a' });
      } catch {
        // As much as fits has been written.
      }
    }
  }

  /** Makes room again. */
  clear(): void {
    rmSync(this.#filler);
  }

  async unmount(): Promise<void> {
    await until('the tmpfs to be unmounted', () => (spawnSync('umount', [this.#path]).status === 0 ? true : undefined));
  }
}
