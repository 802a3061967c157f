import { blankByte, COLON, CR, tokenByte, valueByte } from './byte-classes.ts';
import type { HeadFields } from './head-fields.ts';
import { classifyName } from './header-table.ts';
import { INCOMPLETE, MALFORMED, skipClass, skipLineEnd, trimBlanks } from './line-scanner.ts';

/** More header lines than anybody needs. */
export const TOO_MANY_FIELDS = -431;

/**
 * Scans header lines from `at` up to the blank line. Returns the index after the blank line, INCOMPLETE, or the status to
 * refuse the head with, negative. Strict (RFC 9112 section 5): no blank before the colon, no folded lines, no control
 * characters, no bare LF.
 */
export function scanFields(bytes: Buffer, at: number, end: number, fields: HeadFields): number {
  fields.clear();
  let next = at;
  while (next < end && bytes[next] !== CR) {
    if (fields.full) return TOO_MANY_FIELDS;
    next = scanLine(bytes, next, end, fields);
    if (next < 0) return next;
  }
  fields.nameStart[fields.count] = next;
  return skipLineEnd(bytes, next, end);
}

function scanLine(bytes: Buffer, start: number, end: number, fields: HeadFields): number {
  const nameEnd = skipClass(tokenByte, bytes, start, end);
  if (nameEnd === end) return INCOMPLETE;
  if (bytes[nameEnd] !== COLON || nameEnd === start) return MALFORMED;
  const valueStart = skipClass(blankByte, bytes, nameEnd + 1, end);
  const lineEnd = skipClass(valueByte, bytes, valueStart, end);
  const next = skipLineEnd(bytes, lineEnd, end);
  if (next < 0) return next;
  fields.id[fields.count] = classifyName(bytes, start, nameEnd);
  fields.add(start, nameEnd, valueStart, trimBlanks(bytes, valueStart, lineEnd));
  return next;
}
