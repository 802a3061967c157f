import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import { formatObject } from '../origin.ts';
import { builtIn } from '../origin.ts';
import type { HostMatch } from '../match.ts';
import type { Policy } from '../policy.ts';
import type { Route } from '../route.ts';
import type { VirtualHost, VirtualHostTls } from '../virtual-host.ts';
import type { BackendRef, FragmentPath, FragmentRule } from './ingress-fragment.ts';

/** Paths of Ingresses that are never redirected to HTTPS: ACME HTTP-01 challenges (ingress-nginx `no-tls-redirect-locations`). */
const NO_TLS_REDIRECT = '/.well-known/acme-challenge';

/** Everything that decides what one host serves. */
export interface HostInput {
  /** Empty for the catch-all host. */
  readonly host: string;
  /** Rules of the host, oldest Ingress first. */
  readonly rules: readonly FragmentRule[];
  /** What answers where no rule does; undefined for the built-in 404. */
  readonly fallback: BackendRef | undefined;
  /** The fallback is the catch-all default backend of the cluster, which a `/` rule does not replace. */
  readonly fallbackWins: boolean;
  readonly tls: VirtualHostTls | undefined;
}

/** Builds one virtual host; conflicts are reported on the loser. Pure. */
export function buildHost(input: HostInput): { readonly host: VirtualHost; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const policies = redirectPolicies(input.tls);
  const claimed = claimPaths(input, diagnostics);
  const routes = [...claimed.values()].map((path) => forward(path, policies));
  const redirects = appendSlashRedirects(claimed);
  for (const { match, from } of redirects) diagnostics.push(diagnose('SLU1208', from, `${match.path} is answered 301 to ${match.path}/`));
  const all = [...routes, ...redirects, ...healthRoute(input.host, claimed)].toSorted(byPrecedence);
  if (!all.some(takesEverything)) all.push(rootFallback(input, policies));
  const from = input.rules[0]?.from ?? input.fallback?.from ?? builtIn;
  const host = { name: input.host || '*', match: hostMatch(input.host), routes: all, from, ...(input.tls && { tls: input.tls }) };
  return { host, diagnostics };
}

function hostMatch(host: string): HostMatch {
  if (host === '') return { kind: 'any' };
  return host.startsWith('*.') ? { kind: 'wildcard', suffix: host.slice(1) } : { kind: 'exact', name: host };
}

/** The first claim of a path and type wins, so the oldest Ingress does. */
function claimPaths({ rules, fallback, fallbackWins }: HostInput, diagnostics: Diagnostic[]): ReadonlyMap<string, FragmentPath> {
  const claimed = new Map<string, FragmentPath>();
  if (fallback !== undefined && fallbackWins)
    claimed.set('prefix /', { match: { kind: 'prefix', path: '/' }, backend: fallback, from: fallback.from });
  for (const path of rules.flatMap((rule) => rule.paths)) {
    const key = `${path.match.kind} ${path.match.path}`;
    const winner = claimed.get(key);
    if (winner === undefined) claimed.set(key, path);
    else
      diagnostics.push(
        diagnose(
          'SLU1204',
          path.from,
          `${formatObject(winner.from.object)} (${winner.from.field}) is older and has the same host and path; this one is not served`,
        ),
      );
  }
  return claimed;
}

function forward({ match, backend, from }: FragmentPath, policies: readonly Policy[]): Route {
  return {
    match,
    action: { kind: 'forward', upstream: backend.id },
    policies: match.path.startsWith(NO_TLS_REDIRECT) ? [] : policies,
    from,
  };
}

function redirectPolicies(tls: VirtualHostTls | undefined): readonly Policy[] {
  return tls === undefined ? [] : [{ kind: 'https-redirect', status: 308, from: tls.from }];
}

/** Load balancers ask the catch-all host for `/healthz`, as they did with ingress-nginx; a rule of somebody takes precedence. */
function healthRoute(host: string, claimed: ReadonlyMap<string, FragmentPath>): Route[] {
  if (host !== '' || claimed.has('prefix /healthz')) return [];
  const action = { kind: 'respond', status: 200, because: 'the data plane is alive' } as const;
  return [{ match: { kind: 'prefix', path: '/healthz' }, action, policies: [], from: builtIn }];
}

/** A path with a last slash answers 301 for the path without it, unless a rule takes just that path (nginx's auto_redirect). */
function appendSlashRedirects(claimed: ReadonlyMap<string, FragmentPath>): Route[] {
  const redirects = new Map<string, Route>();
  for (const { match, from } of claimed.values()) {
    const bare = match.path.slice(0, -1);
    if (bare === '' || !match.path.endsWith('/') || claimed.has(`exact ${bare}`) || claimed.has(`prefix ${bare}`)) continue;
    const action = { kind: 'redirect', redirect: { status: 301, location: { kind: 'path', path: encodePath(match.path) } } } as const;
    redirects.set(bare, { match: { kind: 'exact', path: bare }, action, policies: [], from });
  }
  return [...redirects.values()];
}

/** A `Location` holds ASCII only: other bytes and blanks of the path are percent-encoded. */
function encodePath(path: string): string {
  return path.replace(/[^\x21-\x7e]|%/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

function takesEverything({ match }: Route): boolean {
  return match.kind === 'prefix' && match.path === '/';
}

function rootFallback({ fallback }: HostInput, policies: readonly Policy[]): Route {
  const match = { kind: 'prefix', path: '/' } as const;
  if (fallback !== undefined) return { match, action: { kind: 'forward', upstream: fallback.id }, policies, from: fallback.from };
  return {
    match,
    action: { kind: 'respond', status: 404, because: 'no rule takes the path and there is no default backend' },
    policies,
    from: builtIn,
  };
}

/** Exact before prefix, then the longer path; equal lengths by bytes, for a stable order. */
function byPrecedence({ match: a }: Route, { match: b }: Route): number {
  if (a.kind !== b.kind) return a.kind === 'exact' ? -1 : 1;
  return b.path.length - a.path.length || (a.path < b.path ? -1 : 1);
}
