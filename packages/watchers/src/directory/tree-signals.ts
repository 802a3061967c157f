import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import { messageOf } from '@sluice/core';
import type { Logger } from '@sluice/core';
import type { TreeFolder } from './manifest-tree.ts';

/**
 * Tells when something below a directory may have changed. Each folder is watched on its own, by identity: so links out of
 * the tree, folders that were replaced, and systems without recursive watching are no special cases. Where the system refuses
 * (too many watches), it says so once and stays silent: somebody has to look from time to time anyway.
 */
export class TreeSignals {
  readonly #ring: () => void;
  readonly #logger: Logger;
  readonly #watched = new Map<string, FSWatcher>();
  #refused = false;

  constructor(ring: () => void, logger: Logger) {
    this.#ring = ring;
    this.#logger = logger;
  }

  /** Watches exactly these folders. Returns whether any is new: what happened in it before was not noticed. */
  follow(folders: readonly TreeFolder[]): boolean {
    const wanted = new Map(folders.map((folder) => [`${folder.identity} ${folder.location}`, folder.location]));
    for (const key of this.#watched.keys()) if (!wanted.has(key) && !key.startsWith('above ')) this.#close(key);
    const fresh = [...wanted].filter(([key]) => !this.#watched.has(key));
    return fresh.filter(([key, location]) => this.#open(key, location)).length > 0;
  }

  /** Watches the folder above the directory, for the directory itself being created, removed or exchanged. */
  followAbove(directory: string): void {
    const key = `above ${directory}`;
    if (!this.#watched.has(key)) this.#open(key, dirname(directory), basename(directory));
  }

  close(): void {
    for (const key of this.#watched.keys()) this.#close(key);
  }

  #open(key: string, location: string, only?: string): boolean {
    try {
      const watcher = watch(location, (_event, name) => {
        if (only === undefined || name === null || name === only) this.#ring();
      });
      watcher.on('error', (error) => {
        this.#refuse(location, error);
        this.#close(key);
      });
      this.#watched.set(key, watcher);
      return true;
    } catch (error) {
      this.#refuse(location, error);
      return false;
    }
  }

  #close(key: string): void {
    this.#watched.get(key)?.close();
    this.#watched.delete(key);
  }

  #refuse(location: string, error: unknown): void {
    const gone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (gone || this.#refused) return;
    this.#refused = true;
    this.#logger.warn('a folder cannot be watched; changes are noticed with a delay', { folder: location, reason: messageOf(error) });
  }
}
