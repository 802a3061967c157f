import type { LogLine, RequestRecord } from '@sluice/core';
import { ByteWriter } from './byte-writer.ts';
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

const BATCH_BYTES = 65_536;
/** Room for the line that makes a batch full. */
const SPARE_BYTES = 4_096;
const FLUSH_INTERVAL_MS = 500;

/**
 * Writes lines in batches: every half second, and as soon as 64 KiB have come together. Their pieces become bytes at
 * once: putting them together as strings first costs more than writing them.
 */
export class BatchedAccessLog implements AccessLog {
  readonly #write: (lines: Buffer) => void;
  readonly #timer: NodeJS.Timeout;
  #line: LogLine;
  headers: readonly NotedHeader[];
  #batch = emptyBatch();
  readonly #put = (piece: string): void => {
    this.#batch.reserve(piece.length);
    this.#batch.text(piece);
  };

  /** `write` gets whole lines, and the buffer to keep; it is called synchronously and should hand them on without blocking. */
  constructor(line: LogLine, write: (lines: Buffer) => void) {
    this.#line = line;
    this.headers = neededBy(line);
    this.#write = write;
    this.#timer = setInterval(() => this.flush(), FLUSH_INTERVAL_MS);
    this.#timer.unref();
  }

  /** From now on lines look so. */
  use(line: LogLine): void {
    this.#line = line;
    this.headers = neededBy(line);
  }

  record(record: RequestRecord): void {
    this.#line.write(record, this.#put);
    if (this.#batch.length >= BATCH_BYTES) this.flush();
  }

  flush(): void {
    if (this.#batch.length === 0) return;
    const lines = this.#batch.view();
    this.#batch = emptyBatch();
    this.#write(lines);
  }

  /** Writes what is left and stops the timer. */
  close(): void {
    clearInterval(this.#timer);
    this.flush();
  }
}

function emptyBatch(): ByteWriter {
  return new ByteWriter(BATCH_BYTES + SPARE_BYTES);
}

function neededBy({ headers, user }: LogLine): readonly NotedHeader[] {
  return (user ? [...headers, 'authorization'] : headers).map((name) => ({ name, id: idOfName(name) }));
}
