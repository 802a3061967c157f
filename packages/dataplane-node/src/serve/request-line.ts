import { SPACE, targetByte, tokenByte } from './byte-classes.ts';
import { beginsLike, digitAt, INCOMPLETE, MALFORMED, skipClass, skipLineEnd } from './line-scanner.ts';

const VERSION_PREFIX = Buffer.from('HTTP/');
const DOT = 0x2e;
const MAJOR_AT = 5;
const MINOR_AT = 7;
const VERSION_LENGTH = 8;

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
   * Scans `method SP target SP HTTP/x.y CRLF` (RFC 9112 section 3). Returns the index after it, INCOMPLETE, or the
   * negative status to refuse it with. HTTP/0.9, without a version, is malformed.
   */
  scan(bytes: Buffer, start: number, end: number): number {
    this.start = start;
    this.methodEnd = skipClass(tokenByte, bytes, start, end);
    const afterMethod = skipSpace(bytes, start, this.methodEnd, end);
    if (afterMethod < 0) return afterMethod;
    this.targetStart = afterMethod;
    this.targetEnd = skipClass(targetByte, bytes, afterMethod, end);
    const afterTarget = skipSpace(bytes, afterMethod, this.targetEnd, end);
    return afterTarget < 0 ? afterTarget : this.#version(bytes, afterTarget, end);
  }

  #version(bytes: Buffer, start: number, end: number): number {
    if (!beginsLike(VERSION_PREFIX, bytes, start, end)) return MALFORMED;
    if (end - start < VERSION_LENGTH) return INCOMPLETE;
    const major = digitAt(bytes, start + MAJOR_AT);
    const minor = digitAt(bytes, start + MINOR_AT);
    if (bytes[start + MAJOR_AT + 1] !== DOT || major < 1 || minor < 0) return MALFORMED;
    const next = skipLineEnd(bytes, start + VERSION_LENGTH, end);
    if (next < 0) return next;
    this.minor = Math.min(minor, 1);
    return major === 1 ? next : UNSUPPORTED_VERSION;
  }
}

/** The index after the one blank that must follow the part from `start` to `at`, which must not be empty. */
function skipSpace(bytes: Buffer, start: number, at: number, end: number): number {
  if (at === end) return INCOMPLETE;
  return bytes[at] === SPACE && at > start ? at + 1 : MALFORMED;
}
