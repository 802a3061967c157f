import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Logger } from '@sluice/core';
import { beginsEntry, parseErrorLogLine } from './error-log-line.ts';
import type { ErrorLogLine } from './error-log-line.ts';
import { LineTeller } from './line-teller.ts';

/** What one look reads at most; with more to read, the oldest is left out. */
const MAX_READ = 1024 * 1024;
/** When the file has grown past this, it is emptied: nginx appends, so that it goes on at the start. */
const MAX_SIZE = 8 * 1024 * 1024;
const INTERVAL_MS = 250;

/**
 * Follows the error log of nginx and tells it to the logger. Reading happens between other things and never throws; a file that is
 * replaced or emptied by others is read from its start.
 */
export class ErrorLog {
  readonly #path: string;
  readonly #teller: LineTeller;
  readonly #listeners = new Set<(line: ErrorLogLine) => void>();
  #offset = 0;
  #inode: number | undefined;
  /** The end of the file that has been read and is not yet a whole entry. */
  #rest = '';
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#teller = new LineTeller(logger);
  }

  /** Begins at the end of what is there now: the rest was told by whoever ran before. */
  async start(): Promise<void> {
    const now = await stat(this.#path).catch(() => undefined);
    this.#offset = now?.size ?? 0;
    this.#inode = now?.ino;
    this.#timer = setInterval(() => void this.look(), INTERVAL_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.look();
    this.#flush();
    this.#teller.finish();
  }

  /** Calls back for each entry until the function that is returned is called. */
  listen(listener: (line: ErrorLogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Reads what is new. Entries are passed on when this resolves, but for the last one if its end may be missing. */
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
      if (ino !== this.#inode || size < this.#offset) [this.#offset, this.#inode, this.#rest] = [0, ino, ''];
      const skipped = Math.max(0, size - this.#offset - MAX_READ);
      if (skipped > 0) this.#teller.skipped(skipped);
      this.#offset += skipped;
      const { bytesRead, buffer } = await file.read(Buffer.alloc(size - this.#offset), 0, size - this.#offset, this.#offset);
      this.#offset += bytesRead;
      this.#take(buffer.toString('utf8', 0, bytesRead));
      if (this.#offset > MAX_SIZE) {
        await file.truncate(0);
        this.#offset = 0;
      }
    } finally {
      await file.close();
    }
  }

  #take(text: string): void {
    if (text === '') return this.#flush();
    const lines = (this.#rest + text).split('\n');
    const partial = lines.pop() ?? '';
    let entry = '';
    for (const line of lines) {
      if (entry !== '' && beginsEntry(line)) {
        this.#pass(entry);
        entry = line;
      } else entry = entry === '' ? line : `${entry}\n${line}`;
    }
    // An entry of one line is complete unless more lines of it follow; those of several lines wait for what comes next.
    if (partial === '' && isWhole(entry)) {
      this.#pass(entry);
      this.#rest = '';
    } else this.#rest = `${entry}\n${partial}`;
  }

  #flush(): void {
    const rest = this.#rest.trimEnd();
    this.#rest = '';
    if (rest !== '') this.#pass(rest);
  }

  #pass(entry: string): void {
    const line = parseErrorLogLine(entry);
    if (line === undefined) return;
    for (const listener of this.#listeners) listener(line);
    this.#teller.tell(line);
  }
}

/** Only Lua writes entries of several lines. */
function isWhole(entry: string): boolean {
  return !/stack traceback|\blua\b/i.test(entry);
}
