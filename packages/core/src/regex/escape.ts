import type { ByteSet } from './byte-set.ts';
import { GENERIC_TYPES } from './byte-set.ts';
import type { Reader } from './reader.ts';

/** What an escape that is the same inside and outside a class stands for: a set, or one byte. */
export type Escape = { readonly set: ByteSet } | { readonly byte: number };

const CONTROLS: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 };

/**
 * Reads an escape after its backslash: a generic type, or a byte by name or number (pcre2pattern, "Backslash"). Undefined for a
 * letter that has another meaning, which then is still to be read.
 */
export function readEscape(reader: Reader): Escape | undefined {
  if (reader.done) reader.fail('\\ at the end of the pattern has nothing to escape', reader.position - 1);
  const char = reader.peek();
  if (!/[A-Za-z0-9]/.test(char)) return { byte: reader.take().charCodeAt(0) };
  const set = Object.hasOwn(GENERIC_TYPES, char) ? GENERIC_TYPES[char] : undefined;
  const control = Object.hasOwn(CONTROLS, char) ? CONTROLS[char] : undefined;
  if (set === undefined && control === undefined) return readNumbered(reader, char);
  reader.take();
  return set === undefined ? { byte: control ?? 0 } : { set };
}

function readNumbered(reader: Reader, char: string): Escape | undefined {
  switch (char) {
    case 'x':
      return { byte: readHex(reader) };
    case 'o':
      return { byte: readBracedOctal(reader) };
    case 'c':
      return { byte: readControl(reader) };
    case '0':
      return { byte: readOctal(reader) };
    default:
      return undefined;
  }
}

function readHex(reader: Reader): number {
  const at = reader.position - 1;
  if (!reader.eat('x{')) return Number.parseInt(reader.eatMatch(/x([0-9A-Fa-f]{0,2})/y)?.[1] || '0', 16);
  const digits = reader.eatMatch(/([0-9A-Fa-f]+)\}/y)?.[1];
  if (digits === undefined) reader.fail('\\x{ is not followed by hexadecimal digits and }', at);
  return asByte(reader, Number.parseInt(digits, 16), at);
}

function readBracedOctal(reader: Reader): number {
  const at = reader.position - 1;
  const digits = reader.eatMatch(/o\{([0-7]+)\}/y)?.[1];
  if (digits === undefined) reader.fail('\\o is not followed by octal digits in braces', at);
  return asByte(reader, Number.parseInt(digits, 8), at);
}

/** Reads up to three octal digits, the first of which comes next. */
export function readOctal(reader: Reader): number {
  const at = reader.position - 1;
  return asByte(reader, Number.parseInt(reader.eatMatch(/[0-7]{1,3}/y)?.[0] ?? '0', 8), at);
}

function readControl(reader: Reader): number {
  const at = reader.position - 1;
  const char = reader.eatMatch(/c([ -~])/y)?.[1];
  if (char === undefined) reader.fail('\\c is not followed by a printable ASCII character', at);
  return char.toUpperCase().charCodeAt(0) ^ 0x40;
}

function asByte(reader: Reader, code: number, at: number): number {
  if (code > 255) reader.fail('a character code above 255 can never match, because paths are matched as bytes', at);
  return code;
}
