import { allButLineFeed, escapedSets, everything, foldCase, singleton } from './char-set.ts';
import { parseClass } from './class-parser.ts';
import { readEscapedByte } from './escape-parser.ts';
import type { Assertion, PatternNode } from './pattern-node.ts';
import { PatternSource } from './pattern-source.ts';

/** Beyond this the linear engine does not count. */
const MAX_REPEAT = 1000;
const MAX_DEPTH = 50;

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly multiline: boolean;
}

const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  A: 'text-start',
  z: 'text-end',
  Z: 'end',
  b: 'word-boundary',
  B: 'no-word-boundary',
};

/** Reads a PCRE2 pattern for bytes. Throws a `PatternError` for what is not valid or not supported. */
export function parsePattern(text: string, ignoreCase: boolean): PatternNode {
  return new PatternParser(text, ignoreCase).parse();
}

class PatternParser {
  readonly #source: PatternSource;
  #flags: Flags;
  #depth = 0;

  constructor(text: string, ignoreCase: boolean) {
    this.#source = new PatternSource(text);
    this.#flags = { ignoreCase, dotAll: false, multiline: false };
  }

  parse(): PatternNode {
    const node = this.#choice();
    if (!this.#source.done) this.#source.fail('an unmatched )');
    return node;
  }

  /** Flags that are set inside hold to the end of the group. */
  #choice(): PatternNode {
    if (++this.#depth > MAX_DEPTH) this.#source.fail('groups nested too deeply');
    const flags = this.#flags;
    const options = [this.#sequence()];
    while (this.#source.takeIf('|')) options.push(this.#sequence());
    this.#flags = flags;
    this.#depth--;
    return options.length === 1 && options[0] !== undefined ? options[0] : { kind: 'choice', options };
  }

  #sequence(): PatternNode {
    const items: PatternNode[] = [];
    const source = this.#source;
    while (!source.done && source.next !== '|' && source.next !== ')') {
      const atoms = this.#atoms();
      const last = atoms.pop();
      if (last !== undefined) items.push(...atoms, this.#quantified(last));
    }
    return { kind: 'sequence', items };
  }

  /** Usually one; several for the bytes of a character beyond ASCII and for a quotation; none for a comment or flags. */
  #atoms(): PatternNode[] {
    const source = this.#source;
    const char = source.take();
    if (char === '(') return this.#group();
    if (char === '\\') return this.#escape();
    if ('*+?'.includes(char)) source.fail(`${char} with nothing to repeat`);
    return this.#special(char) ?? this.#literal(/[\ud800-\udbff]/.test(char) ? char + source.take() : char);
  }

  #special(char: string): PatternNode[] | undefined {
    const { ignoreCase, dotAll, multiline } = this.#flags;
    switch (char) {
      case '[':
        return [{ kind: 'set', set: parseClass(this.#source, ignoreCase) }];
      case '.':
        return [{ kind: 'set', set: dotAll ? everything : allButLineFeed }];
      case '^':
        return [{ kind: 'assert', what: multiline ? 'line-start' : 'text-start' }];
      case '$':
        return [{ kind: 'assert', what: multiline ? 'line-end' : 'end' }];
      default:
        return undefined;
    }
  }

  #literal(text: string): PatternNode[] {
    return [...Buffer.from(text, 'utf8')].map((byte) => this.#byte(byte));
  }

  #byte(byte: number): PatternNode {
    const set = singleton(byte);
    return { kind: 'set', set: this.#flags.ignoreCase ? foldCase(set) : set };
  }

  #escape(): PatternNode[] {
    const source = this.#source;
    if (source.done) source.fail('a backslash with nothing after it');
    const quoted = source.takeMatch(/Q([\s\S]*?)(?:\\E|$)/y);
    if (quoted !== undefined) return this.#literal(quoted[1] ?? '');
    if (source.takeIf('E')) return [];
    const byte = readEscapedByte(source);
    if (byte !== undefined) return [this.#byte(byte)];
    const letter = source.take();
    const what = ASSERTIONS[letter];
    if (what !== undefined) return [{ kind: 'assert', what }];
    const set = escapedSets[letter];
    if (set !== undefined) return [{ kind: 'set', set }];
    if (/[1-9gk]/.test(letter)) source.fail('a back reference');
    return source.fail(`\\${letter}, which is not supported,`);
  }

  #group(): PatternNode[] {
    const source = this.#source;
    if (source.takeIf('*')) source.fail('a control verb');
    if (!source.takeIf('?')) return [{ kind: 'capture', item: this.#closed() }];
    if (source.takeMatch(/#[^)]*\)/y) !== undefined) return [];
    if (source.takeIf('>')) source.fail('an atomic group');
    const look = source.takeMatch(/(<?)([=!])/y);
    if (look !== undefined) return [{ kind: 'look', ahead: look[1] === '', negative: look[2] === '!', item: this.#closed() }];
    if (source.takeMatch(/P?<[A-Za-z_]\w*>|'[A-Za-z_]\w*'/y) !== undefined) return [{ kind: 'capture', item: this.#closed() }];
    return this.#flagged();
  }

  /** Flags up to the end of the group around them, or for a group of their own. */
  #flagged(): PatternNode[] {
    const flags = this.#source.takeMatch(/([ims]*)(?:-([ims]*))?([:)])/y) ?? this.#source.fail('a group of an unsupported kind');
    const outer = this.#flags;
    this.#flags = changed(outer, flags[1] ?? '', flags[2] ?? '');
    if (flags[3] === ')') return [];
    const item = this.#closed();
    this.#flags = outer;
    return [item];
  }

  #closed(): PatternNode {
    const item = this.#choice();
    if (!this.#source.takeIf(')')) this.#source.fail('a missing )');
    return item;
  }

  #quantified(item: PatternNode): PatternNode {
    const source = this.#source;
    if (source.takeMatch(/\{,\d+\}/y) !== undefined) source.fail('a quantifier without its lower number (versions of PCRE differ on it)');
    const found = source.takeMatch(/([*+?])|\{(\d+)(,?)(\d*)\}/y);
    if (found === undefined) return item;
    const [min, max] = bounds(found);
    if (max < min) source.fail('a quantifier with its numbers out of order');
    if (min > MAX_REPEAT || (max > MAX_REPEAT && max !== Infinity)) source.fail(`a repetition of more than ${MAX_REPEAT}`);
    if (source.takeIf('+')) source.fail('a possessive quantifier');
    if (item.kind === 'look' || item.kind === 'assert') source.fail('a repeated assertion');
    return this.#quantified({ kind: 'repeat', item, min, max, lazy: source.takeIf('?') });
  }
}

function bounds([, sign, low, comma, high]: RegExpExecArray): [number, number] {
  if (sign === '*') return [0, Infinity];
  if (sign === '+') return [1, Infinity];
  if (sign === '?') return [0, 1];
  const min = Number(low);
  if (comma === '') return [min, min];
  return [min, high === '' ? Infinity : Number(high)];
}

function changed(flags: Flags, on: string, off: string): Flags {
  const value = (letter: string, before: boolean): boolean => (on.includes(letter) || before) && !off.includes(letter);
  return { ignoreCase: value('i', flags.ignoreCase), multiline: value('m', flags.multiline), dotAll: value('s', flags.dotAll) };
}
