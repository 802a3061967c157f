import type { LogLine, RequestRecord } from '@sluice/core';
import { idOfName } from './header-table.ts';

/** A request header whose value is noted while it is there. */
export interface NotedHeader {
  /** In lower case. */
  readonly name: string;
  /** Entry of `header` that stands for this name alone; 0 where none does. */
  readonly id: number;
}

/** Where finished requests are written. */
export interface AccessLog {
  /** The request headers that lines need. */
  readonly headers: readonly NotedHeader[];
  /** Called once at the end of each exchange; the record is only valid during the call. Must not throw and must not block. */
  record(record: RequestRecord): void;
}

const FLUSH_BYTES = 65_536;
const FLUSH_INTERVAL_MS = 500;

/** Writes lines in batches: every half second, and as soon as 64 KiB have come together. */
export class BatchedAccessLog implements AccessLog {
  readonly #write: (lines: string) => void;
  readonly #timer: NodeJS.Timeout;
  #line: LogLine;
  headers: readonly NotedHeader[];
  #pending = '';

  /** `write` gets whole lines as binary strings; it is called synchronously and should hand them on without blocking. */
  constructor(line: LogLine, write: (lines: string) => void) {
    this.#line = line;
    this.headers = neededBy(line);
    this.#write = write;
    this.#timer = setInterval(() => this.flush(), FLUSH_INTERVAL_MS);
    this.#timer.unref();
  }

  /** How lines look from now on. */
  use(line: LogLine): void {
    this.#line = line;
    this.headers = neededBy(line);
  }

  record(record: RequestRecord): void {
    this.#pending += this.#line.write(record);
    if (this.#pending.length >= FLUSH_BYTES) this.flush();
  }

  flush(): void {
    if (this.#pending === '') return;
    const lines = this.#pending;
    this.#pending = '';
    this.#write(lines);
  }

  /** Writes what is left and stops the timer. */
  close(): void {
    clearInterval(this.#timer);
    this.flush();
  }
}

function neededBy({ headers, user }: LogLine): readonly NotedHeader[] {
  return (user ? [...headers, 'authorization'] : headers).map((name) => ({ name, id: idOfName(name) }));
}
