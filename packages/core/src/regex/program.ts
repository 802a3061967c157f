import type { LookNode, Node, Place, RepeatNode } from './ast.ts';
import { hasGroup } from './ast.ts';
import { emptyLoopDepth, isAnchored, isEmptyLoop } from './cost.ts';

/**
 * What an instruction does, with its operands x and y. `split` goes to x and, if that fails, to y; `mark` fails where it failed
 * before, and stands wherever ways join, so that no instruction is tried twice at a position; `enter` and `check` bound a turn of
 * a repeat at depth x that can match nothing: such a turn is the last, and goes on at y; `look` tries what follows it up to a
 * `match` and goes on at x; `span` takes as many bytes of the set x as it can, by the span y, and goes on with fewer if that fails.
 */
export const OP = { set: 0, split: 1, jump: 2, save: 3, place: 4, mark: 5, enter: 6, check: 7, look: 8, match: 9, span: 10 } as const;

export const PLACE_CODES: readonly Place[] = ['start', 'end', 'finalEnd', 'lineStart', 'lineEnd', 'word', 'notWord'];

export interface Look {
  readonly behind: number;
  readonly negative: boolean;
  readonly hasGroup: boolean;
}

/** A greedy repeat of a set: how many bytes it takes at most, and for an endless one the mark of where it has been. */
export interface Span {
  readonly max: number;
  readonly mark: number;
}

/** A pattern as instructions. `sets` has 256 cells for each set, and the operand of a `set` is where its cells start. */
export interface Program {
  readonly ops: Uint8Array;
  readonly xs: Int32Array;
  readonly ys: Int32Array;
  readonly sets: Uint8Array;
  readonly looks: readonly Look[];
  readonly spans: readonly Span[];
  readonly marks: number;
  /** How deep repeats whose body can match nothing are nested. */
  readonly depth: number;
  readonly slots: number;
  readonly anchored: boolean;
}

export function buildProgram(root: Node, groups: number): Program {
  const depth = emptyLoopDepth(root);
  const builder = new Builder(depth === 0);
  builder.node(root, 1);
  builder.add(OP.match);
  return {
    ops: Uint8Array.from(builder.ops),
    xs: Int32Array.from(builder.xs),
    ys: Int32Array.from(builder.ys),
    sets: Uint8Array.from([...builder.sets.values()].flatMap(({ bytes }) => [...bytes])),
    looks: builder.looks,
    spans: builder.spans,
    marks: builder.marks,
    depth,
    slots: 2 * (groups + 1),
    anchored: isAnchored(root),
  };
}

class Builder {
  readonly ops: number[] = [];
  readonly xs: number[] = [];
  readonly ys: number[] = [];
  readonly sets = new Map<string, { readonly at: number; readonly bytes: Uint8Array }>();
  readonly looks: Look[] = [];
  readonly spans: Span[] = [];
  marks = 0;
  /** A span keeps no progress and no path, so it stands only where neither is needed. */
  #spans: boolean;

  constructor(spans: boolean) {
    this.#spans = spans;
  }

  add(op: number, x = 0, y = 0): number {
    this.ops.push(op);
    this.xs.push(x);
    return this.ys.push(y) - 1;
  }

  /** Adds a node; `level` is the depth that the next repeat whose body can match nothing gets. */
  node(node: Node, level: number): void {
    switch (node.kind) {
      case 'set':
        this.add(OP.set, this.#setAt(node.bytes));
        return;
      case 'sequence':
        for (const item of node.items) this.node(item, level);
        return;
      case 'choice':
        this.#choice(node.options, level);
        return;
      case 'group':
        this.add(OP.save, 2 * node.index);
        this.node(node.body, level);
        this.add(OP.save, 2 * node.index + 1);
        return;
      case 'repeat':
        this.#repeat(node, level);
        return;
      case 'place':
        this.add(OP.place, PLACE_CODES.indexOf(node.place));
        return;
      case 'look':
        this.#look(node, level);
    }
  }

  #setAt(bytes: Uint8Array): number {
    const key = bytes.join('');
    const known = this.sets.get(key);
    if (known !== undefined) return known.at;
    const at = this.sets.size * 256;
    this.sets.set(key, { at, bytes });
    return at;
  }

  #mark(): number {
    const at = this.add(OP.mark, this.marks);
    this.marks += 1;
    return at;
  }

  #choice(options: readonly Node[], level: number): void {
    const jumps: number[] = [];
    for (const [index, option] of options.entries()) {
      const split = index < options.length - 1 ? this.add(OP.split, this.ops.length + 1) : undefined;
      this.node(option, level);
      if (split === undefined) continue;
      jumps.push(this.add(OP.jump));
      this.ys[split] = this.ops.length;
    }
    const end = this.#mark();
    for (const jump of jumps) this.xs[jump] = end;
  }

  #repeat(node: RepeatNode, level: number): void {
    const { body, greedy } = node;
    if (this.#spans && greedy && body.kind === 'set') this.#span(node, body.bytes);
    else this.#turns(node, level);
  }

  #turns(node: RepeatNode, level: number): void {
    const { body, min, max } = node;
    const endless = max === Infinity;
    for (let turn = endless ? 1 : 0; turn < min; turn += 1) this.node(body, level);
    const splits = endless && min > 0 ? [] : this.#firstSplits(node, level);
    const checks = endless ? this.#loop(node, level, splits) : [];
    const end = this.#mark();
    for (const check of checks) this.ys[check] = end;
    for (const split of splits) this.#aim(split, end, node.greedy);
  }

  /** The splits that can leave a repeat before each turn that it need not take, with those turns unless they have no limit. */
  #firstSplits({ body, min, max }: RepeatNode, level: number): number[] {
    const splits: number[] = [];
    for (let turn = min; turn < (max === Infinity ? 1 : max); turn += 1) {
      splits.push(this.add(OP.split, this.ops.length + 1));
      if (max !== Infinity) this.node(body, level);
    }
    return splits;
  }

  #span({ min, max }: RepeatNode, bytes: Uint8Array): void {
    const set = this.#setAt(bytes);
    for (let turn = 0; turn < min; turn += 1) this.add(OP.set, set);
    if (max === min) return;
    const endless = max === Infinity;
    this.add(OP.span, set, this.spans.length);
    this.spans.push({ max: max - min, mark: endless ? this.marks : -1 });
    if (endless) this.marks += 1;
    else this.#mark();
  }

  /** The turns of an endless repeat from the first that is not only counted: a body, and the split that goes back to it. */
  #loop(node: RepeatNode, level: number, splits: number[]): readonly number[] {
    const again = this.#mark();
    const empty = isEmptyLoop(node);
    if (empty) this.add(OP.enter, level);
    this.node(node.body, empty ? level + 1 : level);
    const checks = empty ? [this.add(OP.check, level)] : [];
    splits.push(this.add(OP.split, again));
    return checks;
  }

  /** Gives a split, which goes to a turn, its other way out. */
  #aim(split: number, end: number, greedy: boolean): void {
    this.ys[split] = greedy ? end : (this.xs[split] ?? end);
    if (!greedy) this.xs[split] = end;
  }

  #look(node: LookNode, level: number): void {
    const at = this.add(OP.look, 0, this.looks.length);
    this.looks.push({ behind: node.behind, negative: node.negative, hasGroup: hasGroup(node.body) });
    const spans = this.#spans;
    this.#spans = false;
    this.node(node.body, level);
    this.#spans = spans;
    this.xs[at] = this.add(OP.match) + 1;
  }
}
