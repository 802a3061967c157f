import type { Node } from './ast.ts';
import type { ByteSet } from './byte-set.ts';
import { backtrackingCost, emptyLoopDepth, memoryCost, sizeOf } from './cost.ts';
import { runProgram } from './linear-matcher.ts';
import { nativeSource } from './native-source.ts';
import { parsePattern } from './parse.ts';
import type { NameSpan, ParsedPattern, PatternOptions } from './parse.ts';
import { buildProgram } from './program.ts';
import type { Program } from './program.ts';
import { PatternError } from './reader.ts';
import { binaryText } from '../binary-text.ts';

/** What matches a text: the expression of JavaScript, or the matcher whose steps grow with the length only. */
export type Engine = 'native' | 'linear';

/** A pattern of nginx. A text has one character (U+0000 to U+00FF) for each byte, as nginx matches bytes and not characters. */
export interface PathPattern {
  readonly source: string;
  /** The bytes of the source, its groups without names: what else would make variables of them. */
  readonly nameless: string;
  /** How many groups capture. */
  readonly groups: number;
  /** The first match; [0] is all of it, and a group that is not set is '', as `$1` is in nginx. */
  match(text: string): readonly string[] | undefined;
  test(text: string): boolean;
  /** What matches a text of a length. */
  engineFor(length: number): Engine;
}

/** A compiled pattern, or why there is none, in words for the author of the pattern. */
export type CompiledPattern = { readonly ok: true; readonly pattern: PathPattern } | { readonly ok: false; readonly reason: string };

/** The steps up to which a text is left to the expression of JavaScript: about a fifth of a millisecond. */
const NATIVE_STEPS = 100_000;
/** The longest request line that nginx takes unless told otherwise (`large_client_header_buffers`). */
const USUAL_LENGTH = 8192;
/** The steps for a text of the usual length above which a pattern is refused: about ten milliseconds. */
const MOST_STEPS = 1_200_000;
const LARGEST = 20_000;
const DEEPEST_EMPTY_LOOPS = 8;
const LONGEST_SOURCE = 8192;
const LONGEST_LEAD = 64;

/**
 * Compiles a pattern written for the PCRE2 of nginx, as nginx compiles those of locations and names: without UTF mode, `$` also
 * before a newline at the end, letters folded in ASCII only (pcre2pattern). With `anchoredStart` it is read as with `^` written in
 * front. What cannot be matched as PCRE2 does in bounded time is refused, with a reason for the operator.
 */
export function compilePattern(source: string, options: PatternOptions): CompiledPattern {
  if (source.length > LONGEST_SOURCE) return { ok: false, reason: `it is longer than ${LONGEST_SOURCE} characters` };
  try {
    const bytes = binaryText(source);
    const parsed = parsePattern(bytes, options);
    const reason = costReason(parsed.root);
    if (reason !== undefined) return { ok: false, reason };
    return { ok: true, pattern: new BoundedPattern(source, withoutNames(bytes, parsed.names), parsed) };
  } catch (error) {
    if (error instanceof PatternError) return { ok: false, reason: error.message };
    throw error;
  }
}

function withoutNames(bytes: string, names: readonly NameSpan[]): string {
  const starts = [0, ...names.map(({ end }) => end)];
  return starts.map((start, index) => bytes.slice(start, names[index]?.start)).join('');
}

function costReason(root: Node): string | undefined {
  if (sizeOf(root) > LARGEST) return 'it cannot be matched in bounded time: its counts are too large';
  if (emptyLoopDepth(root) > DEEPEST_EMPTY_LOOPS) {
    return 'it cannot be matched in bounded time: repeats of what can match nothing are nested too deep';
  }
  if (memoryCost(root, USUAL_LENGTH) <= MOST_STEPS) return undefined;
  return 'it cannot be matched in bounded time: use smaller counts, or no groups in lookaheads';
}

class BoundedPattern implements PathPattern {
  readonly source: string;
  readonly nameless: string;
  readonly groups: number;
  readonly #root: Node;
  readonly #native: RegExp | undefined;
  readonly #nativeLength: number;
  /** What the first bytes of a text must be: most texts differ from most patterns there. */
  readonly #lead: readonly ByteSet[];
  #built: Program | undefined;

  constructor(source: string, nameless: string, { root, groups }: Pick<ParsedPattern, 'root' | 'groups'>) {
    this.source = source;
    this.nameless = nameless;
    this.groups = groups;
    this.#root = root;
    this.#lead = leadOf(root);
    const native = nativeSource(root, groups);
    this.#nativeLength = native === undefined ? -1 : longestNative(root);
    this.#native = native !== undefined && this.#nativeLength >= 0 ? new RegExp(native) : undefined;
  }

  match(text: string): readonly string[] | undefined {
    if (!this.#begins(text)) return undefined;
    if (this.#native !== undefined && text.length <= this.#nativeLength) {
      const match = this.#native.exec(text);
      return match === null ? undefined : Array.from(match, (capture: string | undefined) => capture ?? '');
    }
    const captures = runProgram(this.#program, text);
    if (captures === undefined) return undefined;
    return Array.from({ length: this.groups + 1 }, (_, group) => text.slice(captures[2 * group], captures[2 * group + 1]));
  }

  test(text: string): boolean {
    if (!this.#begins(text)) return false;
    if (this.#native !== undefined && text.length <= this.#nativeLength) return this.#native.test(text);
    return runProgram(this.#program, text) !== undefined;
  }

  engineFor(length: number): Engine {
    return length <= this.#nativeLength ? 'native' : 'linear';
  }

  #begins(text: string): boolean {
    return this.#lead.every((bytes, position) => bytes[text.charCodeAt(position)] === 1);
  }

  get #program(): Program {
    this.#built ??= buildProgram(this.#root, this.groups);
    return this.#built;
  }
}

/** The sets that an anchored pattern begins with; none for any other. */
function leadOf(root: Node): readonly ByteSet[] {
  const [first, ...items] = root.kind === 'sequence' ? root.items : [root];
  if (first?.kind !== 'place' || first.place !== 'start') return [];
  const lead: ByteSet[] = [];
  for (const item of items) {
    if (item.kind !== 'set' || lead.length === LONGEST_LEAD) break;
    lead.push(item.bytes);
  }
  return lead;
}

/** The longest text, of some lengths, that the expression of JavaScript may have; -1 for none. */
function longestNative(root: Node): number {
  for (let length = 65_536; length >= 16; length /= 2) {
    if (backtrackingCost(root, length) <= NATIVE_STEPS) return length;
  }
  return -1;
}
