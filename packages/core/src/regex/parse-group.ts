import type { Flags } from './flags.ts';
import { readFlags } from './flags.ts';
import type { Reader } from './reader.ts';

/** What an opening parenthesis starts. `flags` ends at once and holds until the group around it ends. */
export type GroupHead =
  | { readonly kind: 'capture'; readonly name?: string }
  | { readonly kind: 'plain'; readonly flags: Flags }
  | { readonly kind: 'flags'; readonly flags: Flags }
  | { readonly kind: 'look'; readonly behind: boolean; readonly negative: boolean }
  | { readonly kind: 'atomic' };

const LOOKS: Readonly<Record<string, GroupHead>> = {
  '=': { kind: 'look', behind: false, negative: false },
  '!': { kind: 'look', behind: false, negative: true },
  '<=': { kind: 'look', behind: true, negative: false },
  '<!': { kind: 'look', behind: true, negative: true },
  '>': { kind: 'atomic' },
};

const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/R|[+-]?\d|&|P>/y, 'recursion (?R), (?1), (?&name) cannot be matched in bounded time'],
  [/P=/y, 'a back reference cannot be matched in bounded time'],
  [/\(/y, 'a condition (?( is not supported'],
  [/\|/y, 'a branch reset (?| is not supported'],
  [/C/y, 'a callout (?C is not supported'],
  [/\*|<\*/y, 'a non-atomic lookaround (?* is not supported'],
];

/** Reads what follows the `(` of a group (pcre2pattern, from "Groups" on), up to where its body starts. */
export function readGroupHead(reader: Reader, flags: Flags): GroupHead {
  const at = reader.position - 1;
  if (reader.peek() === '*') reader.fail('a verb or assertion by name (*...) is not supported, and * has nothing to repeat', at);
  if (!reader.eat('?')) return flags.noCapture ? { kind: 'plain', flags } : { kind: 'capture' };
  return readSpecialHead(reader, at) ?? readFlagsHead(reader, flags);
}

function readFlagsHead(reader: Reader, flags: Flags): GroupHead {
  const next = readFlags(reader, flags);
  return { kind: reader.take() === ':' ? 'plain' : 'flags', flags: next };
}

function readSpecialHead(reader: Reader, at: number): GroupHead | undefined {
  const look = reader.eatMatch(/[=!>]|<[=!]/y)?.[0];
  if (look !== undefined) return LOOKS[look];
  const opening = reader.eatMatch(/P?<(?![*])|'/y)?.[0];
  if (opening !== undefined) return { kind: 'capture', name: readName(reader, opening === "'" ? "'" : '>') };
  for (const [expression, reason] of REFUSED) {
    if (reader.eatMatch(expression) !== undefined) reader.fail(reason, at);
  }
  return undefined;
}

function readName(reader: Reader, closing: string): string {
  const at = reader.position;
  const name = reader.eatMatch(/[A-Za-z_]\w{0,31}/y)?.[0];
  if (name === undefined || !reader.eat(closing)) return reader.fail('the name of a group is not 1 to 32 letters, digits and _', at);
  return name;
}
