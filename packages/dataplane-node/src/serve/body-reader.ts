import { BROKEN, ChunkScanner } from './chunk-scanner.ts';
import type { PassedParts } from './chunk-scanner.ts';

const kind = { length: 0, chunked: 1, untilClose: 2 } as const;

/** Follows one message body through the buffers that it arrives in, to know where it ends. Reused from body to body. */
export class BodyReader {
  readonly #chunks = new ChunkScanner();
  #kind: number = kind.length;
  #left = 0;
  #parts: PassedParts = 'all';
  /** Where the bytes to pass on end after `take`; differs from its result when a part of a chunked body is not passed on. */
  dataEnd = 0;

  /** A body of this many bytes; 0 for none. */
  startLength(bytes: number): void {
    this.#kind = kind.length;
    this.#left = bytes;
    this.#parts = 'all';
  }

  /** A chunked body, of which these parts are passed on. */
  startChunked(parts: PassedParts): void {
    this.#kind = kind.chunked;
    this.#parts = parts;
    this.#chunks.start(parts);
  }

  /** A body that ends where the connection does (RFC 9112 section 6.3, rule 8). */
  startUntilClose(): void {
    this.#kind = kind.untilClose;
    this.#parts = 'all';
  }

  get done(): boolean {
    if (this.#kind === kind.length) return this.#left === 0;
    return this.#kind === kind.chunked && this.#chunks.done;
  }

  /** How many bytes a chunked body has had so far, those of the chunk that is arriving included; 0 for other bodies. */
  get announcedBytes(): number {
    return this.#kind === kind.chunked ? this.#chunks.announcedBytes : 0;
  }

  get untilClose(): boolean {
    return this.#kind === kind.untilClose;
  }

  /** How many bytes are known to be missing; Infinity when only the end will tell. */
  get missingBytes(): number {
    if (this.done) return 0;
    return this.#kind === kind.length ? this.#left : Infinity;
  }

  /** Takes what belongs to the body from `start`. Returns the index after it, or BROKEN (-1). */
  take(bytes: Buffer, start: number, end: number): number {
    let next = end;
    if (this.#kind === kind.length) {
      next = Math.min(end, start + this.#left);
      this.#left -= next - start;
    } else if (this.#kind === kind.chunked) {
      next = this.#chunks.scan(bytes, start, end);
      if (next === BROKEN) return BROKEN;
    }
    this.dataEnd = this.#parts === 'all' ? next : this.#chunks.dataEnd;
    return next;
  }
}
