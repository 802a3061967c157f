import type { LogFields, Logger } from '@sluice/core';
import type { ErrorLogLine } from './error-log-line.ts';

/** Lines of one kind that are told within one window; the rest is counted. */
const SAME_LINES = 5;
/** Lines of all kinds that are told within one window. */
const ALL_LINES = 100;
const WINDOW_MS = 10_000;

type Level = 'error' | 'warn' | 'info';

/** What nginx finds wrong with itself is an error; what it finds wrong with clients and endpoints is a warning. */
const LEVELS: Readonly<Record<string, Level>> = { emerg: 'error', alert: 'error', crit: 'error', error: 'warn', warn: 'warn' };

/** The notices that an operator wants to know: somebody else stops or reopens nginx. */
const NOTABLE = /^signal \d+ \(SIG(?:TERM|QUIT|INT|USR2|WINCH)\) received from (\d+)/;

/** What workers say when connections that they have are cut. Whoever cuts them tells how many those were. */
const CUT = /^(?:open socket #\d+ left in connection \d+|aborting)$/;

/** Tells lines of nginx to the logger, and counts those that repeat too often. */
export class LineTeller {
  readonly #logger: Logger;
  readonly #nowMs: () => number;
  #windowStartMs = 0;
  #told = 0;
  readonly #kinds = new Map<string, { count: number; readonly level: Level; readonly text: string }>();

  constructor(logger: Logger, nowMs: () => number = Date.now) {
    this.#logger = logger;
    this.#nowMs = nowMs;
  }

  tell(line: ErrorLogLine): void {
    const level = levelOf(line);
    if (level === undefined) return;
    if (this.#nowMs() - this.#windowStartMs >= WINDOW_MS) this.finish();
    const kind = `${line.level} ${line.text.replace(/"[^"]*"|\d+/g, '#')}`;
    const seen = this.#kinds.get(kind) ?? { count: 0, level, text: line.text };
    // Clients decide what many lines look like: there are never more kinds than lines that can be told.
    if (this.#kinds.size >= 2 * ALL_LINES && seen.count === 0) return;
    seen.count++;
    this.#kinds.set(kind, seen);
    if (seen.count > SAME_LINES || this.#told >= ALL_LINES) return;
    this.#told++;
    this.#logger[level]('nginx reported', fieldsOf(line));
  }

  /** Tells that a part of the log was not read. */
  skipped(bytes: number): void {
    this.#logger.warn('a part of the error log of nginx is left out', { bytes });
  }

  /** Ends the window: tells how many lines were left out. */
  finish(): void {
    this.#windowStartMs = this.#nowMs();
    this.#told = 0;
    for (const { count, level, text } of this.#kinds.values())
      if (count > SAME_LINES) this.#logger[level]('nginx reported more of the same', { text, similarLines: count - SAME_LINES });
    this.#kinds.clear();
  }
}

function levelOf({ level, text }: ErrorLogLine): Level | undefined {
  if (level === 'alert' && CUT.test(text)) return undefined;
  if (level !== 'notice') return LEVELS[level];
  const from = NOTABLE.exec(text)?.[1];
  return from === undefined || Number(from) === process.pid ? undefined : 'info';
}

/** `severity` is what nginx calls it: a field `level` would be there twice, as loggers write their own. */
function fieldsOf({ level, pid, connection, text, facts }: ErrorLogLine): LogFields {
  return { severity: level, pid, ...(connection !== undefined && { connection }), text, ...facts };
}
