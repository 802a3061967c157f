import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';

/** What one look reads at most; with more to read, the oldest is left out. */
const MAX_READ = 4 * 1024 * 1024;
/** When a file has grown past this, it is emptied: proxies append, so that they go on at the start. */
const MAX_SIZE = 8 * 1024 * 1024;
const INTERVAL_MS = 250;

/** Takes what is read. */
export interface TailReader {
  /** Bytes as latin1, which may begin and end in the middle of a line; empty when nothing is new. */
  take(text: string): void;
  /** So many bytes were left out before what comes next. */
  skipped(bytes: number): void;
}

/**
 * Follows a file that a proxy appends to, and keeps it small. Reading happens between other things and never throws; a file that is
 * replaced or emptied by others is read from its start.
 */
export class FileTail {
  readonly #path: string;
  readonly #reader: TailReader;
  #offset = 0;
  #inode: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(path: string, reader: TailReader) {
    this.#path = path;
    this.#reader = reader;
  }

  /** Begins at the end of what is there now: the rest was told by whoever ran before. */
  async start(): Promise<void> {
    const now = await stat(this.#path).catch(() => undefined);
    this.#offset = now?.size ?? 0;
    this.#inode = now?.ino;
    this.#timer = setInterval(() => void this.look(), INTERVAL_MS).unref();
  }

  /** Reads what is left. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.look();
  }

  /** Reads what is new. */
  look(): Promise<void> {
    return (this.#looking ??= this.#look()
      .catch(() => undefined)
      .finally(() => (this.#looking = undefined)));
  }

  async #look(): Promise<void> {
    const file = await open(this.#path, constants.O_RDWR).catch(() => undefined);
    if (file === undefined) return;
    try {
      const { size, ino } = await file.stat();
      if (ino !== this.#inode || size < this.#offset) [this.#offset, this.#inode] = [0, ino];
      const skipped = Math.max(0, size - this.#offset - MAX_READ);
      if (skipped > 0) this.#reader.skipped(skipped);
      this.#offset += skipped;
      const { bytesRead, buffer } = await file.read(Buffer.alloc(size - this.#offset), 0, size - this.#offset, this.#offset);
      this.#offset += bytesRead;
      this.#reader.take(buffer.toString('latin1', 0, bytesRead));
      if (this.#offset > MAX_SIZE) {
        await file.truncate(0);
        this.#offset = 0;
      }
    } finally {
      await file.close();
    }
  }
}
