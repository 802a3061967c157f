import { childrenOf } from './pattern-node.ts';
import type { PatternNode } from './pattern-node.ts';

/**
 * How many ways a backtracking engine may try in the worst case: at most `ways * n ** degree` for a text of `n` characters.
 * `degree` is Infinity where that cannot be bounded by a polynomial.
 */
export interface Cost {
  readonly ways: number;
  readonly degree: number;
}

const NONE: Cost = { ways: 1, degree: 0 };

export function costOf(node: PatternNode): Cost {
  switch (node.kind) {
    case 'set':
    case 'assert':
      return NONE;
    case 'capture':
      return costOf(node.item);
    case 'look':
      return costOf(node.item);
    case 'sequence':
      return node.items.map(costOf).reduce(after, NONE);
    case 'choice':
      return node.options.map(costOf).reduce((all, { ways, degree }) => ({ ways: all.ways + ways, degree: Math.max(all.degree, degree) }), {
        ways: 0,
        degree: 0,
      });
    case 'repeat':
      return repeated(costOf(node.item), node);
  }
}

function after(first: Cost, second: Cost): Cost {
  return { ways: first.ways * second.ways, degree: first.degree + second.degree };
}

/** Only single characters are repeated without a limit at a polynomial cost; `(a+)+` and `(a|aa)*` are exponential. */
function repeated(item: Cost, { item: node, min, max }: Extract<PatternNode, { kind: 'repeat' }>): Cost {
  if (max === Infinity)
    return node.kind === 'set' || (node.kind === 'capture' && isSingle(node.item)) ? { ways: 1, degree: 1 } : { ways: 1, degree: Infinity };
  const choices = max - min + 1;
  return { ways: choices * item.ways ** max, degree: item.degree * max };
}

function isSingle(node: PatternNode): boolean {
  return node.kind === 'set' || (node.kind === 'sequence' && node.items.length === 1 && node.items[0]?.kind === 'set');
}

/** Whether a group is captured again and again: the engine of JavaScript forgets it in each round, PCRE does not. */
export function recaptures(node: PatternNode, repeating = false): boolean {
  if (node.kind === 'capture' && repeating) return true;
  const again = repeating || (node.kind === 'repeat' && node.max > 1);
  return childrenOf(node).some((child) => recaptures(child, again));
}

/** Whether the pattern looks ahead or behind, which the linear engine cannot do. */
export function looksAround(node: PatternNode): boolean {
  return node.kind === 'look' || childrenOf(node).some(looksAround);
}

export function countCaptures(node: PatternNode): number {
  return childrenOf(node).reduce((sum, child) => sum + countCaptures(child), node.kind === 'capture' ? 1 : 0);
}
