import type { PatternSource } from './pattern-source.ts';

const CONTROLS: Readonly<Record<string, number>> = { a: 0x07, e: 0x1b, f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09 };

/**
 * Reads what follows a backslash when it stands for one byte: control letters, `\cX`, octal and hexadecimal codes, and every
 * character that is neither letter nor digit. Undefined, with nothing taken, for other letters and digits.
 */
export function readEscapedByte(source: PatternSource): number | undefined {
  const control = CONTROLS[source.next];
  if (control !== undefined) {
    source.take();
    return control;
  }
  const code = readCode(source);
  if (code !== undefined) return inRange(source, code);
  const letter = source.takeMatch(/c([\x21-\x7e])/y)?.[1];
  if (letter !== undefined) return letter.toUpperCase().charCodeAt(0) ^ 0x40;
  if (/[A-Za-z0-9]/.test(source.next)) return undefined;
  return inRange(source, source.take().charCodeAt(0));
}

/** A character given by its hexadecimal or octal number. */
function readCode(source: PatternSource): number | undefined {
  const hex = source.takeMatch(/x(?:\{([0-9a-fA-F]*)\}|([0-9a-fA-F]{0,2}))/y);
  if (hex !== undefined) return Number.parseInt(hex[1] ?? hex[2] ?? '', 16) || 0;
  const octal = source.takeMatch(/o\{([0-7]+)\}|(0[0-7]{0,2})/y);
  return octal === undefined ? undefined : Number.parseInt(octal[1] ?? octal[2] ?? '0', 8);
}

function inRange(source: PatternSource, code: number): number {
  return code <= 0xff ? code : source.fail('a character code beyond 255');
}
