import type { Route } from '@sluice/core';
import { literalPattern, pcre } from './pattern.ts';

/** The arguments of a `location`. */
export type LocationArguments = readonly [modifier: '=' | '^~' | '~' | '~*', text: string] | readonly [text: string];

/** nginx keeps lengths of static paths in a byte. */
const LONGEST_STATIC = 200;

/**
 * The locations that take what the routes of a host take, in the same order of precedence, one list for each route. nginx tries equal paths first,
 * then the longest prefix; expressions come before that prefix in the order of the file, unless it says `^~`.
 */
export function locationsOf(routes: readonly Route[]): readonly (readonly LocationArguments[])[] {
  const firstExpression = routes.findIndex(({ match }) => match.kind === 'regex');
  const lastExpression = routes.findLastIndex(({ match }) => match.kind === 'regex');
  const asExpressions =
    routes.some(({ match }) => match.path.length > LONGEST_STATIC && match.kind !== 'regex') || !keepsOrder(routes, lastExpression);
  const taken = new Set(routes.flatMap(({ match }) => (match.kind === 'exact' ? [match.path] : [])));
  return routes.map((route, position) => {
    if (asExpressions) return expressions(route);
    const behind = firstExpression >= 0 && position > firstExpression;
    return staticLocations(route, { first: position < lastExpression, behind, taken });
  });
}

/** Whether nginx would try static paths in the order that the routes have. */
function keepsOrder(routes: readonly Route[], lastExpression: number): boolean {
  const before = routes.slice(0, Math.max(lastExpression, 0)).filter(({ match }) => match.kind === 'prefix');
  const exactAfter = routes.slice(lastExpression + 1).some(({ match }) => match.kind === 'exact');
  return !(lastExpression >= 0 && exactAfter) && before.every(({ match }) => match.path !== '/');
}

interface Place {
  /** Expressions come after the route. */
  readonly first: boolean;
  /** Expressions come before it. */
  readonly behind: boolean;
  /** Paths that exact routes take. */
  readonly taken: ReadonlySet<string>;
}

function staticLocations({ match }: Route, { first, behind, taken }: Place): readonly LocationArguments[] {
  const { kind, path } = match;
  if (kind === 'exact') return [['=', path]];
  if (kind === 'regex') return expressions({ match });
  const prefix = (text: string): LocationArguments => (first ? ['^~', text] : [text]);
  if (path.endsWith('/')) return [prefix(path)];
  const itself: LocationArguments = behind ? ['~', `^${literalPattern(path)}\\z`] : ['=', path];
  return taken.has(path) ? [prefix(`${path}/`)] : [itself, prefix(`${path}/`)];
}

function expressions({ match }: Pick<Route, 'match'>): readonly LocationArguments[] {
  const { kind, path } = match;
  if (kind === 'exact') return [['~', `^${literalPattern(path)}\\z`]];
  if (kind === 'prefix') return path === '/' ? [['/']] : [['~', `^${literalPattern(path)}${path.endsWith('/') ? '' : '(?:/|\\z)'}`]];
  const pattern = pcre(path, { ignoreCase: match.ignoreCase, anchored: match.anywhere === undefined });
  return [[match.ignoreCase ? '~*' : '~', pattern]];
}
