import type { Node } from './ast.ts';
import { ANY_BYTE, NOT_NEWLINE, byteSet } from './byte-set.ts';
import type { Reader } from './reader.ts';

function byte(code: number): Node {
  return { kind: 'set', bytes: byteSet([code, code]) };
}

const CR_LF: Node = { kind: 'sequence', items: [byte(13), byte(10)] };
const LINE_BREAK: Node = { kind: 'set', bytes: byteSet([10, 13], [0x85, 0x85]) };

/** `\R`: a CR LF pair is never taken in part. */
const NEWLINE_SEQUENCE: Node = {
  kind: 'choice',
  options: [CR_LF, { kind: 'sequence', items: [{ kind: 'look', behind: 0, negative: true, body: CR_LF }, LINE_BREAK] }],
};

const MEANINGS: Readonly<Record<string, Node>> = {
  A: { kind: 'place', place: 'start' },
  z: { kind: 'place', place: 'end' },
  Z: { kind: 'place', place: 'finalEnd' },
  b: { kind: 'place', place: 'word' },
  B: { kind: 'place', place: 'notWord' },
  N: { kind: 'set', bytes: NOT_NEWLINE },
  C: { kind: 'set', bytes: ANY_BYTE },
  R: NEWLINE_SEQUENCE,
};

const REFUSED: Readonly<Record<string, string>> = {
  K: '\\K, which moves the start of a match, is not supported',
  G: '\\G is not supported',
  X: '\\X is not supported: paths are matched as bytes',
  p: '\\p is not supported: paths are matched as bytes',
  P: '\\P is not supported: paths are matched as bytes',
  g: 'the reference \\g cannot be matched in bounded time',
  k: 'the back reference \\k cannot be matched in bounded time',
};

/** Reads, after its backslash at a position, an escape that has a meaning outside classes only. */
export function readSpecialEscape(reader: Reader, at: number): Node | undefined {
  const letter = reader.peek();
  if (Object.hasOwn(REFUSED, letter)) reader.fail(REFUSED[letter] ?? '', at);
  if (letter === 'N' && reader.peek(1) === '{' && !/^\{\d+(,\d*)?\}/.test(reader.text.slice(reader.position + 1))) {
    reader.fail('\\N{...} is not supported: paths are matched as bytes', at);
  }
  if (!Object.hasOwn(MEANINGS, letter)) return undefined;
  reader.take();
  return MEANINGS[letter];
}
