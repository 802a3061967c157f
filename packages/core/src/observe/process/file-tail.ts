import { constants, fstatSync, ftruncateSync, readSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** What one reading takes at most. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** When a file has grown past this, it is emptied as soon as nobody writes to it: proxies append, so that they go on at the start. */
const EMPTY_FROM_BYTES = 8 * 1024 * 1024;
/** Past this it is emptied in any case. */
const EMPTY_ANYWAY_BYTES = 64 * 1024 * 1024;
/** Nothing has been written for so long: longer than the clocks of file systems tick. */
const QUIET_MS = 10;
const INTERVAL_MS = 250;
/** A file that grows as fast as it is read is left for the next look. */
const MOST_READINGS = 32;

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
  readonly #mostBehindBytes: number;
  #offset = 0;
  #inode: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  /** With more than `mostBehindBytes` to read, the oldest is left out. */
  constructor(path: string, reader: TailReader, mostBehindBytes = CHUNK_BYTES) {
    this.#path = path;
    this.#mostBehindBytes = mostBehindBytes;
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
      for (let count = 0; count < MOST_READINGS && (await this.#read(file)); count++);
      if (this.#offset > EMPTY_FROM_BYTES) this.#empty(file.fd);
    } finally {
      await file.close();
    }
  }

  /** Whether there may be more. */
  async #read(file: FileHandle): Promise<boolean> {
    const { size, ino } = await file.stat();
    if (ino !== this.#inode || size < this.#offset) [this.#offset, this.#inode] = [0, ino];
    const skipped = Math.max(0, size - this.#offset - this.#mostBehindBytes);
    if (skipped > 0) this.#reader.skipped(skipped);
    this.#offset += skipped;
    const length = Math.min(CHUNK_BYTES, size - this.#offset);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, this.#offset);
    this.#offset += bytesRead;
    this.#reader.take(buffer.toString('latin1', 0, bytesRead));
    return bytesRead === CHUNK_BYTES;
  }

  /** What is written between the last reading and this is lost: so there must be no time between them, and nobody who is writing. */
  #empty(fd: number): void {
    const { size, mtimeMs } = fstatSync(fd);
    const quiet = size === this.#offset && Date.now() - mtimeMs > QUIET_MS;
    if (!quiet && this.#offset < EMPTY_ANYWAY_BYTES) return;
    const rest = Buffer.allocUnsafe(Math.max(0, size - this.#offset));
    const count = readSync(fd, rest, 0, rest.length, this.#offset);
    ftruncateSync(fd, 0);
    this.#offset = 0;
    if (count > 0) this.#reader.take(rest.toString('latin1', 0, count));
  }
}
