import type { Node } from './ast.ts';
import { EMPTY } from './ast.ts';
import { atomicForm } from './atomic.ts';
import type { Reader } from './reader.ts';

export interface Quantifier {
  readonly min: number;
  readonly max: number;
}

const COUNT = /\{(\d+)(?:(,)(\d*))?\}/y;
const LARGEST_COUNT = 65535;

const SIMPLE: Readonly<Record<string, Quantifier>> = {
  '*': { min: 0, max: Infinity },
  '+': { min: 1, max: Infinity },
  '?': { min: 0, max: 1 },
};

/**
 * Reads `*`, `+`, `?` or a count, without what may follow; undefined where none comes next. A `{` that starts no count is itself,
 * and so are `{,3}` and `{ 1 }`, which PCRE2 takes for counts only since 10.43.
 */
export function readQuantifier(reader: Reader): Quantifier | undefined {
  const char = reader.peek();
  if (char === '*' || char === '+' || char === '?') return SIMPLE[reader.take()];
  if (char !== '{') return undefined;
  const at = reader.position;
  const match = reader.eatMatch(COUNT);
  return match === undefined ? undefined : countOf(reader, match, at);
}

function countOf(reader: Reader, match: RegExpExecArray, at: number): Quantifier {
  const min = Number(match[1]);
  const upper = match[3] === '' ? Infinity : Number(match[3]);
  const max = match[2] === undefined ? min : upper;
  if (Math.max(min, max === Infinity ? 0 : max) > LARGEST_COUNT) reader.fail(`the count ${match[0]} is above ${LARGEST_COUNT}`, at);
  if (max < min) reader.fail(`the count ${match[0]} is out of order`, at);
  return { min, max };
}

/** A node under a quantifier. PCRE2 tries a lookaround at most once, because it would find the same again. */
export function repeat(body: Node, quantifier: Quantifier, greedy: boolean): Node {
  const { min, max } = quantifier;
  if (max === 0) return EMPTY;
  if (min === 1 && max === 1) return body;
  if (body.kind !== 'look') return { kind: 'repeat', body, min, max, greedy };
  return min > 0 ? body : { kind: 'repeat', body, min: 0, max: 1, greedy };
}

/** A node that gives nothing back once it has matched. */
export function atomic(reader: Reader, node: Node, at: number): Node {
  const form = atomicForm(node);
  return form ?? reader.fail('an atomic group or possessive quantifier of this form cannot be matched in bounded time', at);
}
