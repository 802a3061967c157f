import { complement, emptySet, escapedSets, foldCase, posixSets, setOf, union } from './char-set.ts';
import type { CharSet } from './char-set.ts';
import { readEscapedByte } from './escape-parser.ts';
import type { PatternSource } from './pattern-source.ts';

const BACKSPACE = 0x08;

/** Reads a bracketed class, the opening bracket being taken. A closing bracket in first place stands for itself, as in PCRE. */
export function parseClass(source: PatternSource, ignoreCase: boolean): CharSet {
  const set = emptySet();
  const negated = source.takeIf('^');
  for (let first = true; first || source.next !== ']'; first = false) {
    if (source.done) source.fail('a missing ]');
    addItem(source, set);
  }
  source.take();
  const folded = ignoreCase ? foldCase(set) : set;
  return negated ? complement(folded) : folded;
}

function addItem(source: PatternSource, set: CharSet): void {
  const low = readAtom(source);
  if (typeof low !== 'number') {
    union(set, low);
    return;
  }
  const range = source.takeMatch(/-(?!\])/y);
  if (range === undefined) {
    set[low] = 1;
    return;
  }
  const high = readAtom(source);
  if (typeof high !== 'number') {
    // A hyphen before a class is a hyphen.
    union(set, setOf([low, low], [0x2d, 0x2d]));
    union(set, high);
  } else {
    if (high < low) source.fail('a range out of order');
    union(set, setOf([low, high]));
  }
}

/** One byte, or the set that a named class or an escaped letter stands for. */
function readAtom(source: PatternSource): number | CharSet {
  const posix = source.takeMatch(/\[:(\^?)([a-z]+):\]/y);
  if (posix !== undefined) return namedSet(source, posix[2] ?? '', posix[1] === '^');
  if (source.done) source.fail('a missing ]');
  const char = source.take();
  if (char === '\\') return readEscape(source);
  return char.charCodeAt(0) <= 0x7f ? char.charCodeAt(0) : source.fail('a character beyond ASCII inside [ ]');
}

function namedSet(source: PatternSource, name: string, negated: boolean): CharSet {
  const named = posixSets[name] ?? source.fail(`an unknown class [:${name}:]`);
  return negated ? complement(named) : named;
}

function readEscape(source: PatternSource): number | CharSet {
  if (source.done) source.fail('a backslash with nothing after it');
  const octal = source.takeMatch(/[1-7][0-7]{0,2}/y);
  if (octal !== undefined) return Number.parseInt(octal[0], 8) & 0xff;
  const byte = readEscapedByte(source);
  if (byte !== undefined) return byte;
  const letter = source.take();
  if (letter === 'b') return BACKSPACE;
  return escapedSets[letter] ?? source.fail(`\\${letter} inside [ ]`);
}
