import type { HostMatch, PathMatch } from '../model/match.ts';
import type { PathPattern } from '../regex/compile.ts';
import { patternOf } from './patterns.ts';

/** Whether a name of a virtual host takes a canonical host name. Which of several comes first: `hostRank`. */
export function hostMatches(match: HostMatch, name: string): boolean {
  switch (match.kind) {
    case 'exact':
      return match.name === name;
    case 'wildcard':
      return name.endsWith(match.suffix) && isLabel(name.slice(0, name.length - match.suffix.length));
    case 'suffix':
      return name.length > match.suffix.length && name.endsWith(match.suffix);
    case 'prefix':
      return name.length > match.prefix.length && name.startsWith(match.prefix);
    case 'regex':
      return patternOf(match.pattern, { ignoreCase: true, anchoredStart: false }).test(name);
    case 'any':
      return true;
  }
}

/**
 * The order in which names are tried: equal ones, then the longest with a wildcard in front, then the longest with one at
 * the end, then patterns (nginx `server_name`; the one-label wildcards of rules are patterns there). Lower comes first.
 */
export function hostRank(match: HostMatch): number {
  switch (match.kind) {
    case 'exact':
      return 0;
    case 'suffix':
      return 1000 - match.suffix.length;
    case 'prefix':
      return 2000 - match.prefix.length;
    case 'wildcard':
    case 'regex':
      return 3000;
    case 'any':
      return 4000;
  }
}

/** The wildcard that would take a host name, `*.example.com` for `shop.example.com`; undefined for a name without a dot. */
export function wildcardAbove(name: string): string | undefined {
  const dot = name.indexOf('.');
  return dot > 0 && isLabel(name.slice(0, dot)) ? `*${name.slice(dot)}` : undefined;
}

/** Whether a text is what a wildcard stands for: one label of letters, digits, `_` and `-`. */
export function isLabel(text: string): boolean {
  return /^[a-z0-9_-]+$/i.test(text);
}

/** The expression of a match that has one. */
export function matchPattern(match: PathMatch): PathPattern | undefined {
  if (match.kind !== 'regex') return undefined;
  return patternOf(match.path, { ignoreCase: match.ignoreCase, anchoredStart: match.anywhere === undefined });
}

/** Whether a route takes a normalised path. */
export function pathMatches(match: PathMatch, path: string): boolean {
  if (match.kind === 'exact') return path === match.path;
  if (match.kind === 'regex') return matchPattern(match)?.test(path) === true;
  if (!path.startsWith(match.path)) return false;
  return path.length === match.path.length || match.path.endsWith('/') || path.charAt(match.path.length) === '/';
}
