import type { ByteSet } from './byte-set.ts';

/** A place that a pattern can ask for without taking a byte. `end` is `\z`; `finalEnd` is there, or before a newline at the end. */
export type Place = 'start' | 'end' | 'finalEnd' | 'lineStart' | 'lineEnd' | 'word' | 'notWord';

/**
 * A pattern after its spelling is gone: escapes, flags, classes and names are resolved. Options are tried in order and a greedy
 * repeat tries more before less, as in PCRE2.
 */
export type Node =
  | { readonly kind: 'set'; readonly bytes: ByteSet }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'group'; readonly index: number; readonly body: Node }
  | RepeatNode
  | { readonly kind: 'place'; readonly place: Place }
  | LookNode;

export interface RepeatNode {
  readonly kind: 'repeat';
  readonly body: Node;
  readonly min: number;
  readonly max: number;
  readonly greedy: boolean;
}

/** A lookahead, or with `behind` bytes a lookbehind of that length. */
export interface LookNode {
  readonly kind: 'look';
  readonly behind: number;
  readonly negative: boolean;
  readonly body: Node;
}

export const EMPTY: Node = { kind: 'sequence', items: [] };

export function sequenceOf(items: readonly Node[]): Node {
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : { kind: 'sequence', items };
}

export function choiceOf(options: readonly Node[]): Node {
  const [only] = options;
  return options.length === 1 && only !== undefined ? only : { kind: 'choice', options };
}

/** The nodes directly inside a node. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'sequence':
      return node.items;
    case 'choice':
      return node.options;
    case 'group':
    case 'repeat':
    case 'look':
      return [node.body];
    case 'set':
    case 'place':
      return [];
  }
}

/** How many bytes a node can take. */
export interface Width {
  readonly min: number;
  readonly max: number;
}

const widths = new WeakMap<Node, Width>();

/** How many bytes a node can take; computed once a node. */
export function widthOf(node: Node): Width {
  let width = widths.get(node);
  if (width === undefined) {
    width = computeWidth(node);
    widths.set(node, width);
  }
  return width;
}

function computeWidth(node: Node): Width {
  switch (node.kind) {
    case 'set':
      return { min: 1, max: 1 };
    case 'sequence':
      return node.items.map(widthOf).reduce((sum, width) => ({ min: sum.min + width.min, max: sum.max + width.max }), { min: 0, max: 0 });
    case 'choice': {
      const all = node.options.map(widthOf);
      return { min: Math.min(...all.map(({ min }) => min)), max: Math.max(...all.map(({ max }) => max)) };
    }
    case 'group':
      return widthOf(node.body);
    case 'repeat': {
      const body = widthOf(node.body);
      return { min: body.min * node.min, max: body.max === 0 || node.max === 0 ? 0 : body.max * node.max };
    }
    case 'place':
    case 'look':
      return { min: 0, max: 0 };
  }
}

/** Whether a capture group is in a node. */
export function hasGroup(node: Node): boolean {
  return node.kind === 'group' || childrenOf(node).some(hasGroup);
}
