import { RE2JS } from 're2js';
import { costOf, countCaptures, looksAround, recaptures } from './backtracking-cost.ts';
import type { Cost } from './backtracking-cost.ts';
import type { Engine } from './pattern-printer.ts';
import { printPattern } from './pattern-printer.ts';
import { PatternError } from './pattern-node.ts';
import type { PatternNode } from './pattern-node.ts';
import { parsePattern } from './pattern-parser.ts';

/** A compiled pattern, or why there is none, in words for the author of the pattern. */
export type CompiledPattern = { readonly ok: true; readonly pattern: PathPattern } | { readonly ok: false; readonly reason: string };

/** Finds a pattern in texts of which each char is one byte. No pattern and text can make it take more than linear time. */
export interface PathPattern {
  readonly source: string;
  /** Number of capturing groups. */
  readonly groups: number;
  test(text: string): boolean;
  /** The whole match and the groups; one that took no part is empty, as nginx's `$1`. Undefined without a match. */
  match(text: string): readonly string[] | undefined;
  /** The engine that a text of this length is given to. */
  engineFor(length: number): Engine | 'none';
}

export interface PatternOptions {
  /** ASCII letters match in either case. */
  readonly ignoreCase: boolean;
  /** Found at the start of the text only. */
  readonly anchoredStart: boolean;
}

/** As many ways a backtracking engine may try in the worst case: about a millisecond. */
const MAX_WAYS = 100_000;
/** Patterns that only the backtracking engine can do must be bounded for texts as long as this. */
const LONGEST_PATH = 8192;
const MAX_SOURCE = 4096;
/** A pattern with look-around may cost more, but not more than about 10 ms for the longest path. */
const MAX_LOOKING_WAYS = 2_000_000;

/**
 * Compiles a pattern written for PCRE2 as nginx uses it: bytes, no UTF mode. What cannot be matched as PCRE does, within
 * bounded time, is refused: back references, recursion, atomic groups, possessive quantifiers, control verbs.
 */
export function compilePattern(source: string, options: PatternOptions): CompiledPattern {
  if (source.length > MAX_SOURCE) return { ok: false, reason: `it is longer than ${MAX_SOURCE} characters` };
  try {
    return { ok: true, pattern: new BoundedPattern(source, options) };
  } catch (error) {
    if (error instanceof PatternError) return { ok: false, reason: `it has ${error.message}` };
    return { ok: false, reason: 'it is too complex' };
  }
}

class BoundedPattern implements PathPattern {
  readonly source: string;
  readonly groups: number;
  readonly #cost: Cost;
  readonly #native: RegExp | undefined;
  readonly #linear: RE2JS | undefined;

  constructor(source: string, { ignoreCase, anchoredStart }: PatternOptions) {
    const node = parsePattern(source, ignoreCase);
    this.source = source;
    this.groups = countCaptures(node);
    const { ways, degree } = costOf(node);
    this.#cost = { ways, degree: anchoredStart ? degree : degree + 1 };
    const print = (engine: Engine): string => printPattern({ kind: 'sequence', items: [...start(anchoredStart), wrapped(node)] }, engine);
    if (!recaptures(node)) this.#native = new RegExp(print('backtracking'));
    if (!looksAround(node)) this.#linear = RE2JS.compile(print('linear'));
    else if (this.#native === undefined || this.#waysFor(LONGEST_PATH) > MAX_LOOKING_WAYS)
      throw new PatternError('a look-ahead or look-behind beside repetitions that could take too long');
  }

  test(text: string): boolean {
    return this.engineFor(text.length) === 'backtracking' ? this.#native?.test(text) === true : this.#linear?.matcher(text).find() === true;
  }

  match(text: string): readonly string[] | undefined {
    if (this.engineFor(text.length) === 'backtracking') {
      const found = this.#native?.exec(text);
      return found ? Array.from(found, (group: string | undefined) => group ?? '') : undefined;
    }
    const matcher = this.#linear?.matcher(text);
    if (matcher?.find() !== true) return undefined;
    return Array.from({ length: this.groups + 1 }, (_, index) => matcher.group(index) ?? '');
  }

  engineFor(length: number): Engine | 'none' {
    if (this.#native !== undefined && (this.#linear === undefined ? length <= LONGEST_PATH : this.#waysFor(length) <= MAX_WAYS))
      return 'backtracking';
    return this.#linear === undefined ? 'none' : 'linear';
  }

  #waysFor(length: number): number {
    const { ways, degree } = this.#cost;
    return degree === 0 ? ways : ways * Math.max(length, 2) ** degree;
  }
}

function start(anchored: boolean): PatternNode[] {
  return anchored ? [{ kind: 'assert', what: 'text-start' }] : [];
}

/** Keeps the options of a choice together. */
function wrapped(node: PatternNode): PatternNode {
  return node.kind === 'choice' ? node : { kind: 'sequence', items: [node] };
}
