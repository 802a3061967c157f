import { literalPattern, pcre } from '@sluice/core';
import type { PathMatch, Route } from '@sluice/core';

/** The arguments of a `location`. */
export type LocationArguments = readonly [modifier: '=' | '^~' | '~' | '~*', text: string] | readonly [text: string];

/** nginx keeps lengths of static paths in a byte. */
const LONGEST_STATIC = 200;

/**
 * The locations that take what the routes of a host take, in the same order of precedence, one list for each route. nginx tries equal paths first,
 * then the longest prefix; expressions come before that prefix in the order of the file, unless it says `^~`.
 */
export function locationsOf(routes: readonly Route[]): readonly (readonly LocationArguments[])[] {
  const lastExpression = routes.findLastIndex(({ match }) => match.kind === 'regex');
  const taken = new Set(routes.flatMap(({ match }) => (match.kind === 'exact' ? [match.path] : [])));
  const asExpressions = routes.some((route) => !canBeStatic(route, taken)) || !keepsOrder(routes, lastExpression, taken);
  return routes.map((route, position) => {
    if (asExpressions) return expressions(route);
    return staticLocations(route, { first: position < lastExpression, taken });
  });
}

/** nginx redirects to a path with a last slash from the one without, unless that has a location as well (`auto_redirect`). */
function canBeStatic({ match: { kind, path } }: Route, taken: ReadonlySet<string>): boolean {
  if (kind === 'regex') return true;
  const redirected = kind === 'exact' && path.endsWith('/') && path !== '/' && !taken.has(path.slice(0, -1));
  return path.length <= LONGEST_STATIC && !redirected;
}

/**
 * Whether nginx would try static paths in the order that the routes have. Those behind an expression must not have a path of their own: nginx
 * tries it before, or redirects it to the one with a slash.
 */
function keepsOrder(routes: readonly Route[], lastExpression: number, taken: ReadonlySet<string>): boolean {
  if (lastExpression < 0) return true;
  const firstExpression = routes.findIndex(({ match }) => match.kind === 'regex');
  const before = routes.slice(0, lastExpression).filter(({ match }) => match.kind === 'prefix');
  const exactAfter = routes.slice(lastExpression + 1).some(({ match }) => match.kind === 'exact');
  const ownPathAfter = routes.slice(firstExpression).some(({ match }) => takesItself(match) && !taken.has(match.path));
  return !exactAfter && !ownPathAfter && before.every(({ match }) => match.path !== '/');
}

function takesItself({ kind, path }: PathMatch): boolean {
  return kind === 'prefix' && !path.endsWith('/');
}

interface Place {
  /** Expressions come after the route. */
  readonly first: boolean;
  /** Paths that exact routes take. */
  readonly taken: ReadonlySet<string>;
}

function staticLocations({ match }: Route, { first, taken }: Place): readonly LocationArguments[] {
  const { kind, path } = match;
  if (kind === 'exact') return [['=', path]];
  if (kind === 'regex') return expressions({ match });
  const prefix = (text: string): LocationArguments => (first ? ['^~', text] : [text]);
  if (path.endsWith('/')) return [prefix(path)];
  return taken.has(path) ? [prefix(`${path}/`)] : [['=', path], prefix(`${path}/`)];
}

function expressions({ match }: Pick<Route, 'match'>): readonly LocationArguments[] {
  const { kind, path } = match;
  if (kind === 'exact') return [['~', `^${literalPattern(path)}\\z`]];
  if (kind === 'prefix') return path === '/' ? [['/']] : [['~', `^${literalPattern(path)}${path.endsWith('/') ? '' : '(?:/|\\z)'}`]];
  const pattern = pcre(path, { ignoreCase: match.ignoreCase, anchored: match.anywhere === undefined });
  return [[match.ignoreCase ? '~*' : '~', pattern]];
}
