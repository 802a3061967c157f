import { isPlace } from './place-tests.ts';
import { OP } from './program.ts';
import type { Program } from './program.ts';

/**
 * Runs a program over a text: the first match in the order in which PCRE2 tries, in a number of steps that grows with the length
 * only (`memoryCost`). It backtracks, and remembers with each mark where it failed, as BitState of RE2 does. The captures of a
 * match, as positions; -1 for one that is not set.
 */
export function runProgram(program: Program, text: string): Int32Array | undefined {
  const run = new Run(program, text);
  const last = program.anchored ? 0 : text.length;
  for (let start = 0; start <= last; start += 1) {
    const end = run.match(0, start);
    if (end < 0) continue;
    run.captures[0] = start;
    run.captures[1] = end;
    return run.captures;
  }
  return undefined;
}

/**
 * How many cells of the stack an entry has: where to go on, the last and the first of the positions to do so at, what turns took a
 * byte, and how long the path was; or the complement of a slot and what it was.
 */
const ENTRY = 5;

class Run {
  readonly captures: Int32Array;
  readonly #program: Program;
  readonly #text: string;
  /** A bit for each mark, progress and position: tried, and with a lookaround, found to match. */
  readonly #tried: Uint8Array;
  readonly #found: Uint8Array | undefined;
  /** The marks passed on the way to here; kept for lookarounds only. */
  readonly #path: number[] = [];
  #pathLength = 0;
  #stack = new Int32Array(64 * ENTRY);
  #top = 0;
  /** Turns down to this depth have taken a byte. */
  #progress: number;
  /** Where to go on after a failure. */
  #pc = 0;
  #position = 0;

  constructor(program: Program, text: string) {
    this.#program = program;
    this.#text = text;
    const bits = program.marks * (program.depth + 1) * (text.length + 1);
    this.#tried = new Uint8Array((bits >> 3) + 1);
    this.#found = program.looks.length > 0 ? new Uint8Array((bits >> 3) + 1) : undefined;
    this.#progress = program.depth;
    this.captures = new Int32Array(program.slots).fill(-1);
  }

