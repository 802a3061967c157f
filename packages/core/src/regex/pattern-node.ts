import type { CharSet } from './char-set.ts';

/** A regular expression taken apart; letters that match without regard to case are sets of both. */
export type PatternNode =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly options: readonly PatternNode[] }
  /** `max` is Infinity for no limit. */
  | { readonly kind: 'repeat'; readonly item: PatternNode; readonly min: number; readonly max: number; readonly lazy: boolean }
  | { readonly kind: 'capture'; readonly item: PatternNode }
  | { readonly kind: 'look'; readonly ahead: boolean; readonly negative: boolean; readonly item: PatternNode }
  | { readonly kind: 'assert'; readonly what: Assertion };

/** `end` also holds before a last line feed, `text-end` does not (PCRE `$`, `\z`). */
export type Assertion = 'text-start' | 'text-end' | 'end' | 'line-start' | 'line-end' | 'word-boundary' | 'no-word-boundary';

/** A pattern that is not supported or not valid; the message says which part. */
export class PatternError extends Error {}

/** The nodes right below a node. */
export function childrenOf(node: PatternNode): readonly PatternNode[] {
  switch (node.kind) {
    case 'set':
    case 'assert':
      return [];
    case 'sequence':
      return node.items;
    case 'choice':
      return node.options;
    default:
      return [node.item];
  }
}
