import { appendFile, open, rename, rm } from 'node:fs/promises';
import { SluiceError, messageOf } from '@sluice/core';

/** A file that is smaller is not worth being written anew. */
const SMALL_BYTES = 1_048_576;

/**
 * What nginx loads when it starts with empty shared memory: a push of everything, followed by the pushes of changes since. One that was
 * cut off in the middle is the last one that counts. It holds private keys: nobody but its owner can read it. Methods throw `SLU3004`.
 */
export class StateFile {
  readonly #path: string;
  #fullBytes = 0;
  #addedBytes = 0;
  #mayAdd = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether the file has what was written last, and adding to it is cheaper than writing it anew. */
  get mayAdd(): boolean {
    return this.#mayAdd && this.#addedBytes < Math.max(this.#fullBytes, SMALL_BYTES);
  }

  /** Puts a push of everything in the place of the file, at once. */
  async replace(push: Buffer): Promise<void> {
    const half = `${this.#path}.new`;
    this.#mayAdd = false;
    await this.#write(async () => {
      await rm(half, { force: true });
      const file = await open(half, 'wx', 0o600);
      try {
        await file.writeFile(push);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(half, this.#path);
    });
    this.#fullBytes = push.length;
    this.#addedBytes = 0;
    this.#mayAdd = true;
  }

  /** Adds a push of changes. */
  async add(push: Buffer): Promise<void> {
    // If it fails in the middle nothing can follow.
    this.#mayAdd = false;
    await this.#write(() => appendFile(this.#path, push, { mode: 0o600 }));
    this.#addedBytes += push.length;
    this.#mayAdd = true;
  }

  async #write(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw new SluiceError('SLU3004', `cannot write ${this.#path}: ${messageOf(error)}`, { cause: error });
    }
  }
}