  /** Runs from an instruction to the `match` that ends it; where the match ends, or -1. */
  match(first: number, start: number): number {
    const { ops, xs, ys, sets, depth } = this.#program;
    const base = this.#top;
    let pc = first;
    let position = start;
    for (;;) {
      const op = ops[pc];
      if (op === OP.set) {
        const byte = this.#text.charCodeAt(position);
        if (byte < 256 && sets[(xs[pc] as number) + byte] === 1) {
          this.#progress = depth;
          position += 1;
          pc += 1;
          continue;
        }
      } else if (op === OP.split) {
        this.#push(ys[pc] as number, position, position);
        pc = xs[pc] as number;
        continue;
      } else {
        const next = op === OP.mark ? this.#mark(pc, position) : this.#other(pc, position);
        if (next === MATCHED) break;
        pc = next;
        position = this.#position;
        if (next >= 0) continue;
      }
      if (!this.#fail(base)) return -1;
      pc = this.#pc;
      position = this.#position;
    }
    this.#top = base;
    return position;
  }

  #push(pc: number, last: number, first: number): void {
    if (this.#top === this.#stack.length) {
      const larger = new Int32Array(this.#stack.length * 2);
      larger.set(this.#stack);
      this.#stack = larger;
    }
    const stack = this.#stack;
    stack[this.#top++] = pc;
    stack[this.#top++] = last;
    stack[this.#top++] = first;
    stack[this.#top++] = this.#progress;
    stack[this.#top++] = this.#pathLength;
  }

  /** Takes back captures up to the last choice and makes the other one; false where none is left. */
  #fail(base: number): boolean {
    const stack = this.#stack;
    while (this.#top > base) {
      const top = this.#top - ENTRY;
      const pc = stack[top] as number;
      const position = stack[top + 1] as number;
      if (pc >= 0 && position > (stack[top + 2] as number)) stack[top + 1] = position - 1;
      else this.#top = top;
      if (pc < 0) {
        this.captures[~pc] = position;
        continue;
      }
      this.#pc = pc;
      this.#position = position;
      this.#progress = stack[top + 3] as number;
      this.#pathLength = stack[top + 4] as number;
      return true;
    }
    return false;
  }

  /** Does one of the rarer instructions: the next one, `MATCHED`, or `FAILED`. The position to go on at is left in its field. */
  #other(pc: number, position: number): number {
    const { ops, xs, ys } = this.#program;
    const x = xs[pc] as number;
    this.#position = position;
    switch (ops[pc]) {
      case OP.jump:
        return x;
      case OP.match:
        return MATCHED;
      case OP.span:
        return this.#span(pc, position);
      case OP.save:
        this.#save(x, position);
        return pc + 1;
      case OP.place:
        return isPlace(x, this.#text, position) ? pc + 1 : FAILED;
      case OP.enter:
        this.#progress = Math.min(this.#progress, x - 1);
        return pc + 1;
      case OP.check:
        return this.#progress >= x ? pc + 1 : (ys[pc] as number);
      default:
        return this.#look(pc, position);
    }
  }

  #mark(pc: number, position: number): number {
    const mark = this.#program.xs[pc] as number;
    const bit = (mark * (this.#program.depth + 1) + this.#progress) * (this.#text.length + 1) + position;
    this.#position = position;
    if (this.#found !== undefined && ((this.#found[bit >> 3] as number) & (1 << (bit & 7))) !== 0) return MATCHED;
    if (!this.#isNew(bit)) return FAILED;
    if (this.#found !== undefined) {
      this.#path[this.#pathLength] = bit;
      this.#pathLength += 1;
    }
    return pc + 1;
  }

  #span(pc: number, start: number): number {
    const { xs, ys, spans } = this.#program;
    const span = spans[ys[pc] as number];
    if (span === undefined) return FAILED;
    const end = span.mark < 0 ? this.#spanUpTo(xs[pc] as number, start, span.max) : this.#spanOn(xs[pc] as number, start, span.mark);
    if (end < start) return FAILED;
    if (end > start) this.#push(pc + 1, end - 1, start);
    this.#position = end;
    return pc + 1;
  }

  #spanUpTo(set: number, start: number, max: number): number {
    let end = start;
    while (end - start < max && this.#accepts(set, end)) end += 1;
    return end;
  }

  /** Goes no further than to where the same span has been: what follows it has failed from there on. */
  #spanOn(set: number, start: number, mark: number): number {
    let end = start;
    while (this.#isNew(mark * (this.#text.length + 1) + end)) {
      if (!this.#accepts(set, end)) return end;
      end += 1;
    }
    return end - 1;
  }

  #accepts(set: number, position: number): boolean {
    const byte = this.#text.charCodeAt(position);
    return byte < 256 && this.#program.sets[set + byte] === 1;
  }

  /** Notes that a state has been tried; false if it was before. */
  #isNew(bit: number): boolean {
    const mask = 1 << (bit & 7);
    const tried = this.#tried[bit >> 3] as number;
    this.#tried[bit >> 3] = tried | mask;
    return (tried & mask) === 0;
  }

  #save(slot: number, position: number): void {
    this.#push(~slot, this.captures[slot] as number, 0);
    this.captures[slot] = position;
  }

  #look(pc: number, position: number): number {
    const look = this.#program.looks[this.#program.ys[pc] as number];
    if (look === undefined) return FAILED;
    const next = this.#program.xs[pc] as number;
    const from = this.#pathLength;
    const before = look.hasGroup ? this.captures.slice() : undefined;
    const progress = this.#progress;
    const found = position >= look.behind && this.match(pc + 1, position - look.behind) >= 0;
    if (found) this.#remember(from, look.hasGroup);
    this.#pathLength = from;
    this.#progress = progress;
    this.#position = position;
    if (found && before !== undefined) this.#keepCaptures(before, look.negative);
    return found === look.negative ? FAILED : next;
  }

  /** Notes the way that a lookaround found, so that the next one ends where it joins; with captures it has to be found again. */
  #remember(from: number, again: boolean): void {
    for (const bit of this.#path.slice(from, this.#pathLength)) {
      const mask = 1 << (bit & 7);
      if (again) this.#tried[bit >> 3] = (this.#tried[bit >> 3] as number) & ~mask;
      else if (this.#found !== undefined) this.#found[bit >> 3] = (this.#found[bit >> 3] as number) | mask;
    }
  }

  /** After a lookaround that matched: what it captured stays, and can be taken back; of a negative one nothing stays. */
  #keepCaptures(before: Int32Array, negative: boolean): void {
    for (const [slot, old] of before.entries()) {
      if (old === this.captures[slot]) continue;
      if (negative) this.captures[slot] = old;
      else this.#push(~slot, old, 0);
    }
  }
}

const FAILED = -1;
const MATCHED = -2;
