import type { LookNode, Node, Place, RepeatNode } from './ast.ts';
import { childrenOf, hasGroup, widthOf } from './ast.ts';
import type { ByteSet } from './byte-set.ts';
import { rangesOf } from './byte-set.ts';
import { sizeOf } from './cost.ts';

/** The size above which an expression of JavaScript costs too much to compile. */
const LARGEST_NATIVE = 2000;

/**
 * The expression of JavaScript, to be used without flags, that matches as the pattern does; undefined where the two languages
 * differ. They do in repeats whose body can match nothing, which JavaScript does not let end a repeat, and in groups that some
 * turn of a repeat leaves out, which keep their last value in PCRE2 and lose it in JavaScript.
 */
export function nativeSource(root: Node, groups: number): string | undefined {
  const countsAlike = groupsOf(root).every((index, place) => index === place + 1) && groupsOf(root).length === groups;
  return countsAlike && sizeOf(root) <= LARGEST_NATIVE && agrees(root) ? emit(root) : undefined;
}

/** The groups in the order in which JavaScript would count them. Parsing can drop one (`(a){0}`) or make two of it. */
function groupsOf(node: Node): readonly number[] {
  const inside = childrenOf(node).flatMap(groupsOf);
  return node.kind === 'group' ? [node.index, ...inside] : inside;
}

function agrees(node: Node): boolean {
  if (node.kind === 'repeat' && widthOf(node.body).min === 0) return false;
  if (node.kind === 'repeat' && node.max > 1 && canSkipGroup(node.body)) return false;
  if (node.kind === 'look' && node.behind > 0 && hasGroup(node.body)) return false;
  return childrenOf(node).every(agrees);
}

function canSkipGroup(node: Node): boolean {
  const optional = node.kind === 'choice' || (node.kind === 'repeat' && node.min === 0) || node.kind === 'look';
  return optional ? hasGroup(node) : childrenOf(node).some(canSkipGroup);
}

const PLACES: Readonly<Record<Place, string>> = {
  start: '^',
  end: '$',
  finalEnd: String.raw`(?=\n?$)`,
  lineStart: String.raw`(?:^|(?<=\n)(?!$))`,
  lineEnd: String.raw`(?=\n|$)`,
  word: String.raw`\b`,
  notWord: String.raw`\B`,
};

function emit(node: Node): string {
  switch (node.kind) {
    case 'set':
      return emitSet(node.bytes);
    case 'sequence':
      return node.items.map(emit).join('');
    case 'choice':
      return `(?:${node.options.map(emit).join('|')})`;
    case 'group':
      return `(${emit(node.body)})`;
    case 'repeat':
      return emitRepeat(node);
    case 'place':
      return PLACES[node.place];
    case 'look':
      return emitLook(node);
  }
}

/** Members only, never a complement, and both cases spelled out: JavaScript folds more letters than the C locale has. */
function emitSet(bytes: ByteSet): string {
  const ranges = rangesOf(bytes);
  const [only] = ranges;
  if (only === undefined) return '(?!)';
  if (ranges.length === 1 && only[0] === only[1]) return emitByte(only[0]);
  return `[${ranges.map(([first, last]) => (first === last ? emitByte(first) : `${emitByte(first)}-${emitByte(last)}`)).join('')}]`;
}

function emitByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

function emitRepeat({ body, min, max, greedy }: RepeatNode): string {
  const inside = body.kind === 'set' || body.kind === 'group' ? emit(body) : `(?:${emit(body)})`;
  return `${inside}{${min},${max === Infinity ? '' : max}}${greedy ? '' : '?'}`;
}

function emitLook({ behind, negative, body }: LookNode): string {
  return `(?${behind > 0 ? '<' : ''}${negative ? '!' : '='}${emit(body)})`;
}
