import { BROKEN, ChunkScanner } from './chunk-scanner.ts';

const kind = { length: 0, chunked: 1, untilClose: 2 } as const;

/** Follows one message body through the buffers that it arrives in, to know where it ends. Reused from body to body. */
export class BodyReader {
  readonly #chunks = new ChunkScanner();
  #kind: number = kind.length;
  #left = 0;
  #decoding = false;
  /** Where the bytes to pass on end after `take`; differs from its result only when chunked framing is taken off. */
  dataEnd = 0;

  /** A body of this many bytes; 0 for none. */
  startLength(bytes: number): void {
    this.#kind = kind.length;
    this.#left = bytes;
    this.#decoding = false;
  }

  /** A chunked body; `decoding` takes the framing off. */
  startChunked(decoding: boolean): void {
    this.#kind = kind.chunked;
    this.#decoding = decoding;
    this.#chunks.start(decoding);
  }

  /** A body that ends where the connection does (RFC 9112 section 6.3, rule 8). */
  startUntilClose(): void {
    this.#kind = kind.untilClose;
    this.#decoding = false;
  }

  get done(): boolean {
    if (this.#kind === kind.length) return this.#left === 0;
    return this.#kind === kind.chunked && this.#chunks.done;
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
    this.dataEnd = this.#decoding ? this.#chunks.dataEnd : next;
    return next;
  }
}
