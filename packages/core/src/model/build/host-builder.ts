import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import { formatObject, builtIn } from '../origin.ts';
import type { IngressFeatures } from '../annotations/ingress-features.ts';
import { standardBodyLimit, withBodyLimit } from '../annotations/body-size.ts';
import type { HostSettings } from '../annotations/contribution.ts';
import type { HostMatch, PathMatch } from '../match.ts';
import type { Origin } from '../origin.ts';
import { routePolicies } from '../settings/route-settings.ts';
import type { Route, RouteAction } from '../route.ts';
import type { VirtualHost, VirtualHostTls } from '../virtual-host.ts';
import type { HostInput } from './host-input.ts';
import { httpsRedirect } from './https-redirect.ts';
import { claimPaths, withoutDetours } from './path-claims.ts';
import type { PathClaims } from './path-claims.ts';
import { byPrecedence, pathMatchers } from './path-matchers.ts';
import type { PathMatcher } from './path-matchers.ts';
import { withSnippetRoutes } from './snippet-routes.ts';

/** Builds one virtual host; conflicts are reported on the loser. Pure. */
export function buildHost(input: HostInput): { readonly host: VirtualHost; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const settings = hostSettings(input, diagnostics);
  const routes = withSnippetRoutes(routesOf(input, diagnostics), settings.snippet, diagnostics);
  const tls = shownTls(input);
  const from = input.rules[0]?.from ?? input.fallback?.backend.from ?? builtIn;
  const host = {
    name: input.host || '*',
    match: hostMatch(input.host),
    ...settings,
    routes,
    from,
    ...(tls && { tls }),
  };
  return { host, diagnostics };
}

/** Names without a certificate of their own are shown the default one, whether an Ingress asks for TLS or not. */
function shownTls({ tls, defaultTls }: HostInput): VirtualHostTls | undefined {
  if (tls === undefined || defaultTls === undefined) return tls ?? defaultTls;
  return tls.certificate === undefined ? { ...tls, certificate: defaultTls.certificate } : tls;
}

function routesOf(input: HostInput, diagnostics: Diagnostic[]): readonly Route[] {
  const claimed = claimPaths(input, diagnostics);
  const matchers = pathMatchers(claimed, input.semantics, diagnostics);
  const inRegexMode = matchers.some(({ match }) => match.kind === 'regex');
  const redirects = inRegexMode || input.semantics === 'kubernetes' ? [] : appendSlashRedirects(claimed, input);
  for (const { match, from } of redirects) diagnostics.push(diagnose('SLU1208', from, `${match.path} is answered 301 to ${match.path}/`));
  const added = [...redirects, ...healthRoute(input, claimed)];
  const forwards = matchers.map((matcher) => forward(matcher, input));
  const routes = inRegexMode ? [...added, ...forwards] : [...forwards, ...added].toSorted(byPrecedence);
  return routes.some(takesEverything) ? routes : [...routes, rootFallback(input)];
}

function hostMatch(host: string): HostMatch {
  if (host === '') return { kind: 'any' };
  return host.startsWith('*.') ? { kind: 'wildcard', suffix: host.slice(1) } : { kind: 'exact', name: host };
}

/** What the oldest Ingress that says it says about the host. */
function hostSettings(
  { rules }: HostInput,
  diagnostics: Diagnostic[],
): Pick<VirtualHost, 'aliases' | 'appRoot' | 'snippet' | 'clientAuth'> {
  const pick = <Setting extends { readonly from: Origin }>(read: (settings: HostSettings) => Setting | undefined): Setting | undefined => {
    const said = [...new Set(rules.map(({ features }) => read(features.host)))].filter((value) => value !== undefined);
    const [winner, ...losers] = said;
    if (winner !== undefined)
      for (const { from } of losers)
        diagnostics.push(diagnose('SLU1507', from, `${formatObject(winner.from.object)} is older and decides this for the host`));
    return winner;
  };
  const [aliases, appRoot] = [pick((settings) => settings.aliases), pick((settings) => settings.appRoot)];
  const broken = rules.find(({ features }) => features.host.clientAuth?.kind === 'unusable')?.features.host.clientAuth;
  const snippet = pick((settings) => settings.snippet);
  const clientAuth = broken ?? pick((settings) => settings.clientAuth);
  return { ...(aliases && { aliases }), ...(appRoot && { appRoot }), ...(snippet && { snippet }), ...(clientAuth && { clientAuth }) };
}

