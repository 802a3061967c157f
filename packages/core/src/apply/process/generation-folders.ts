import { readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SluiceError, messageOf } from '../../errors.ts';
import { processInfo } from '../../observe/process/process-info.ts';
import { syncFolder } from './generation-files.ts';
import type { GenerationFiles } from './generation-files.ts';
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

/** What a generation on the disk tells about itself, at least. It is written last: one without it is not complete. */
export interface GenerationManifest {
  /** Where it listens: one that listens elsewhere cannot be served by this run. */
  readonly addresses: string;
}

export interface GenerationKind<Manifest extends GenerationManifest> {
  /** Where generations of this run listen. */
  readonly addresses: string;
  readonly isManifest: (value: unknown) => value is Manifest;
}

/** A folder that has everything but its manifest. */
export interface FilledDraft<Manifest> {
  readonly writer: GenerationFiles;
  readonly manifest: Manifest;
}

const MANIFEST = 'generation.json';

/**
 * Generations on the disk, a folder each. One is complete or not there: it is made under another name, and `current` is switched by one
 * `rename`. Whatever goes wrong, and whenever this process ends, the last one that was switched to can be run.
 */
export class GenerationFolders<Manifest extends GenerationManifest> {
  readonly #places: GenerationPlaces;
  readonly #kind: GenerationKind<Manifest>;
  #made = 0;

  constructor(places: GenerationPlaces, kind: GenerationKind<Manifest>) {
    this.#places = places;
    this.#kind = kind;
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

  /** What is known of a complete generation. */
  manifest(id: string): Manifest | undefined {
    try {
      const manifest: unknown = JSON.parse(readFileSync(join(this.pathOf(id), MANIFEST), 'utf8'));
      return this.#kind.isManifest(manifest) ? manifest : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whether a generation is complete and listens where this run does. */
  isUsable(id: string): boolean {
    return this.manifest(id)?.addresses === this.#kind.addresses;
  }

  /** Removes what an end in the middle of something has left behind. */
  clean(): void {
    const { generations, scratch } = this.#places;
    removeHalfMade(generations);
    // `PID-…` of a process that is still there is in use: a check beside a running controller.
    for (const name of readdirSync(scratch))
      if (processInfo(Number.parseInt(name, 10)) === undefined) rmSync(join(scratch, name), { recursive: true, force: true });
  }

  /**
   * Makes a generation; nothing serves it yet. `fill` writes into the folder, and resolves with what the generation tells of itself and with
   * whatever writes that. Throws `SLU3004`, retryable.
   */
  protected async make(id: string, fill: (draft: string) => Promise<FilledDraft<Manifest>>): Promise<void> {
    const { generations } = this.#places;
    const draft = join(generations, `${HALF_MADE}${id}-${process.pid}-${this.#made++}`);
    try {
      await rm(this.pathOf(id), { recursive: true, force: true });
      const { writer, manifest } = await fill(draft);
      await writer.write({ path: MANIFEST, content: JSON.stringify(manifest), readers: 'master' }, true);
      await writer.sync();
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
      await stat(join(this.pathOf(id), MANIFEST));
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
