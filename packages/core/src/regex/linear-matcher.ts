import type { Place } from './ast.ts';
import { WORD_BYTE } from './byte-set.ts';
import { OP, PLACE_CODES } from './program.ts';
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

/** How many cells of the stack an entry has: where to go on, the position, what turns took a byte, and how long the path was. */
const ENTRY = 4;

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
        this.#push(ys[pc] as number, position);
        pc = xs[pc] as number;
        continue;
      } else {
        const next = op === OP.match ? MATCHED : this.#other(pc, position);
        if (next === MATCHED) return this.#leave(base, position);
        pc = next;
        if (next >= 0) continue;
      }
      if (!this.#fail(base)) return -1;
      pc = this.#pc;
      position = this.#position;
    }
  }

  #leave(base: number, position: number): number {
    this.#top = base;
    return position;
  }

  #push(pc: number, position: number): void {
    if (this.#top === this.#stack.length) {
      const larger = new Int32Array(this.#stack.length * 2);
      larger.set(this.#stack);
      this.#stack = larger;
    }
    this.#stack[this.#top] = pc;
    this.#stack[this.#top + 1] = position;
    this.#stack[this.#top + 2] = this.#progress;
    this.#stack[this.#top + 3] = this.#pathLength;
    this.#top += ENTRY;
  }

  /** Takes back captures up to the last choice and makes the other one; false where none is left. */
  #fail(base: number): boolean {
    while (this.#top > base) {
      this.#top -= ENTRY;
      const pc = this.#stack[this.#top] as number;
      const position = this.#stack[this.#top + 1] as number;
      if (pc < 0) {
        this.captures[~pc] = position;
        continue;
      }
      this.#pc = pc;
      this.#position = position;
      this.#progress = this.#stack[this.#top + 2] as number;
      this.#pathLength = this.#stack[this.#top + 3] as number;
      return true;
    }
    return false;
  }

  /** Does what takes no byte and makes no choice; the next instruction, `MATCHED`, or `FAILED`. */
  #other(pc: number, position: number): number {
    const { ops, xs, ys } = this.#program;
    const x = xs[pc] as number;
    switch (ops[pc]) {
      case OP.jump:
        return x;
      case OP.mark:
        return this.#mark(x, position) ?? pc + 1;
      case OP.save:
        this.#save(x, position);
        return pc + 1;
      case OP.place:
        return PLACE_TESTS[x]?.(this.#text, position) === true ? pc + 1 : FAILED;
      case OP.enter:
        this.#progress = Math.min(this.#progress, x - 1);
        return pc + 1;
      case OP.check:
        return this.#progress >= x ? pc + 1 : (ys[pc] as number);
      default:
        return this.#look(pc, position);
    }
  }

  #mark(mark: number, position: number): number | undefined {
    const bit = (mark * (this.#program.depth + 1) + this.#progress) * (this.#text.length + 1) + position;
    const mask = 1 << (bit & 7);
    if (this.#found !== undefined && ((this.#found[bit >> 3] as number) & mask) !== 0) return MATCHED;
    const tried = this.#tried[bit >> 3] as number;
    if ((tried & mask) !== 0) return FAILED;
    this.#tried[bit >> 3] = tried | mask;
    if (this.#found !== undefined) {
      this.#path[this.#pathLength] = bit;
      this.#pathLength += 1;
    }
    return undefined;
  }

  #save(slot: number, position: number): void {
    this.#push(~slot, this.captures[slot] as number);
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
      else this.#push(~slot, old);
    }
  }
}

const FAILED = -1;
const MATCHED = -2;

type PlaceTest = (text: string, position: number) => boolean;

const TESTS: Readonly<Record<Place, PlaceTest>> = {
  start: (_, position) => position === 0,
  end: (text, position) => position === text.length,
  finalEnd: (text, position) => position === text.length || (position === text.length - 1 && isNewline(text, position)),
  lineStart: (text, position) => position === 0 || (position < text.length && isNewline(text, position - 1)),
  lineEnd: (text, position) => position === text.length || isNewline(text, position),
  word: (text, position) => isWord(text, position - 1) !== isWord(text, position),
  notWord: (text, position) => isWord(text, position - 1) === isWord(text, position),
};

const PLACE_TESTS: readonly PlaceTest[] = PLACE_CODES.map((place) => TESTS[place]);

function isNewline(text: string, position: number): boolean {
  return text.charCodeAt(position) === 10;
}

function isWord(text: string, position: number): boolean {
  return position >= 0 && WORD_BYTE[text.charCodeAt(position)] === 1;
}
