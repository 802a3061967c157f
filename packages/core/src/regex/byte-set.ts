/** A set of bytes: one cell for each, 1 for a member. nginx compiles location patterns without UTF mode, so an item matches one byte. */
export type ByteSet = Uint8Array;

type Range = readonly [first: number, last: number];

/** The set of all bytes in some ranges, both ends included. */
export function byteSet(...ranges: readonly Range[]): ByteSet {
  const set = new Uint8Array(256);
  for (const [first, last] of ranges) set.fill(1, first, last + 1);
  return set;
}

export function complement(set: ByteSet): ByteSet {
  return set.map((member) => 1 - member);
}

/** Adds the members of one set to another, in place. */
export function addAll(target: ByteSet, source: ByteSet): void {
  source.forEach((member, byte) => {
    if (member === 1) target[byte] = 1;
  });
}

/** The set with the other case of each ASCII letter. PCRE folds with the tables of the C locale, which know no other letters. */
export function foldCase(set: ByteSet): ByteSet {
  const folded = set.slice();
  for (let upper = 0x41; upper <= 0x5a; upper += 1) {
    const either = (set[upper] ?? 0) | (set[upper + 32] ?? 0);
    folded[upper] = either;
    folded[upper + 32] = either;
  }
  return folded;
}

export function areDisjoint(a: ByteSet, b: ByteSet): boolean {
  return !a.some((member, byte) => member === 1 && b[byte] === 1);
}

/** The members as ranges, in order. */
export function rangesOf(set: ByteSet): readonly Range[] {
  const ranges: [number, number][] = [];
  for (let byte = 0; byte < 256; byte += 1) {
    if (set[byte] !== 1) continue;
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === byte - 1) last[1] = byte;
    else ranges.push([byte, byte]);
  }
  return ranges;
}

const DIGIT = byteSet([0x30, 0x39]);
const WORD = byteSet([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]);
const SPACE = byteSet([0x09, 0x0d], [0x20, 0x20]);
const HORIZONTAL = byteSet([0x09, 0x09], [0x20, 0x20], [0xa0, 0xa0]);
const VERTICAL = byteSet([0x0a, 0x0d], [0x85, 0x85]);

export const ANY_BYTE = byteSet([0, 255]);
export const NOT_NEWLINE = complement(byteSet([0x0a, 0x0a]));
export const WORD_BYTE = WORD;

/** What the letter of an escape stands for (pcre2pattern, "Generic character types"): `d` for `\d`. */
export const GENERIC_TYPES: Readonly<Record<string, ByteSet>> = {
  d: DIGIT,
  D: complement(DIGIT),
  w: WORD,
  W: complement(WORD),
  s: SPACE,
  S: complement(SPACE),
  h: HORIZONTAL,
  H: complement(HORIZONTAL),
  v: VERTICAL,
  V: complement(VERTICAL),
};

/** The classes of POSIX in the C locale (pcre2pattern, "POSIX character classes"): `alpha` for `[:alpha:]`. */
export const POSIX_CLASSES: Readonly<Record<string, ByteSet>> = {
  alnum: byteSet([0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a]),
  alpha: byteSet([0x41, 0x5a], [0x61, 0x7a]),
  ascii: byteSet([0x00, 0x7f]),
  blank: byteSet([0x09, 0x09], [0x20, 0x20]),
  cntrl: byteSet([0x00, 0x1f], [0x7f, 0x7f]),
  digit: DIGIT,
  graph: byteSet([0x21, 0x7e]),
  lower: byteSet([0x61, 0x7a]),
  print: byteSet([0x20, 0x7e]),
  punct: byteSet([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]),
  space: SPACE,
  upper: byteSet([0x41, 0x5a]),
  word: WORD,
  xdigit: byteSet([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]),
};
