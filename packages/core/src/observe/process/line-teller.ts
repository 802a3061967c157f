import type { LogFields, Logger } from '../logger.ts';

/** Lines of one kind that are told within one window; the rest is counted. */
const SAME_LINES = 5;
/** Lines of all kinds that are told within one window. */
const ALL_LINES = 100;
const WINDOW_MS = 10_000;

/** A line that a proxy wrote. */
export interface ToldLine {
  readonly level: keyof Logger;
  /** What happened; lines that differ in numbers and in what is quoted alone are of one kind. */
  readonly text: string;
  /** `text`, and what else is known. */
  readonly fields: LogFields;
}

/** Tells lines of a proxy to the logger, and counts those that repeat too often. */
export class LineTeller {
  readonly #program: string;
  readonly #logger: Logger;
  readonly #nowMs: () => number;
  #windowStartMs = 0;
  #told = 0;
  readonly #kinds = new Map<string, { count: number; readonly level: keyof Logger; readonly text: string }>();

  constructor(program: string, logger: Logger, nowMs: () => number = Date.now) {
    this.#program = program;
    this.#logger = logger;
    this.#nowMs = nowMs;
  }

  tell({ level, text, fields }: ToldLine): void {
    if (this.#nowMs() - this.#windowStartMs >= WINDOW_MS) this.finish();
    const kind = `${level} ${text.replace(/"[^"]*"|\d+/g, '#')}`;
    const seen = this.#kinds.get(kind) ?? { count: 0, level, text };
    // Clients decide what many lines look like: there are never more kinds than lines that can be told.
    if (this.#kinds.size >= 2 * ALL_LINES && seen.count === 0) return;
    seen.count++;
    this.#kinds.set(kind, seen);
    if (seen.count > SAME_LINES || this.#told >= ALL_LINES) return;
    this.#told++;
    this.#logger[level](`${this.#program} reported`, fields);
  }

  /** Tells that a part of the log was not read. */
  skipped(bytes: number): void {
    this.#logger.warn(`a part of the error log of ${this.#program} is left out`, { bytes });
  }

  /** Ends the window: tells how many lines were left out. */
  finish(): void {
    this.#windowStartMs = this.#nowMs();
    this.#told = 0;
    for (const { count, level, text } of this.#kinds.values())
      if (count > SAME_LINES) this.#logger[level](`${this.#program} reported more of the same`, { text, similarLines: count - SAME_LINES });
    this.#kinds.clear();
  }
}
