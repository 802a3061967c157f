import type { Origin } from '@sluice/core';

/**
 * One argument of a directive, by what nginx makes of its text.
 *
 * - `plain`: taken as it is: names, numbers, paths, regular expressions, the parameters of most directives. `$` means nothing.
 * - `text`: a complex value: nginx replaces variables in it. Literal pieces and variables are apart, so that a `$` in a piece stays a `$`.
 */
export type Argument =
  | { readonly kind: 'plain'; readonly text: string }
  | { readonly kind: 'text'; readonly parts: readonly (string | { readonly variable: string })[] };

/** A directive of nginx, with a block or without. Values are data: quoting belongs to the printer alone. */
export interface Directive {
  readonly name: string;
  readonly args: readonly Argument[];
  readonly block?: readonly Directive[];
  /** Lua of our own for a `*_by_lua_block`, printed as it is: never anything of a user. */
  readonly code?: string;
  /** The object that is to blame when nginx refuses the directive or something in its block, unless that says otherwise. */
  readonly from?: Origin;
  /** Printed above it, for people. */
  readonly comment?: string;
}

/** What may stand for an argument: a string is `plain`. */
export type Word = string | number | Argument;

/** A directive without a block: `directive('listen', '127.0.0.1:80')`. */
export function directive(name: string, ...args: readonly Word[]): Directive {
  return { name, args: args.map(argumentOf) };
}

/** A directive with a block. */
export function block(name: string, args: readonly Word[], body: readonly Directive[]): Directive {
  return { name, args: args.map(argumentOf), block: body };
}

/** The directive with an origin. */
export function blaming(from: Origin, one: Directive): Directive {
  return { ...one, from };
}

/** A `*_by_lua_block` with code of our own. */
export function luaBlock(name: string, code: string, ...args: readonly Word[]): Directive {
  return { name, args: args.map(argumentOf), code };
}

/** A complex value without variables in it. */
export function literal(value: string): Argument {
  return { kind: 'text', parts: [value] };
}

/** A complex value that is one variable; the name goes without its `$`. */
export function variable(name: string): Argument {
  return { kind: 'text', parts: [{ variable: name }] };
}

/** A complex value; strings are literal. */
export function text(...parts: readonly (string | { readonly variable: string })[]): Argument {
  return { kind: 'text', parts };
}

function argumentOf(word: Word): Argument {
  return typeof word === 'object' ? word : { kind: 'plain', text: String(word) };
}
