import type { LookNode, Node } from './ast.ts';
import { EMPTY, choiceOf, sequenceOf, widthOf } from './ast.ts';
import { ANY_BYTE, NOT_NEWLINE, byteSet, foldCase } from './byte-set.ts';
import { readEscape, readOctal } from './escape.ts';
import { initialFlags } from './flags.ts';
import type { Flags } from './flags.ts';
import { readClass, refusePosixOutside } from './parse-class.ts';
import { readGroupHead } from './parse-group.ts';
import type { GroupHead } from './parse-group.ts';
import { atomic, readQuantifier, repeat } from './parse-quantifier.ts';
import { Reader } from './reader.ts';
import { readSpecialEscape } from './special-escape.ts';

export interface ParsedPattern {
  readonly root: Node;
  readonly groups: number;
  /** Where the heads of groups with names are, `?<name>`, in their order. */
  readonly names: readonly NameSpan[];
}

export interface NameSpan {
  readonly start: number;
  readonly end: number;
}

export interface PatternOptions {
  readonly ignoreCase: boolean;
  readonly anchoredStart: boolean;
}

/** The depth of parentheses that PCRE2 allows unless built otherwise. */
const DEEPEST = 250;

/**
 * Reads a pattern, given as the bytes of its UTF-8. An anchored one is read as with a `^` written in front, which is how
 * ingress-nginx makes a location of a path: `/a|/b` is anchored in its first alternative only. Throws a PatternError.
 */
export function parsePattern(source: string, options: PatternOptions): ParsedPattern {
  const parser = new Parser(source, options.ignoreCase);
  const root = parser.alternatives(options.anchoredStart ? [{ kind: 'place', place: 'start' }] : []);
  if (!parser.reader.done) parser.reader.fail('unmatched )');
  return { root, groups: parser.groups, names: parser.names };
}

class Parser {
  readonly reader: Reader;
  groups = 0;
  #flags: Flags;
  #quoting = false;
  #depth = 0;
  readonly names: NameSpan[] = [];
  readonly #names = new Set<string>();

  constructor(source: string, ignoreCase: boolean) {
    this.reader = new Reader(source);
    this.#flags = initialFlags(ignoreCase);
  }

