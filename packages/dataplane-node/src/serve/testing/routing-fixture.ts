import type { Endpoint, Route, RouteAction, RoutingModel, Upstream, VirtualHost } from '@sluice/core';
import { builtIn, compileRoutes, defaultServing } from '@sluice/core';
import type { ServingGeneration } from '../proxy-context.ts';
import type { SecureContext } from 'node:tls';

/** What a host of a fixture does: forwards to endpoints, or answers. */
export type HostFixture = { readonly endpoints: readonly Endpoint[]; readonly httpsRedirect?: boolean } | { readonly respond: number };

/** An endpoint on this machine. */
export function local(port: number): Endpoint {
  return { kind: 'address', address: '127.0.0.1', port, from: builtIn };
}

/** A generation with one upstream `test/NAME:80` for each host; all other hosts answer 404. */
export function generation(
  hosts: Readonly<Record<string, HostFixture>>,
  secureContextFor?: (name: string | undefined) => SecureContext,
): ServingGeneration {
  const model = modelOf(hosts);
  return {
    digest: JSON.stringify(hosts),
    routes: compileRoutes(model),
    upstreams: model.upstreams,
    secureContextFor:
      secureContextFor ??
      (() => {
        throw new Error('this fixture has no certificates');
      }),
  };
}

function modelOf(hosts: Readonly<Record<string, HostFixture>>): RoutingModel {
  const entries = Object.entries(hosts).toSorted(([left], [right]) => (left < right ? -1 : 1));
  const upstreams = entries.flatMap(([name, host]): Upstream[] => ('endpoints' in host ? [upstreamOf(name, host.endpoints)] : []));
  const catchAll: VirtualHost = {
    name: '*',
    match: { kind: 'any' },
    routes: [routeOf({ kind: 'respond', status: 404, because: 'no rule names the host' })],
    from: builtIn,
  };
  return {
    listeners: [{ protocol: 'http' }],
    settings: defaultServing,
    virtualHosts: [catchAll, ...entries.map(([name, host]) => hostOf(name, host))],
    upstreams,
    certificates: [],
    streams: [],
  };
}

function upstreamOf(name: string, endpoints: readonly Endpoint[]): Upstream {
  const upstream = { id: `test/${name}:80`, namespace: 'test', service: name, port: '80', endpoints, from: builtIn };
  return endpoints.length === 0 ? { ...upstream, unavailable: 'no ready endpoint' } : upstream;
}

function hostOf(name: string, host: HostFixture): VirtualHost {
  const action: RouteAction =
    'endpoints' in host
      ? { kind: 'forward', upstream: `test/${name}:80` }
      : { kind: 'respond', status: host.respond, because: 'the fixture says so' };
  const redirects = 'endpoints' in host && host.httpsRedirect === true;
  return {
    name,
    match: { kind: 'exact', name },
    routes: [
      { ...routeOf(action), policies: redirects ? [{ kind: 'https-redirect', status: 308, keepTrailingSlash: false, from: builtIn }] : [] },
    ],
    from: builtIn,
  };
}

function routeOf(action: RouteAction): Route {
  return { match: { kind: 'prefix', path: '/' }, action, policies: [], from: builtIn };
}
