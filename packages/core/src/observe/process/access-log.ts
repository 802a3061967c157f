import type { Logger } from '../logger.ts';
import { FileTail } from './file-tail.ts';

/** Passes the lines of the access log on. */
export class AccessLog {
  readonly #tail: FileTail;

  /** `write` gets whole lines, as binary strings. */
  constructor(path: string, write: (lines: string) => void, logger: Logger) {
    let rest = '';
    this.#tail = new FileTail(path, {
      take: (text) => {
        const end = text.lastIndexOf('\n') + 1;
        if (end > 0) write(rest + text.slice(0, end));
        rest = end > 0 ? text.slice(end) : rest + text;
      },
      skipped: (bytes) => {
        rest = '';
        logger.warn('a part of the access log is left out', { bytes });
      },
    });
  }

  start(): Promise<void> {
    return this.#tail.start();
  }

  stop(): Promise<void> {
    return this.#tail.stop();
  }
}
