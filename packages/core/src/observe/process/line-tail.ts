import { FileTail } from './file-tail.ts';

/** Some seconds of a busy proxy. */
const MOST_BEHIND_BYTES = 64 * 1024 * 1024;

/** Passes the whole lines of a file on that a proxy writes for each request. */
export class LineTail {
  readonly #tail: FileTail;

  /** `write` gets whole lines, as binary strings; `skipped` learns of bytes that are left out because there are too many. */
  constructor(path: string, write: (lines: string) => void, skipped: (bytes: number) => void) {
    let rest = '';
    let isCut = false;
    const take = (read: string): void => {
      const text = isCut ? read.slice(read.indexOf('\n') + 1 || read.length) : read;
      isCut &&= !read.includes('\n');
      const end = text.lastIndexOf('\n') + 1;
      if (end > 0) write(rest + text.slice(0, end));
      rest = end > 0 ? text.slice(end) : rest + text;
    };
    const leaveOut = (bytes: number): void => {
      rest = '';
      isCut = true;
      skipped(bytes);
    };
    this.#tail = new FileTail(path, { take, skipped: leaveOut }, MOST_BEHIND_BYTES);
  }

  start(): Promise<void> {
    return this.#tail.start();
  }

  /** Reads what is new. Whole lines are passed on when this resolves. */
  look(): Promise<void> {
    return this.#tail.look();
  }

  stop(): Promise<void> {
    return this.#tail.stop();
  }
}
