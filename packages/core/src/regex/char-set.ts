/** A set of bytes: 256 flags. */
export type CharSet = Uint8Array;

const SIZE = 256;

export function emptySet(): CharSet {
  return new Uint8Array(SIZE);
}

export function setOf(...ranges: readonly (readonly [number, number])[]): CharSet {
  const set = emptySet();
  for (const [from, to] of ranges) set.fill(1, from, to + 1);
  return set;
}

export function singleton(code: number): CharSet {
  return setOf([code, code]);
}

export function complement(set: CharSet): CharSet {
  return set.map((flag) => 1 - flag);
}

export function union(into: CharSet, other: CharSet): void {
  for (let code = 0; code < SIZE; code++) if (other[code] === 1) into[code] = 1;
}

/** The set with both cases of every ASCII letter in it. */
export function foldCase(set: CharSet): CharSet {
  const folded = Uint8Array.from(set);
  for (let upper = 0x41; upper <= 0x5a; upper++) {
    const lower = upper + 0x20;
    if (set[upper] === 1 || set[lower] === 1) folded[upper] = folded[lower] = 1;
  }
  return folded;
}

/** The set as ranges of codes, ascending. */
export function rangesOf(set: CharSet): [number, number][] {
  const ranges: [number, number][] = [];
  for (let code = 0; code < SIZE; code++) {
    if (set[code] !== 1) continue;
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === code - 1) last[1] = code;
    else ranges.push([code, code]);
  }
  return ranges;
}

const digit = setOf([0x30, 0x39]);
const word = setOf([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]);
const space = setOf([0x09, 0x0d], [0x20, 0x20]);
const horizontal = setOf([0x09, 0x09], [0x20, 0x20], [0xa0, 0xa0]);
const vertical = setOf([0x0a, 0x0d], [0x85, 0x85]);
const lineFeed = singleton(0x0a);

/** The sets that an escaped letter stands for (PCRE2, bytes, C locale). */
export const escapedSets: Readonly<Record<string, CharSet>> = {
  d: digit,
  D: complement(digit),
  w: word,
  W: complement(word),
  s: space,
  S: complement(space),
  h: horizontal,
  H: complement(horizontal),
  v: vertical,
  V: complement(vertical),
  N: complement(lineFeed),
};

export const everything = setOf([0, 255]);
export const allButLineFeed = complement(lineFeed);

/** POSIX classes by name, as in `[[:alpha:]]`. */
export const posixSets: Readonly<Record<string, CharSet>> = {
  alpha: setOf([0x41, 0x5a], [0x61, 0x7a]),
  digit,
  alnum: setOf([0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a]),
  upper: setOf([0x41, 0x5a]),
  lower: setOf([0x61, 0x7a]),
  space,
  blank: setOf([0x09, 0x09], [0x20, 0x20]),
  punct: setOf([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]),
  print: setOf([0x20, 0x7e]),
  graph: setOf([0x21, 0x7e]),
  cntrl: setOf([0x00, 0x1f], [0x7f, 0x7f]),
  xdigit: setOf([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]),
  ascii: setOf([0x00, 0x7f]),
  word,
};
