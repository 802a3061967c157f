import type { Redirect } from '../model/redirect.ts';
import type { Route } from '../model/route.ts';
import type { Upstream } from '../model/upstream.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import { canonicalHost, hostWithoutPort } from './canonical-host.ts';
import { splitTarget } from './normalize-path.ts';
import type { RoutedRequest } from './request.ts';
import type { Verdict } from './verdict.ts';

/** The answers that need no route. */
export const badHost: Verdict = { kind: 'respond', status: 400, because: 'the Host header is not a valid host name' };
export const badPath: Verdict = { kind: 'respond', status: 400, because: 'the path cannot be decoded or leaves the root' };

/**
 * What happens to a request once its route is known, in the order in which ingress-nginx takes these steps: the route's
 * own redirect, the redirect to HTTPS, the route's own answer, 503 for an upstream without endpoints, forwarding.
 */
export function conclude(request: RoutedRequest, host: VirtualHost, route: Route, upstream: Upstream | undefined): Verdict {
  const { action } = route;
  if (action.kind === 'redirect') return redirectTo(request, host, route, action.redirect);
  const toHttps = request.secure ? undefined : route.policies.find((policy) => policy.kind === 'https-redirect');
  if (toHttps !== undefined) return redirectTo(request, host, route, { status: toHttps.status, location: { kind: 'https' } });
  if (action.kind === 'respond') return { kind: 'respond', host, route, status: action.status, because: action.because };
  if (upstream === undefined || upstream.endpoints.length === 0) {
    return { kind: 'respond', host, route, status: 503, because: upstream?.unavailable ?? 'the upstream is unknown' };
  }
  return { kind: 'forward', host, route, upstream };
}

function redirectTo(request: RoutedRequest, host: VirtualHost, route: Route, redirect: Redirect): Verdict {
  return { kind: 'redirect', host, route, status: redirect.status, location: locationOf(request, redirect.location) };
}

function locationOf(request: RoutedRequest, location: Redirect['location']): string {
  switch (location.kind) {
    case 'path': {
      const scheme = request.secure ? 'https' : 'http';
      return `${scheme}://${canonicalHost(request.host) ?? ''}${location.path}${splitTarget(request.target).query}`;
    }
    case 'https': {
      const target = request.target.endsWith('/') ? request.target.slice(0, -1) : request.target;
      return `https://${hostWithoutPort(request.host)}${target}`;
    }
  }
}
