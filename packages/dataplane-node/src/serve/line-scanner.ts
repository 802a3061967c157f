import { blankByte, CR, LF } from './byte-classes.ts';

/** The head goes on after the last byte received. */
export const INCOMPLETE = -1;
/** Not HTTP as RFC 9112 has it. Negative answers below INCOMPLETE are the status to refuse a request with. */
export const MALFORMED = -400;

/** The index of the first byte from `at` that is not of this class (byte-classes.ts), or `end`. */
export function skipClass(classes: Uint8Array, bytes: Buffer, at: number, end: number): number {
  let next = at;
  while (next < end && classes[bytes[next] ?? 0] === 1) next++;
  return next;
}

/** The index after the last byte before `end` that is not a blank, at least `start`. */
export function trimBlanks(bytes: Buffer, start: number, end: number): number {
  let last = end;
  while (last > start && blankByte[bytes[last - 1] ?? 0] === 1) last--;
  return last;
}

/** The index after the CRLF that must be at `at`; INCOMPLETE or MALFORMED otherwise. A bare LF is malformed. */
export function skipLineEnd(bytes: Buffer, at: number, end: number): number {
  if (at >= end) return INCOMPLETE;
  if (bytes[at] !== CR) return MALFORMED;
  if (at + 1 === end) return INCOMPLETE;
  return bytes[at + 1] === LF ? at + 2 : MALFORMED;
}

/** Whether the bytes from `start` are a beginning of `prefix`, as far as they go. */
export function beginsLike(prefix: Buffer, bytes: Buffer, start: number, end: number): boolean {
  const known = Math.min(end - start, prefix.length);
  for (let index = 0; index < known; index++) if (bytes[start + index] !== prefix[index]) return false;
  return true;
}

/** The value of an ASCII digit, or -1. */
export function digitAt(bytes: Buffer, at: number): number {
  const value = (bytes[at] ?? 0) - 0x30;
  return value >= 0 && value <= 9 ? value : -1;
}
