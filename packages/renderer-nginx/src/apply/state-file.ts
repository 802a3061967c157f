import { appendFile, link, open, rename, rm, stat } from 'node:fs/promises';
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
  #isSettled = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether the file has what was written last, and adding to it is cheaper than writing it anew. */
  get mayAdd(): boolean {
    return this.#mayAdd && this.#addedBytes < Math.max(this.#fullBytes, SMALL_BYTES);
  }

  /** Puts a push of everything in the place of the file, at once. The file of an earlier process is kept until `settle`. */
  async replace(push: Buffer): Promise<void> {
    const half = `${this.#path}.new`;
    this.#mayAdd = false;
    await this.#write(async () => {
      if (!this.#isSettled) await this.#keepEarlier();
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

  /** Nginx has what the file has: that of an earlier process is not needed any more. */
  async settle(): Promise<void> {
    if (this.#isSettled) return;
    await this.#write(() => rm(this.#earlier, { force: true }));
    this.#isSettled = true;
  }

  /** Brings the file of an earlier process back, if there was one. */
  async restore(): Promise<void> {
    this.#mayAdd = false;
    await this.#write(async () => {
      if (await isThere(this.#earlier)) await rename(this.#earlier, this.#path);
    });
  }

  get #earlier(): string {
    return `${this.#path}.before`;
  }

  async #keepEarlier(): Promise<void> {
    if (!(await isThere(this.#earlier)) && (await isThere(this.#path))) await link(this.#path, this.#earlier);
  }

  async #write(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw new SluiceError('SLU3004', `cannot write ${this.#path}: ${messageOf(error)}`, { cause: error });
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
