import type { HttpsRedirectPolicy } from '../model/policy/https-redirect.ts';
import { policyOf } from '../model/policy/policy.ts';
import type { Redirect } from '../model/redirect.ts';
import type { Route, RouteAction } from '../model/route.ts';
import type { Upstream } from '../model/upstream.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import { checkAccess } from './access.ts';
import { chooseSide } from './canary.ts';
import { isRedirected, locationOf } from './location.ts';
import { checkClient } from './client-auth.ts';
import { toldScheme } from './forwarded.ts';
import type { Narrator } from './reason.ts';
import type { RoutedRequest } from './request.ts';
import { hostSnippet, rewritePhase, withPhase } from './rewrite-phase.ts';
import { rewrite } from './rewrite.ts';
import { tellForwarding } from './tell-forwarding.ts';
import type { RedirectVerdict, RespondVerdict, Rewritten, Verdict } from './verdict.ts';

/** The answers that need no route. */
export const badHost: Verdict = { kind: 'respond', status: 400, because: 'the Host header is not a valid host name' };
export const badPath: Verdict = { kind: 'respond', status: 400, because: 'the path cannot be decoded or leaves the root' };

/** A request whose route is known. */
export interface RoutedPath {
  readonly request: RoutedRequest;
  readonly host: VirtualHost;
  readonly route: Route;
  /** Normalised. */
  readonly path: string;
  /** What a snippet has made of the target; `last`: nothing else may rewrite it. */
  readonly changed?: { readonly target?: string; readonly last: boolean };
}

export type FindUpstream = (id: string) => Upstream | undefined;

/** What the host does before a route is looked for. */
export function beforeRouting(request: RoutedRequest, host: VirtualHost, path: string, tell?: Narrator): Verdict | undefined {
  const early = checkClient(request, host, tell) ?? hostSnippet(request, host, path, tell);
  if (early !== undefined) return early;
  const { appRoot } = host;
  if (appRoot === undefined || path !== '/') return undefined;
  const verdict: RedirectVerdict = {
    kind: 'redirect',
    host,
    status: 302,
    location: locationOf(request, { kind: 'root', path: appRoot.path }),
  };
  tell?.({ step: 'policy', text: `302 to ${verdict.location}: the root of the host is somewhere else`, from: appRoot.from });
  return verdict;
}

/**
 * What happens to a request once its route is known, in the order in which ingress-nginx takes these steps: refusal, CORS
 * preflights, the snippet, the route's own redirect, the redirect to HTTPS, the route's own answer, 503 for an upstream without
 * endpoints, 403 for the address, forwarding. A refused route has neither CORS nor a snippet.
 */
export function conclude(at: RoutedPath, find: FindUpstream, tell?: Narrator): Verdict {
  const { action } = at.route;
  if (action.kind === 'refuse') return respond(at, action, tell);
  const phase = rewritePhase(at, find, tell);
  return withPhase(phase.verdict ?? afterRewrite(phase.at, action, find, tell), phase);
}

/** What is left of a route's action when it is not refused. */
type LateAction = Exclude<RouteAction, { readonly kind: 'refuse' }>;

function afterRewrite(at: RoutedPath, action: LateAction, find: FindUpstream, tell: Narrator): Verdict {
  const { request, route } = at;
  if (action.kind === 'redirect') return redirectTo(at, action.redirect, tell);
  const toHttps = policyOf(route, 'https-redirect');
  if (toHttps !== undefined && toldScheme(request) === 'http' && isRedirected(toHttps, request)) return redirectToHttps(at, toHttps, tell);
  if (toHttps !== undefined && toldScheme(request) !== 'http')
    tell?.({ step: 'policy', text: 'already HTTPS: no redirect', from: toHttps.from });
  if (action.kind === 'respond') return respond(at, action, tell);
  return forward(at, action.upstream, find, tell);
}

function forward(at: RoutedPath, id: string, find: FindUpstream, tell: Narrator): Verdict {
  const { host, route, request } = at;
  const main = find(id);
  if (main === undefined || main.endpoints.length === 0)
    return respond(at, { status: 503, because: main?.unavailable ?? 'the upstream is unknown' }, tell);
  const access = checkAccess(route, request.clientAddress, tell);
  if (access === 'refused')
    return { ...respond(at, { status: 403, because: 'the address of the client may not use the route' }, tell), counted: true };
  const rewritten = rewritePath(at, tell);
  const upstream = chooseSide(main, request, find, tell);
  tellForwarding(upstream, route, request.secure, tell);
  return { kind: 'forward', host, route, upstream, ...(rewritten && { rewritten }), ...(access === 'admitted' && { admitted: true }) };
}

function rewritePath({ request, route, path, changed }: RoutedPath, tell: Narrator): Rewritten | undefined {
  const policy = policyOf(route, 'rewrite');
  const { target, last = false } = changed ?? {};
  const before = target === undefined ? undefined : { target };
  if (policy === undefined || last) return before;
  const rewritten = rewrite(policy, path, target ?? request.target);
  const text = rewritten === undefined ? `not rewritten: ${policy.pattern} is not found in ${path}` : describeRewritten(rewritten);
  tell?.({ step: 'policy', text, from: policy.from });
  return rewritten ?? before;
}

function describeRewritten({ target, forwardedPrefix }: Rewritten): string {
  return `rewritten to ${target}${forwardedPrefix === undefined ? '' : `; the upstream gets X-Forwarded-Prefix: ${forwardedPrefix}`}`;
}

function respond(
  { host, route }: RoutedPath,
  answer: { status: number; because: string; from?: Route['from'] },
  tell: Narrator,
): RespondVerdict {
  tell?.({ step: 'answer', text: `${answer.status}: ${answer.because}`, from: answer.from ?? route.from });
  return { kind: 'respond', host, route, status: answer.status, because: answer.because };
}

function redirectTo({ request, host, route }: RoutedPath, { status, location }: Redirect, tell: Narrator): RedirectVerdict {
  const verdict: RedirectVerdict = { kind: 'redirect', host, route, status, location: locationOf(request, location) };
  tell?.({ step: 'answer', text: `${status} to ${verdict.location}`, from: route.from });
  return verdict;
}

function redirectToHttps(
  { request, host, route }: RoutedPath,
  { status, keepTrailingSlash, withPort, from }: HttpsRedirectPolicy,
  tell: Narrator,
): RedirectVerdict {
  const location = locationOf(request, { kind: 'https', keepTrailingSlash, ...(withPort && { withPort }) });
  tell?.({ step: 'policy', text: `${status} to ${location}: the request came without TLS`, from });
  return { kind: 'redirect', host, route, status, location };
}
