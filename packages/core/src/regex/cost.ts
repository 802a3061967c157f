import type { Node, RepeatNode } from './ast.ts';
import { childrenOf, hasGroup, widthOf } from './ast.ts';
import { areDisjoint } from './byte-set.ts';

/** How often a node can match from one place, and the steps it takes to find all of them. */
interface Exploration {
  readonly ways: number;
  readonly work: number;
}

/** How many instructions a node becomes, roughly; a count repeats them. */
export function sizeOf(node: Node): number {
  const inside = childrenOf(node).reduce((sum, child) => sum + 1 + sizeOf(child), 1);
  if (node.kind !== 'repeat') return inside;
  return inside * (node.max === Infinity ? node.min + 1 : node.max);
}

/** Whether a match can start at the start of a text only. */
export function isAnchored(node: Node): boolean {
  switch (node.kind) {
    case 'place':
      return node.place === 'start';
    case 'sequence':
      return node.items[0] !== undefined && isAnchored(node.items[0]);
    case 'choice':
      return node.options.every(isAnchored);
    case 'group':
      return isAnchored(node.body);
    case 'repeat':
    case 'set':
    case 'look':
      return false;
  }
}

/**
 * The most steps that a backtracking matcher takes for a text of some length: the ways in which each part can match, multiplied
 * along a sequence. A repeat of something that itself matches in several ways counts as unbounded.
 */
export function backtrackingCost(root: Node, length: number): number {
  const starts = isAnchored(root) ? 1 : length + 1;
  const items = root.kind === 'sequence' ? root.items : [root];
  let last = items.length;
  while (last > 0 && cannotFail(items[last - 1])) last -= 1;
  const head = exploreAll(items.slice(0, last), length);
  // What cannot fail is never the reason to try the next way of what stands before it.
  const tail = items.slice(last).reduce((sum, item) => sum + explore(item, length).work, 0);
  return starts * (head.work + tail + 1);
}

function cannotFail(node: Node | undefined): boolean {
  switch (node?.kind) {
    case 'sequence':
      return node.items.every(cannotFail);
    case 'choice':
      return cannotFail(node.options.at(-1));
    case 'group':
      return cannotFail(node.body);
    case 'repeat':
      return node.min === 0;
    default:
      return false;
  }
}

function explore(node: Node, length: number): Exploration {
  switch (node.kind) {
    case 'set':
    case 'place':
      return { ways: 1, work: 1 };
    case 'group':
      return explore(node.body, length);
    case 'sequence':
      return exploreAll(node.items, length);
    case 'choice':
      return node.options
        .map((option) => explore(option, length))
        .reduce((sum, option) => ({ ways: sum.ways + option.ways, work: sum.work + option.work + 1 }), { ways: 0, work: 0 });
    case 'look':
      return { ways: 1, work: explore(node.body, length).work + 1 };
    case 'repeat':
      return exploreRepeat(node, length);
  }
}

function exploreAll(items: readonly Node[], length: number): Exploration {
  let ways = 1;
  let work = 0;
  for (const [index, item] of items.entries()) {
    const next = explore(item, length);
    work += ways * next.work;
    ways *= Math.min(next.ways, waysInto(item, items[index + 1]));
  }
  return { ways, work };
}

/** In how many ways at most a repeat of a set can match before an item that can only stand where the set ends, as in `[^/]+/`. */
function waysInto(node: Node, next: Node | undefined): number {
  const loop = unwrapped(node);
  if (next === undefined || loop.kind !== 'repeat' || loop.body.kind !== 'set') return Infinity;
  const follower = unwrapped(next);
  if (follower.kind === 'place') return follower.place === 'end' || follower.place === 'finalEnd' ? 2 : Infinity;
  return follower.kind === 'set' && areDisjoint(loop.body.bytes, follower.bytes) ? 1 : Infinity;
}

function unwrapped(node: Node): Node {
  return node.kind === 'group' ? unwrapped(node.body) : node;
}

function exploreRepeat(node: RepeatNode, length: number): Exploration {
  const body = explore(node.body, length);
  const turns = Math.min(node.max, Math.max(node.min, length + 1));
  if (body.ways === 1) return { ways: Math.max(1, Math.min(turns, length + 1) - node.min + 1), work: (turns + 1) * (body.work + 1) };
  if (turns > 64) return { ways: Infinity, work: Infinity };
  let ways = 0;
  let work = 1;
  for (let turn = 0, reached = 1; turn <= turns; turn += 1, reached *= body.ways) {
    if (turn >= node.min) ways += reached;
    if (turn < turns) work += reached * (body.work + 1);
  }
  return { ways, work };
}

/**
 * The most steps that the matcher with a memory takes: each instruction once for each position that it can be reached at, and
 * again for each repeat around it that has to know whether its turn took a byte.
 */
export function memoryCost(root: Node, length: number): number {
  const depth = emptyLoopDepth(root);
  return visits(root, isAnchored(root) ? 1 : length + 1, { length, spans: depth === 0 }) * (1 + depth);
}

/** How deep repeats without a limit whose body can match nothing are nested. */
export function emptyLoopDepth(node: Node): number {
  const inside = Math.max(0, ...childrenOf(node).map(emptyLoopDepth));
  return inside + (isEmptyLoop(node) ? 1 : 0);
}

export function isEmptyLoop(node: Node): boolean {
  return node.kind === 'repeat' && node.max === Infinity && widthOf(node.body).min === 0;
}

interface Setting {
  readonly length: number;
  /** Whether a greedy repeat of a set is a span (`program.ts`). */
  readonly spans: boolean;
}

/** The steps for a node that is tried at a number of positions. */
function visits(node: Node, positions: number, setting: Setting): number {
  switch (node.kind) {
    case 'set':
    case 'place':
      return positions;
    case 'group':
      return 2 * positions + visits(node.body, positions, setting);
    case 'choice':
      return node.options.reduce((sum, option) => sum + 2 * positions + visits(option, positions, setting), 0);
    case 'sequence':
      return sequenceVisits(node.items, positions, setting);
    case 'repeat':
      return repeatVisits(node, positions, setting);
    case 'look':
      return positions + againVisits(node.body, positions, setting) + visits(node.body, positions, { ...setting, spans: false });
  }
}

function repeatVisits(node: RepeatNode, positions: number, setting: Setting): number {
  const { body, min, max, greedy } = node;
  const reached = spread(node, positions, setting.length);
  if (setting.spans && greedy && body.kind === 'set') return min * positions + (max === Infinity ? reached : positions * (max - min + 1));
  return (max === Infinity ? min + 1 : max) * (2 * reached + visits(body, reached, setting));
}

function sequenceVisits(items: readonly Node[], positions: number, setting: Setting): number {
  let sum = 0;
  let reached = positions;
  for (const item of items) {
    sum += visits(item, reached, setting);
    reached = spread(item, reached, setting.length);
  }
  return sum;
}

/** Captures have to be found again each time, so what a lookaround with some has passed over is not remembered. */
function againVisits(body: Node, positions: number, { length }: Setting): number {
  return hasGroup(body) ? positions * Math.min(length, widthOf(body).max) * sizeOf(body) : 0;
}

/** At how many positions what follows a node is tried. */
function spread(node: Node, positions: number, length: number): number {
  const { min, max } = widthOf(node);
  return max === min ? positions : Math.min(length + 1, positions * (max === Infinity ? Infinity : max - min + 1));
}