function forward({ match, path }: PathMatcher, input: HostInput): Route {
  return routeOf(match, { features: path.features, upstream: path.backend.id, text: path.text, from: path.from }, input);
}

interface Forwarding {
  readonly features: IngressFeatures;
  readonly upstream: string;
  /** The path as its Ingress writes it. */
  readonly text: string;
  readonly from: Route['from'];
}

function routeOf(match: PathMatch, { features, upstream, text, from }: Forwarding, input: HostInput): Route {
  const own = withBodyLimit(features.policiesOf(text));
  const policies = routePolicies([...httpsRedirect(features, text, input), ...own], input.settings);
  return { match, action: actionOf(features, upstream), policies: policies.toSorted((a, b) => (a.kind < b.kind ? -1 : 1)), from };
}

function actionOf({ denied, action }: IngressFeatures, upstream: string): RouteAction {
  if (denied !== undefined) return { kind: 'refuse', status: 503, ...denied };
  return action?.action ?? { kind: 'forward', upstream };
}

/** Load balancers ask the catch-all host for `/healthz`, as they did with ingress-nginx; a rule of somebody takes precedence. */
function healthRoute({ host, settings: { policies } }: HostInput, claimed: PathClaims): Route[] {
  if (host !== '' || claimed.has('prefix /healthz')) return [];
  const action = { kind: 'respond', status: 200, because: 'the data plane is alive' } as const;
  return [{ match: { kind: 'prefix', path: '/healthz' }, action, policies, from: builtIn }];
}

/** A path with a last slash answers 301 for the path without it, unless a rule takes just that path (nginx's auto_redirect), with the headers that its location adds to answers. */
function appendSlashRedirects(claimed: PathClaims, { settings }: HostInput): Route[] {
  const redirects = new Map<string, Route>();
  for (const { match, from, features, text } of claimed.values()) {
    const bare = match.path.slice(0, -1);
    if (bare === '' || !match.path.endsWith('/') || claimed.has(`exact ${bare}`) || claimed.has(`prefix ${bare}`)) continue;
    const action = {
      kind: 'redirect',
      redirect: { status: 301, location: { kind: 'path', path: encodePath(match.path), ...features.redirectStyle } },
    } as const;
    const policies = [...settings.policies, ...features.policiesOf(text)].filter(({ kind }) => kind === 'response-headers');
    redirects.set(bare, { match: { kind: 'exact', path: bare }, action, policies, from });
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

/** Carries the annotations of the Ingress that first defined the host; on the catch-all host without redirects and rewrites. */
function rootFallback(input: HostInput): Route {
  const { fallback, rules, host } = input;
  const match = { kind: 'prefix', path: '/' } as const;
  if (fallback !== undefined) {
    const features = host === '' ? withoutDetours(fallback.features) : fallback.features;
    return routeOf(match, { features, upstream: fallback.backend.id, text: '/', from: fallback.backend.from }, input);
  }
  const action = { kind: 'respond', status: 404, because: 'no rule takes the path and there is no default backend' } as const;
  const features = host === '' ? undefined : rules[0]?.features;
  if (features === undefined) return { match, action, policies: [standardBodyLimit, ...input.settings.policies], from: builtIn };
  return { ...routeOf(match, { features, upstream: '', text: '/', from: builtIn }, input), ...(isForward(features) && { action }) };
}

function isForward({ denied, action }: IngressFeatures): boolean {
  return denied === undefined && action === undefined;
}
