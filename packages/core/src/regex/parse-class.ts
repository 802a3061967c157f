import type { ByteSet } from './byte-set.ts';
import { POSIX_CLASSES, addAll, byteSet, complement, foldCase } from './byte-set.ts';
import { readEscape, readOctal } from './escape.ts';
import type { Escape } from './escape.ts';
import type { Flags } from './flags.ts';
import type { Reader } from './reader.ts';

/** What is read of a class so far; `quoting` is between `\Q` and `\E`, where everything is itself. */
interface ClassState {
  readonly reader: Reader;
  readonly flags: Flags;
  readonly start: number;
  readonly set: ByteSet;
  quoting: boolean;
}

/** Reads a class after its `[` (pcre2pattern, "Square brackets and character classes"). A `]` that comes first is itself. */
export function readClass(reader: Reader, flags: Flags): ByteSet {
  const state: ClassState = { reader, flags, start: reader.position - 1, set: byteSet(), quoting: false };
  skipEnds(reader);
  const negated = reader.eat('^');
  let first = true;
  for (;;) {
    skipIgnored(state);
    if (!state.quoting && !first && reader.eat(']')) break;
    readPart(state);
    first = false;
  }
  const set = flags.ignoreCase ? foldCase(state.set) : state.set;
  return negated ? complement(set) : set;
}

function skipEnds(reader: Reader): void {
  while (reader.eat('\\E') || reader.eat('\\Q\\E'));
}

function skipIgnored(state: ClassState): void {
  const reader: Reader = state.reader;
  for (;;) {
    if (reader.done) reader.fail('the class [ is not closed', state.start);
    if (reader.eat('\\E')) state.quoting = false;
    else if (state.quoting) return;
    else if (reader.eat('\\Q')) state.quoting = true;
    else if (!(state.flags.extendedClass && (reader.eat(' ') || reader.eat('\t')))) return;
  }
}

/** Reads a byte, a range of them, an escape or a POSIX class. */
function readPart(state: ClassState): void {
  const reader: Reader = state.reader;
  const at = reader.position;
  const part = readMember(state);
  skipIgnored(state);
  const range = !state.quoting && reader.peek() === '-' && reader.peek(1) !== ']';
  if ('set' in part) {
    if (range) reader.fail('a range in a class starts with a set', at);
    addAll(state.set, part.set);
    return;
  }
  state.set[part.byte] = 1;
  if (!range) return;
  reader.take();
  skipIgnored(state);
  if (!state.quoting && reader.peek() === ']') {
    state.set[0x2d] = 1;
    return;
  }
  const last = readMember(state);
  if ('set' in last) reader.fail('a range in a class ends with a set', at);
  if (last.byte < part.byte) reader.fail('a range in a class is out of order', at);
  state.set.fill(1, part.byte, last.byte + 1);
}

function readMember(state: ClassState): Escape {
  const reader: Reader = state.reader;
  const posix = state.quoting ? undefined : readPosix(state);
  if (posix !== undefined) return { set: posix };
  if (!state.quoting && reader.eat('\\')) return readClassEscape(reader);
  if (reader.peek() >= '\x80')
    reader.fail('a class holds a character that is not ASCII; paths are matched as bytes, so use (?:a|b) instead');
  return { byte: reader.take().charCodeAt(0) };
}

function readClassEscape(reader: Reader): Escape {
  const escape = readEscape(reader);
  if (escape !== undefined) return escape;
  const at = reader.position - 1;
  const char = reader.peek();
  if (/[1-7]/.test(char)) return { byte: readOctal(reader) };
  if (/[89b]/.test(char)) return { byte: reader.take() === 'b' ? 8 : char.charCodeAt(0) };
  return reader.fail(`\\${char} is not supported in a class`, at);
}

const POSIX = /\[([:.=])(\^?)((?:\\[\]\\]|(?!\[\1)[^\]])*?)\1\]/y;

function readPosix(state: ClassState): ByteSet | undefined {
  const at = state.reader.position;
  const match = state.reader.eatMatch(POSIX);
  if (match === undefined) return undefined;
  const [, kind, negated, name = ''] = match;
  const folded = state.flags.ignoreCase && (name === 'upper' || name === 'lower') ? 'alpha' : name;
  const set = kind === ':' && Object.hasOwn(POSIX_CLASSES, folded) ? POSIX_CLASSES[folded] : undefined;
  if (set === undefined) return state.reader.fail(`${match[0]} is not a POSIX class`, at);
  return negated === '^' ? complement(set) : set;
}

/** Refuses `[:alpha:]` where it is not in a class, as PCRE2 does: it would be a class of those letters. */
export function refusePosixOutside(reader: Reader): void {
  const at = reader.position;
  const match = reader.eatMatch(POSIX);
  if (match === undefined) return;
  reader.fail(`${match[0]} belongs in a class: [${match[0]}]`, at);
}
