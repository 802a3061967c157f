import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { Route } from '../route.ts';
import type { HostSnippet } from '../virtual-host.ts';

/** The routes of a host with those that its snippet adds; a path that an Ingress has as well stays with the Ingress. */
export function withSnippetRoutes(routes: readonly Route[], snippet: HostSnippet | undefined, diagnostics: Diagnostic[]): readonly Route[] {
  if (snippet === undefined) return routes;
  const headers = snippet.steps.filter(({ kind }) => kind === 'response-header' || kind === 'request-header');
  const added = locationRoutes(snippet, routes, diagnostics);
  const all = mergeRoutes(routes, added);
  if (headers.length === 0) return all;
  const policy = { kind: 'host-headers', steps: headers, from: snippet.from } as const;
  return all.map((route) => ({ ...route, policies: [...route.policies, policy].toSorted((a, b) => (a.kind < b.kind ? -1 : 1)) }));
}

function locationRoutes({ locations, from }: HostSnippet, routes: readonly Route[], diagnostics: Diagnostic[]): readonly Route[] {
  const inRegexMode = routes.some(({ match }) => match.kind === 'regex');
  return locations.flatMap(({ match, steps, otherwise }): Route[] => {
    const { kind, path } = match;
    const lost =
      inRegexMode && kind === 'prefix'
        ? 'the host is in regex mode, where prefixes come last'
        : kind !== 'regex' &&
          routes.some((other) => other.match.kind === kind && other.match.path === path) &&
          'a path of an Ingress is the same';
    if (lost !== false) {
      diagnostics.push(diagnose('SLU1508', from, `location ${path.slice(0, 60)}: ${lost}; it is left out`));
      return [];
    }
    const because = 'a location of the server snippet says nothing else';
    return [{ match, action: { kind: 'respond', status: otherwise, because }, policies: [{ kind: 'snippet', steps, from }], from }];
  });
}

/** Equal paths first, then the expressions of the snippet as written, then the order that the routes have; prefixes by length among the other prefixes. */
function mergeRoutes(routes: readonly Route[], added: readonly Route[]): readonly Route[] {
  const expressions = added.filter(({ match }) => match.kind === 'regex');
  const equal = [...added, ...routes].filter(({ match }) => match.kind === 'exact');
  const exact = expressions.length === 0 ? equal : [...equal, ...pathsThemselves(routes, new Set(equal.map(({ match }) => match.path)))];
  const prefixes = added.filter(({ match }) => match.kind === 'prefix').toSorted((a, b) => b.match.path.length - a.match.path.length);
  const merged = [...exact, ...expressions, ...routes.filter(({ match }) => match.kind !== 'exact')];
  for (const route of prefixes) {
    const at = merged.findIndex(({ match }) => match.kind === 'prefix' && match.path.length < route.match.path.length);
    merged.splice(at < 0 ? merged.length : at, 0, route);
  }
  return merged;
}

/** A prefix has a location for its own path as well, which comes before any expression. */
function pathsThemselves(routes: readonly Route[], taken: ReadonlySet<string>): readonly Route[] {
  return routes.flatMap((route): Route[] => {
    const { kind, path } = route.match;
    return kind === 'prefix' && !path.endsWith('/') && !taken.has(path) ? [{ ...route, match: { kind: 'exact', path } }] : [];
  });
}
