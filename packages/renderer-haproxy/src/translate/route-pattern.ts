import { pcre, planPattern } from '@sluice/core';
import type { PathMatch, PlanPattern } from '@sluice/core';

/**
 * An expression of a route. `mapped`: HAProxy looks for it in a map, behind the digest of the host. `found`: it says something about where
 * the path begins, which stands behind the digest: Lua looks for it in the path alone.
 */
export type RoutePattern =
  | MappedPattern
  | { readonly kind: 'found'; readonly position: number; readonly pattern: PlanPattern; readonly plan: string };

export interface MappedPattern {
  readonly kind: 'mapped';
  readonly position: number;
  readonly pattern: string;
  /** Of steps, in front of everything; may be empty. */
  readonly limit: string;
  readonly plan: string;
}

/** What depends on the beginning of the text. */
const LOOKS_BACK = /\^|\\[AbBG]|\(\?<[=!]/;

type RegexMatch = Extract<PathMatch, { readonly kind: 'regex' }>;

export function routePattern({ path, ignoreCase, anywhere }: RegexMatch, position: number, plan: string): RoutePattern {
  const source = pcre(path, { ignoreCase, anchored: anywhere === undefined });
  const [, limit = '', rest = ''] = /^(\(\*LIMIT_MATCH=\d+\))?([^]*)$/.exec(source) ?? [];
  const body = anywhere === undefined ? rest.replace(/^\^/, '') : rest;
  if (anywhere !== undefined || LOOKS_BACK.test(body)) {
    const pattern = planPattern(anywhere === undefined ? `^(?:${path})` : path, ignoreCase);
    return { kind: 'found', position, pattern, plan };
  }
  return { kind: 'mapped', position, pattern: `(?${ignoreCase ? 'i' : ''}:${printable(body)})`, limit, plan };
}

/** The key of an entry: what HAProxy compiles, without blanks. */
export function patternKey(digest: string, { limit, pattern }: MappedPattern): string {
  return `${limit}^${digest}${pattern}`;
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
