import { FileTail, LineTeller } from '@sluice/core';
import type { Logger } from '@sluice/core';
import { joinedLines, parseOutputLine, toldLine } from './output-line.ts';
import type { OutputLine } from './output-line.ts';

/** Some seconds of requests. */
const MOST_BEHIND_BYTES = 64 * 1024 * 1024;

/** Follows what HAProxy writes: lines about itself go to the logger, lines in braces are requests. */
export class OutputLog {
  readonly #tail: FileTail;
  readonly #teller: LineTeller;
  readonly #takeRequests: (lines: readonly string[]) => void;
  readonly #listeners = new Set<(line: OutputLine) => void>();
  /** The end of the file that has been read and is not yet a whole line. */
  #rest = '';

  /** `takeRequests` gets whole lines, as binary strings. */
  constructor(path: string, takeRequests: (lines: readonly string[]) => void, logger: Logger) {
    this.#takeRequests = takeRequests;
    this.#teller = new LineTeller('haproxy', logger);
    const skipped = (bytes: number): void => {
      this.#rest = '';
      this.#teller.skipped(bytes);
    };
    this.#tail = new FileTail(path, { take: (text) => this.#take(text), skipped }, MOST_BEHIND_BYTES);
  }

  start(): Promise<void> {
    return this.#tail.start();
  }

  async stop(): Promise<void> {
    await this.#tail.stop();
    this.#teller.finish();
  }

  /** Calls back for each line of HAProxy about itself until the function that is returned is called. */
  listen(listener: (line: OutputLine) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Reads what is new. Whole lines are passed on when this resolves. */
  look(): Promise<void> {
    return this.#tail.look();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    const requests = lines.filter((line) => line.startsWith('{'));
    if (requests.length > 0) this.#takeRequests(requests);
    for (const line of joinedLines(lines)) if (line.startsWith('[')) this.#pass(Buffer.from(line, 'latin1').toString('utf8'));
  }

  #pass(text: string): void {
    const line = parseOutputLine(text);
    if (line === undefined) return;
    for (const listener of this.#listeners) listener(line);
    const told = toldLine(line);
    if (told !== undefined) this.#teller.tell(told);
  }
}
