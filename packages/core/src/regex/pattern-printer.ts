import { rangesOf } from './char-set.ts';
import type { CharSet } from './char-set.ts';
import type { Assertion, PatternNode } from './pattern-node.ts';

/** The engines that a pattern is printed for: the one of JavaScript, and RE2. */
export type Engine = 'backtracking' | 'linear';

/** RE2 has no look-ahead: there the line feed before the end becomes part of the match. */
const ASSERTIONS: Readonly<Record<Engine, Readonly<Record<Assertion, string>>>> = {
  backtracking: {
    'text-start': '^',
    'text-end': '$',
    end: '(?=\\n?$)',
    'line-start': '(?<=^|\\n)',
    'line-end': '(?=\\n|$)',
    'word-boundary': '\\b',
    'no-word-boundary': '\\B',
  },
  linear: {
    'text-start': '\\A',
    'text-end': '\\z',
    end: '(?:\\n?\\z)',
    'line-start': '(?m:^)',
    'line-end': '(?m:$)',
    'word-boundary': '\\b',
    'no-word-boundary': '\\B',
  },
};

/** The pattern in the syntax of an engine; needs no flags. */
export function printPattern(node: PatternNode, engine: Engine): string {
  switch (node.kind) {
    case 'set':
      return printSet(node.set);
    case 'assert':
      return ASSERTIONS[engine][node.what];
    case 'capture':
      return `(${printPattern(node.item, engine)})`;
    case 'look':
      return printLook(node, engine);
    case 'sequence':
      return node.items.map((item) => printItem(item, engine)).join('');
    case 'choice':
      return node.options.map((option) => printPattern(option, engine)).join('|');
    case 'repeat':
      return `(?:${printPattern(node.item, engine)})${quantifier(node)}`;
  }
}

/** The options of a choice are kept together among other items. */
function printItem(item: PatternNode, engine: Engine): string {
  return item.kind === 'choice' ? `(?:${printPattern(item, engine)})` : printPattern(item, engine);
}

function printLook({ ahead, negative, item }: Extract<PatternNode, { readonly kind: 'look' }>, engine: Engine): string {
  return `(?${ahead ? '' : '<'}${negative ? '!' : '='}${printPattern(item, engine)})`;
}

function quantifier({ min, max, lazy }: Extract<PatternNode, { readonly kind: 'repeat' }>): string {
  return `{${min},${max === Infinity ? '' : max}}${lazy ? '?' : ''}`;
}

function printSet(set: CharSet): string {
  const ranges = rangesOf(set);
  if (ranges.length === 0) return '[^\\x00-\\xff]';
  const [only] = ranges;
  if (ranges.length === 1 && only !== undefined && only[0] === only[1]) return hex(only[0]);
  return `[${ranges.map(([from, to]) => (from === to ? hex(from) : `${hex(from)}-${hex(to)}`)).join('')}]`;
}

function hex(code: number): string {
  return `\\x${code.toString(16).padStart(2, '0')}`;
}
