import type { Reader } from './reader.ts';

/** The options that a pattern can set for a part of itself (pcre2pattern, "Internal option setting"). */
export interface Flags {
  /** i */
  readonly ignoreCase: boolean;
  /** m */
  readonly multiline: boolean;
  /** s */
  readonly dotAll: boolean;
  /** x, and xx for classes too */
  readonly extended: boolean;
  readonly extendedClass: boolean;
  /** n: plain parentheses do not capture */
  readonly noCapture: boolean;
  /** U: quantifiers are lazy, and greedy with `?` */
  readonly lazy: boolean;
}

export function initialFlags(ignoreCase: boolean): Flags {
  return { ignoreCase, multiline: false, dotAll: false, extended: false, extendedClass: false, noCapture: false, lazy: false };
}

const NAMES: Readonly<Record<string, keyof Flags>> = {
  i: 'ignoreCase',
  m: 'multiline',
  s: 'dotAll',
  x: 'extended',
  n: 'noCapture',
  U: 'lazy',
};

/** Reads the letters of `(?i-s)` or `(?i-s:`, up to what ends them. */
export function readFlags(reader: Reader, flags: Flags): Flags {
  const at = reader.position;
  const next: Record<keyof Flags, boolean> = reader.eat('^')
    ? { ...flags, ignoreCase: false, multiline: false, dotAll: false, extended: false, extendedClass: false, noCapture: false }
    : { ...flags };
  const caret = reader.position > at;
  let on = true;
  for (let letter = reader.peek(); letter !== ')' && letter !== ':'; letter = reader.peek()) {
    if (reader.done) reader.fail('the parenthesis is not closed', at);
    if (letter === '-' && on && !caret) on = false;
    else setFlag(reader, next, on);
    if (letter === '-') reader.take();
  }
  return next;
}

function setFlag(reader: Reader, flags: Record<keyof Flags, boolean>, on: boolean): void {
  const letter = reader.peek();
  const name = Object.hasOwn(NAMES, letter) ? NAMES[letter] : undefined;
  if (name === undefined) reader.fail(letter === '-' ? 'a second hyphen in an option setting' : `the option ${letter} is not supported`);
  reader.take();
  flags[name] = on;
  if (name === 'extended') flags.extendedClass = reader.eat('x') && on;
}
