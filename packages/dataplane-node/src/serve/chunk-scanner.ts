import { COLON, CR, LF, SPACE, TAB, tokenByte, valueByte } from './byte-classes.ts';

const SEMICOLON = 0x3b;

/** Bytes of chunk extensions and trailers in one body; more is refused, nobody needs them and they cost us to read. */
const MAX_EXTRA_BYTES = 16_384;

/** The chunked framing of a body is broken (RFC 9112 section 7.1). */
export const BROKEN = -1;

const state = {
  sizeStart: 0,
  size: 1,
  extension: 2,
  sizeEnd: 3,
  data: 4,
  dataCr: 5,
  dataLf: 6,
  trailerStart: 7,
  trailerName: 8,
  trailerValue: 9,
  trailerLf: 10,
  lastLf: 11,
  done: 12,
  blank: 13,
} as const;

/**
 * What of a chunked body is passed on: all of it, all but the trailer section, or only the data without the framing. What
 * is passed is moved together in place.
 */
export type PassedParts = 'all' | 'no-trailers' | 'data';

/** Follows chunked framing byte by byte, strictly: what one side takes for the end of a body must be what the other does. */
export class ChunkScanner {
  #state: number = state.done;
  #left = 0;
  #extraBytes = 0;
  /** Sum of the sizes of all chunks that have begun. */
  announcedBytes = 0;
  #parts: PassedParts = 'all';
  /** Unless everything is passed on: where what is passed of the last `scan` ends in its buffer. */
  dataEnd = 0;

  start(parts: PassedParts): void {
    this.#state = state.sizeStart;
    this.#left = 0;
    this.#extraBytes = 0;
    this.announcedBytes = 0;
    this.#parts = parts;
  }

  get done(): boolean {
    return this.#state === state.done;
  }

  /** Goes on from `start`. Returns the index after the last byte of the body, `end` when it goes on, or BROKEN. */
  scan(bytes: Buffer, start: number, end: number): number {
    let at = start;
    this.dataEnd = start;
    while (at < end && this.#state !== state.done) {
      if (this.#state === state.data) {
        at = this.#data(bytes, at, end);
      } else {
        const byte = bytes[at++] ?? 0;
        const next = this.#next(byte);
        if (next < 0) return BROKEN;
        if (this.#parts === 'no-trailers' && next !== state.trailerName && !inTrailer(this.#state)) bytes[this.dataEnd++] = byte;
        this.#state = next;
      }
    }
    return at;
  }

  #data(bytes: Buffer, at: number, end: number): number {
    const count = Math.min(this.#left, end - at);
    if (this.#parts !== 'all') {
      if (this.dataEnd !== at) bytes.copyWithin(this.dataEnd, at, at + count);
      this.dataEnd += count;
    }
    this.#left -= count;
    if (this.#left === 0) this.#state = state.dataCr;
    return at + count;
  }

  #next(byte: number): number {
    switch (this.#state) {
      case state.sizeStart:
      case state.size:
        return this.#size(byte);
      case state.blank:
        return this.#padding(byte);
      case state.extension:
        return this.#extra(byte, state.extension, state.sizeEnd);
      case state.sizeEnd:
        return this.#afterSize(byte);
      case state.dataCr:
      case state.dataLf:
        return this.#dataEnd(byte);
      default:
        return this.#trailer(byte);
    }
  }

  #afterSize(byte: number): number {
    if (byte !== LF) return BROKEN;
    this.announcedBytes += this.#left;
    return this.#left === 0 ? state.trailerStart : state.data;
  }

  #dataEnd(byte: number): number {
    if (this.#state === state.dataCr) return byte === CR ? state.dataLf : BROKEN;
    return byte === LF ? state.sizeStart : BROKEN;
  }

  #size(byte: number): number {
    const digit = hexValue(byte);
    if (digit >= 0) {
      this.#left = this.#left * 16 + digit;
      if (digit === 0 && this.#left === 0 && ++this.#extraBytes > MAX_EXTRA_BYTES) return BROKEN;
      return this.#left <= Number.MAX_SAFE_INTEGER / 16 ? state.size : BROKEN;
    }
    if (this.#state === state.sizeStart) return BROKEN;
    return this.#padding(byte);
  }

  /** Some servers pad the size with blanks; nothing but an extension may follow them. */
  #padding(byte: number): number {
    if (byte === CR) return state.sizeEnd;
    if (byte === SEMICOLON) return state.extension;
    return (byte === SPACE || byte === TAB) && ++this.#extraBytes <= MAX_EXTRA_BYTES ? state.blank : BROKEN;
  }

  #extra(byte: number, same: number, end: number): number {
    if (byte === CR) return end;
    return valueByte[byte] === 1 && ++this.#extraBytes <= MAX_EXTRA_BYTES ? same : BROKEN;
  }

  #trailer(byte: number): number {
    switch (this.#state) {
      case state.trailerStart:
        return byte === CR ? state.lastLf : this.#trailerName(byte);
      case state.trailerName:
        return byte === COLON ? state.trailerValue : this.#trailerName(byte);
      case state.trailerValue:
        return this.#extra(byte, state.trailerValue, state.trailerLf);
      case state.trailerLf:
        return byte === LF ? state.trailerStart : BROKEN;
      case state.lastLf:
        return byte === LF ? state.done : BROKEN;
      default:
        return BROKEN;
    }
  }

  #trailerName(byte: number): number {
    return tokenByte[byte] === 1 && ++this.#extraBytes <= MAX_EXTRA_BYTES ? state.trailerName : BROKEN;
  }
}

function inTrailer(current: number): boolean {
  return current === state.trailerName || current === state.trailerValue || current === state.trailerLf;
}

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
