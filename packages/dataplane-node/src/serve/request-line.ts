import { CR, LF, SPACE, targetByte, tokenByte } from './byte-classes.ts';
import { INCOMPLETE, MALFORMED } from './field-scanner.ts';

const VERSION_LENGTH = 'HTTP/1.1'.length;
const VERSION_PREFIX = Buffer.from('HTTP/');
const ZERO = 0x30;
const DOT = 0x2e;

/** A major version that this server does not speak (RFC 9110 section 15.6.6). */
export const UNSUPPORTED_VERSION = -505;

/** Offsets of the parts of a request line. Reused from request to request. */
export class RequestLine {
  start = 0;
  methodEnd = 0;
  targetStart = 0;
  targetEnd = 0;
  /** 0 or 1; higher minor versions count as 1 (RFC 9110 section 2.5). */
  minor = 1;

  /**
   * Scans `method SP target SP HTTP/x.y CRLF` (RFC 9112 section 3). Returns the index after it, or a negative answer as
   * `scanFields` gives it. HTTP/0.9, without a version, is malformed.
   */
  scan(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && tokenByte[bytes[at] ?? 0] === 1) at++;
    if (at >= end) return INCOMPLETE;
    if (bytes[at] !== SPACE || at === start) return MALFORMED;
    this.start = start;
    this.methodEnd = at++;
    this.targetStart = at;
    while (at < end && targetByte[bytes[at] ?? 0] === 1) at++;
    if (at >= end) return INCOMPLETE;
    if (bytes[at] !== SPACE || at === this.targetStart) return MALFORMED;
    this.targetEnd = at;
    return this.#version(bytes, at + 1, end);
  }

  #version(bytes: Buffer, start: number, end: number): number {
    const known = Math.min(end - start, VERSION_PREFIX.length);
    for (let index = 0; index < known; index++) if (bytes[start + index] !== VERSION_PREFIX[index]) return MALFORMED;
    if (end - start < VERSION_LENGTH + 2) return INCOMPLETE;
    const major = (bytes[start + 5] ?? 0) - ZERO;
    const minor = (bytes[start + 7] ?? 0) - ZERO;
    if (bytes[start + 6] !== DOT || !isDigit(major) || !isDigit(minor)) return MALFORMED;
    if (bytes[start + VERSION_LENGTH] !== CR || bytes[start + VERSION_LENGTH + 1] !== LF) return MALFORMED;
    if (major !== 1) return major === 0 ? MALFORMED : UNSUPPORTED_VERSION;
    this.minor = Math.min(minor, 1);
    return start + VERSION_LENGTH + 2;
  }
}

function isDigit(value: number): boolean {
  return value >= 0 && value <= 9;
}