  /** Reads up to a `)` that was not opened here, or to the end. `first` comes before the first alternative. */
  alternatives(first: readonly Node[]): Node {
    const options = [this.#sequence(first)];
    while (this.reader.eat('|')) options.push(this.#sequence([]));
    return choiceOf(options);
  }

  #sequence(first: readonly Node[]): Node {
    const items = [...first];
    let repeatable = false;
    while (!this.#atEnd()) {
      const at = this.reader.position;
      const quantifier = this.#quoting ? undefined : readQuantifier(this.reader);
      if (quantifier === undefined) {
        const atom = this.#atom();
        items.push(...atom);
        repeatable = atom.some(({ kind }) => kind !== 'place');
        continue;
      }
      const body = items.pop();
      if (!repeatable || body === undefined) this.reader.fail('the quantifier has nothing to repeat', at);
      items.push(this.#repeated(body, quantifier, at));
      repeatable = false;
    }
    return sequenceOf(items);
  }

  /** Whether an alternative ends here. */
  #atEnd(): boolean {
    this.#skipIgnored();
    return this.reader.done || (!this.#quoting && /[|)]/.test(this.reader.peek()));
  }

  #repeated(body: Node, quantifier: { readonly min: number; readonly max: number }, at: number): Node {
    this.#skipIgnored();
    if (!this.#quoting && this.reader.eat('+')) return atomic(this.reader, repeat(body, quantifier, true), at);
    const marked = !this.#quoting && this.reader.eat('?');
    return repeat(body, quantifier, marked === this.#flags.lazy);
  }

  /** Skips comments, the marks of quoted text, and blanks where the option x says so. */
  #skipIgnored(): void {
    const { reader } = this;
    for (;;) {
      if (reader.eat('\\E')) this.#quoting = false;
      else if (this.#quoting) return;
      else if (reader.eat('\\Q')) this.#quoting = true;
      else if (reader.peek() === '(' && reader.peek(1) === '?' && reader.peek(2) === '#') this.#comment();
      else if (!this.#flags.extended || reader.eatMatch(/[\t-\r ]|#[^\n]*\n?/y) === undefined) return;
    }
  }

  #comment(): void {
    if (this.reader.eatMatch(/\(\?#[^)]*\)/y) === undefined) this.reader.fail('the comment (?# is not closed');
  }

  /** Reads one item; none for one that only sets options. */
  #atom(): readonly Node[] {
    const char = this.#quoting ? '' : this.reader.peek();
    if (char === '(') return this.#group();
    return [char === '\\' ? this.#escape() : this.#simple(char)];
  }

  #simple(char: string): Node {
    const { reader } = this;
    switch (char) {
      case '[':
        refusePosixOutside(reader);
        reader.take();
        return { kind: 'set', bytes: readClass(reader, this.#flags) };
      case '.':
        reader.take();
        return { kind: 'set', bytes: this.#flags.dotAll ? ANY_BYTE : NOT_NEWLINE };
      case '^':
        reader.take();
        return { kind: 'place', place: this.#flags.multiline ? 'lineStart' : 'start' };
      case '$':
        reader.take();
        return { kind: 'place', place: this.#flags.multiline ? 'lineEnd' : 'finalEnd' };
      default:
        return this.#byte(reader.take().charCodeAt(0));
    }
  }

  #byte(byte: number): Node {
    const bytes = byteSet([byte, byte]);
    return { kind: 'set', bytes: this.#flags.ignoreCase ? foldCase(bytes) : bytes };
  }

  #escape(): Node {
    const { reader } = this;
    const at = reader.position;
    reader.take();
    const special = readSpecialEscape(reader, at);
    if (special !== undefined) return special;
    const escape = readEscape(reader);
    if (escape !== undefined) return 'set' in escape ? { kind: 'set', bytes: escape.set } : this.#byte(escape.byte);
    const digits = /^[1-9]\d*/.exec(reader.text.slice(reader.position))?.[0];
    if (digits === undefined) return reader.fail(`\\${reader.peek()} has no meaning or none that is supported`, at);
    const reference = Number(digits) < 10 || /^[89]/.test(digits) || Number(digits) <= this.groups;
    if (reference) reader.fail(`the back reference \\${digits} cannot be matched in bounded time`, at);
    return this.#byte(readOctal(reader));
  }

  #group(): readonly Node[] {
    const at = this.reader.position;
    this.reader.take();
    const outer = this.#flags;
    const head = readGroupHead(this.reader, outer);
    if (head.kind === 'capture' && head.name !== undefined) this.names.push({ start: at + 1, end: this.reader.position });
    if (head.kind === 'flags') {
      this.#flags = head.flags;
      return [];
    }
    this.#depth += 1;
    if (this.#depth > DEEPEST) this.reader.fail(`parentheses are nested more than ${DEEPEST} deep`, at);
    if (head.kind === 'plain') this.#flags = head.flags;
    const node = this.#groupBody(head, at);
    this.#flags = outer;
    this.#depth -= 1;
    return [node.kind === 'place' ? { kind: 'sequence', items: [node] } : node];
  }

  #groupBody(head: GroupHead, at: number): Node {
    const index = head.kind === 'capture' ? this.#opened(head.name) : 0;
    const body = this.alternatives([]);
    if (!this.reader.eat(')')) this.reader.fail('unmatched (', at);
    switch (head.kind) {
      case 'capture':
        return { kind: 'group', index, body };
      case 'atomic':
        return atomic(this.reader, body, at);
      case 'look':
        return head.behind ? lookBehind(this.reader, body, { negative: head.negative, at }) : { ...AHEAD, negative: head.negative, body };
      case 'plain':
      case 'flags':
        return body;
    }
  }

  #opened(name: string | undefined): number {
    if (name !== undefined && this.#names.has(name)) this.reader.fail(`two groups have the name ${name}`);
    if (name !== undefined) this.#names.add(name);
    this.groups += 1;
    return this.groups;
  }
}

const AHEAD: LookNode = { kind: 'look', behind: 0, negative: false, body: EMPTY };

/** A lookbehind: one for each alternative, as each has its own length. */
function lookBehind(reader: Reader, body: Node, head: { readonly negative: boolean; readonly at: number }): Node {
  const options = body.kind === 'choice' ? body.options : [body];
  const looks = options.map((option): Node => {
    const { min, max } = widthOf(option);
    if (min !== max) reader.fail('an alternative of the lookbehind has no fixed length', head.at);
    return { kind: 'look', behind: min, negative: head.negative, body: option };
  });
  return head.negative ? sequenceOf(looks) : choiceOf(looks);
}
