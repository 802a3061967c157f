import { COLON, CR, LF, SPACE, TAB, tokenByte, valueByte } from './byte-classes.ts';
import type { HeadFields } from './head-fields.ts';
import { classifyName } from './header-table.ts';

/** The head goes on after the last byte received. */
export const INCOMPLETE = -1;
/** Not a head as RFC 9112 section 5 has it: bad name, blank before the colon, folded line, control character, bare LF. */
export const MALFORMED = -400;
/** More header lines than anybody needs. */
export const TOO_MANY_FIELDS = -431;

/**
 * Scans header lines from `at` up to the blank line. Returns the index after the blank line, or one of the negative
 * constants above; negative answers below -1 are the HTTP status to refuse a request with.
 */
export function scanFields(bytes: Buffer, at: number, end: number, fields: HeadFields): number {
  fields.clear();
  let next = at;
  for (;;) {
    if (next + 1 >= end) return next < end && bytes[next] !== CR && tokenByte[bytes[next] ?? 0] !== 1 ? MALFORMED : INCOMPLETE;
    if (bytes[next] === CR) break;
    if (fields.full) return TOO_MANY_FIELDS;
    next = scanLine(bytes, next, end, fields);
    if (next < 0) return next;
  }
  if (bytes[next + 1] !== LF) return MALFORMED;
  fields.nameStart[fields.count] = next;
  return next + 2;
}

function scanLine(bytes: Buffer, start: number, end: number, fields: HeadFields): number {
  let at = start;
  while (at < end && tokenByte[bytes[at] ?? 0] === 1) at++;
  if (at >= end) return INCOMPLETE;
  if (bytes[at] !== COLON || at === start) return MALFORMED;
  const nameEnd = at++;
  while (at < end && isBlank(bytes[at])) at++;
  const valueStart = at;
  while (at < end && valueByte[bytes[at] ?? 0] === 1) at++;
  if (at + 1 >= end) return at < end && bytes[at] !== CR ? MALFORMED : INCOMPLETE;
  if (bytes[at] !== CR || bytes[at + 1] !== LF) return MALFORMED;
  let valueEnd = at;
  while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1])) valueEnd--;
  fields.id[fields.count] = classifyName(bytes, start, nameEnd);
  fields.add(start, nameEnd, valueStart, valueEnd);
  return at + 2;
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}
