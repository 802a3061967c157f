import type { Logger } from '@sluice/core';
import { FileTail, LineTeller } from '@sluice/core';
import { beginsEntry, parseErrorLogLine } from './error-log-line.ts';
import type { ErrorLogLine } from './error-log-line.ts';
import { toldLine } from './told-line.ts';

/** Follows the error log of nginx and tells it to the logger. */
export class ErrorLog {
  readonly #tail: FileTail;
  readonly #teller: LineTeller;
  readonly #listeners = new Set<(line: ErrorLogLine) => void>();
  /** The end of the file that has been read and is not yet a whole entry. */
  #rest = '';

  constructor(path: string, logger: Logger) {
    this.#teller = new LineTeller('nginx', logger);
    this.#tail = new FileTail(path, {
      take: (text) => this.#take(Buffer.from(text, 'latin1').toString('utf8')),
      skipped: (bytes) => {
        this.#rest = '';
        this.#teller.skipped(bytes);
      },
    });
  }

  start(): Promise<void> {
    return this.#tail.start();
  }

  async stop(): Promise<void> {
    await this.#tail.stop();
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
    return this.#tail.look();
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
    const told = toldLine(line);
    if (told !== undefined) this.#teller.tell(told);
  }
}

/** Only Lua writes entries of several lines. */
function isWhole(entry: string): boolean {
  return !/stack traceback|\blua\b/i.test(entry);
}
