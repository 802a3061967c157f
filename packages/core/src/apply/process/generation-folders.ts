import { readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SluiceError, messageOf } from '../../errors.ts';
import { processInfo } from '../../observe/process/process-info.ts';
import { syncFolder } from './generation-files.ts';
import { HALF_MADE, removeHalfMade } from './private-folder.ts';

/** Where generations are. All absolute. */
export interface GenerationPlaces {
  readonly root: string;
  /** Symbolic link in `root` that leads to `generations/ID`. */
  readonly current: string;
  readonly generations: string;
  readonly scratch: string;
  /** File with the name of the generation that was seen to serve last. */
  readonly acknowledged: string;
}

/**
 * Generations on the disk, a folder each. One is complete or not there: it is made under another name, and `current` is switched by one
 * `rename`. Whatever goes wrong, and whenever this process ends, the last one that was switched to can be run.
 */
export class GenerationFolders {
  readonly #places: GenerationPlaces;
  readonly #lastFile: string;
  #made = 0;

  /** `lastFile`: written last, it tells that a generation is complete. */
  constructor(places: GenerationPlaces, lastFile: string) {
    this.#places = places;
    this.#lastFile = lastFile;
  }

  pathOf(id: string): string {
    return join(this.#places.generations, id);
  }

  /** The name of the generation that `current` leads to. */
  currentId(): string | undefined {
    try {
      return basename(readlinkSync(this.#places.current));
    } catch {
      return undefined;
    }
  }

  /** Removes what an end in the middle of something has left behind. */
  clean(): void {
    const { generations, scratch } = this.#places;
    removeHalfMade(generations);
    // `PID-…` of a process that is still there is in use: a check beside a running controller.
    for (const name of readdirSync(scratch))
      if (processInfo(Number.parseInt(name, 10)) === undefined) rmSync(join(scratch, name), { recursive: true, force: true });
  }

  /** Makes a generation; nothing serves it yet. `fill` gets the path of what it makes. Throws `SLU3004`, retryable. */
  async make(id: string, fill: (draft: string) => Promise<void>): Promise<void> {
    const { generations } = this.#places;
    const draft = join(generations, `${HALF_MADE}${id}-${process.pid}-${this.#made++}`);
    try {
      await rm(this.pathOf(id), { recursive: true, force: true });
      await fill(draft);
      await rename(draft, this.pathOf(id));
      await syncFolder(generations);
    } catch (error) {
      await rm(draft, { recursive: true, force: true }).catch(() => undefined);
      throw new SluiceError('SLU3004', `cannot write a generation to ${generations}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Makes a complete generation the one that is read next. Throws `SLU3004`, retryable. */
  async switchTo(id: string): Promise<void> {
    const { root, current } = this.#places;
    const draft = join(root, `${HALF_MADE}current-${process.pid}-${this.#made++}`);
    try {
      await stat(join(this.pathOf(id), this.#lastFile));
      await symlink(`generations/${id}`, draft);
      await rename(draft, current);
      await syncFolder(root);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw new SluiceError('SLU3004', `cannot switch to the generation ${id}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Removes every generation but those named and the current one. */
  async keepOnly(ids: ReadonlySet<string>): Promise<void> {
    const current = this.currentId();
    for (const name of await readdir(this.#places.generations))
      if (!ids.has(name) && name !== current && !name.startsWith('.')) await rm(this.pathOf(name), { recursive: true, force: true });
  }

  /** Remembers the last generation that was served for sure; `undefined` when there is none. */
  async acknowledge(id: string | undefined): Promise<void> {
    await writeFile(this.#places.acknowledged, id ?? '', { mode: 0o600 }).catch(() => undefined);
  }

  acknowledged(): string | undefined {
    try {
      return readFileSync(this.#places.acknowledged, 'utf8') || undefined;
    } catch {
      return undefined;
    }
  }
}
