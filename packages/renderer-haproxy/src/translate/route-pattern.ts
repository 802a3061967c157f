import { pcre } from '@sluice/core';
import type { PathMatch, PlanPattern } from '@sluice/core';

/**
 * An expression of a route. `mapped`: HAProxy looks for it in a map, behind the digest of the host. `found`: Lua looks for it in the path alone, since
 * it says something about where the path begins, or could give up, which a map takes for not being found.
 */
export type RoutePattern =
  | MappedPattern
  | { readonly kind: 'found'; readonly position: number; readonly pattern: PlanPattern; readonly plan: string };

export interface MappedPattern {
  readonly kind: 'mapped';
  readonly position: number;
  readonly pattern: string;
  readonly plan: string;
}

/** What depends on the beginning of the text, can give up, or makes parentheses and bars mean something else. */
const SPECIAL = /\^|\\[AbBGQ]|\(\?<[=!]|\(\*|\(\?#/;

/** Whether some way through an expression is not in parentheses: only the first one of them begins where the path begins. */
function hasWays(pattern: string): boolean {
  let rest = pattern.replace(/\\[^]|\[\^?\]?(?:\\[^]|[^\]])*\]/g, '');
  for (let last = ''; last !== rest;) {
    last = rest;
    rest = rest.replace(/\([^()]*\)/g, '');
  }
  return rest.includes('|');
}

type RegexMatch = Extract<PathMatch, { readonly kind: 'regex' }>;

export function routePattern({ path, ignoreCase, anywhere }: RegexMatch, position: number, plan: string): RoutePattern {
  const source = pcre(path, { ignoreCase, anchored: anywhere === undefined });
  const body = source.replace(/^\^/, '');
  if (anywhere !== undefined || SPECIAL.test(body) || hasWays(body))
    return { kind: 'found', position, pattern: { pattern: source, ...(ignoreCase && { ignoreCase: 1 }) }, plan };
  return { kind: 'mapped', position, pattern: `(?${ignoreCase ? 'i' : ''}:${printable(body)})`, plan };
}

/** The key of an entry: what HAProxy compiles, without blanks. */
export function patternKey(digest: string, { pattern }: MappedPattern): string {
  return `^${digest}${pattern}`;
}

/** Bytes that cannot stand in a word of a map. */
function printable(pattern: string): string {
  return pattern.replace(/[^!-~]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Maps of expressions: each request looks through one of them. */
export const PATTERN_MAPS = 64;

/** The number of the map that has the expressions of a host: the same in `lua/sluice/tables.lua`. */
export function patternMap(digest: string): number {
  return Number.parseInt(digest.slice(0, 2), 16) % PATTERN_MAPS;
}
