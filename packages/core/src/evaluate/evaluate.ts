import type { Origin } from '../model/origin.ts';
import type { Route } from '../model/route.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import { canonicalHost } from './canonical-host.ts';
import { badHost, badPath, conclude } from './conclude.ts';
import { hostMatches, pathMatches } from './match.ts';
import { normalizePath, splitTarget } from './normalize-path.ts';
import type { RoutedRequest } from './request.ts';
import type { Verdict } from './verdict.ts';

/** One step of a decision, in words, with the object that caused it. */
export interface Reason {
  readonly step: 'host' | 'path' | 'route' | 'policy' | 'upstream' | 'answer';
  readonly text: string;
  readonly from?: Origin;
}

/** A verdict and how it came about. */
export interface Decision {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
}

/**
 * Decides which route answers a request and what happens to it. This is the one definition of routing: the Node data
 * plane serves with its compiled form, `explain` prints its reasons, tests use it as the oracle for every backend.
 */
export function evaluate(model: RoutingModel, request: RoutedRequest): Decision {
  const reasons: Reason[] = [];
  const host = chooseHost(model.virtualHosts, request.host, reasons);
  if (host === undefined)
    return { verdict: badHost, reasons: [...reasons, { step: 'answer', text: '400: the Host header is not a valid host name' }] };
  const path = normalizePath(splitTarget(request.target).path);
  if (path === undefined)
    return { verdict: badPath, reasons: [...reasons, { step: 'answer', text: '400: the path cannot be decoded or leaves the root' }] };
  if (path !== splitTarget(request.target).path)
    reasons.push({ step: 'path', text: `matched as ${path}: decoded, slashes merged, dots resolved; the upstream gets the path as sent` });
  const route = chooseRoute(host, path, reasons);
  if (route === undefined) throw new TypeError(`virtual host ${host.name} has no route for every path`);
  const { action } = route;
  const upstream = action.kind === 'forward' ? model.upstreams.find((candidate) => candidate.id === action.upstream) : undefined;
  const verdict = conclude(request, host, route, upstream);
  reasons.push(...explainVerdict(verdict, request));
  return { verdict, reasons };
}

function chooseHost(hosts: readonly VirtualHost[], header: string, reasons: Reason[]): VirtualHost | undefined {
  const name = header === '' ? '' : canonicalHost(header);
  if (name === undefined) return undefined;
  const byKind = (kind: VirtualHost['match']['kind']): VirtualHost | undefined =>
    hosts.find((host) => host.match.kind === kind && hostMatches(host.match, name));
  const host = byKind('exact') ?? byKind('wildcard') ?? byKind('any');
  if (host === undefined) throw new TypeError('a routing model has a virtual host for every other name');
  const how = {
    exact: `host ${name}`,
    wildcard: `host ${name} through the wildcard ${host.name}`,
    any: `no rule names the host ${name || '(none)'}: the catch-all host takes it`,
  };
  reasons.push({ step: 'host', text: how[host.match.kind], from: host.from });
  return host;
}

function chooseRoute(host: VirtualHost, path: string, reasons: Reason[]): Route | undefined {
  const position = host.routes.findIndex((route) => pathMatches(route.match, path));
  const chosen = host.routes[position];
  if (chosen === undefined) return undefined;
  reasons.push({ step: 'route', text: `${describe(chosen)} takes ${path}`, from: chosen.from });
  for (const other of host.routes.slice(position + 1)) {
    if (pathMatches(other.match, path))
      reasons.push({ step: 'route', text: `${describe(other)} would take it too, but ${whyLater(chosen, other)}`, from: other.from });
  }
  return chosen;
}

function describe({ match }: Route): string {
  return match.kind === 'exact' ? `the exact path ${match.path}` : `the prefix ${match.path}`;
}

function whyLater(chosen: Route, other: Route): string {
  return chosen.match.kind === 'exact' && other.match.kind === 'prefix'
    ? 'an exact path comes before prefixes'
    : 'the longer path comes first';
}

function explainVerdict(verdict: Verdict, request: RoutedRequest): Reason[] {
  const route = verdict.route;
  if (route === undefined) return [];
  if (verdict.kind === 'redirect') {
    const policy = route.action.kind === 'redirect' ? undefined : route.policies.find(({ kind }) => kind === 'https-redirect');
    if (policy !== undefined)
      return [
        {
          step: 'policy',
          text: `${verdict.status} to ${verdict.location}: the host has TLS and the request came without`,
          from: policy.from,
        },
      ];
    return [{ step: 'answer', text: `${verdict.status} to ${verdict.location}`, from: route.from }];
  }
  if (verdict.kind === 'respond') return [{ step: 'answer', text: `${verdict.status}: ${verdict.because}`, from: route.from }];
  const skipped: Reason[] =
    request.secure && route.policies.some(({ kind }) => kind === 'https-redirect')
      ? [{ step: 'policy', text: 'already HTTPS: no redirect' }]
      : [];
  const count = verdict.upstream.endpoints.length;
  return [
    ...skipped,
    {
      step: 'upstream',
      text: `forwarded to ${verdict.upstream.id}, ${count} ${count === 1 ? 'endpoint' : 'endpoints'}`,
      from: verdict.upstream.from,
    },
  ];
}
