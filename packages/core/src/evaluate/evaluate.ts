import type { HostMatch } from '../model/match.ts';
import type { Route } from '../model/route.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import { blockedRequest } from './blocks.ts';
import { canonicalHost } from './canonical-host.ts';
import { decideAtRoute } from './at-route.ts';
import { badHost, badPath, beforeRouting } from './conclude.ts';
import { asTold } from './forwarded.ts';
import { hostMatches, hostRank, pathMatches } from './match.ts';
import { normalizePath, splitTarget } from './normalize-path.ts';
import type { Reason } from './reason.ts';
import type { RoutedRequest } from './request.ts';
import type { Verdict } from './verdict.ts';

/** A verdict and how it came about. */
export interface Decision {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
}

/**
 * Decides which route answers a request and what happens to it. This is the one definition of routing: the Node data
 * plane serves with its compiled form, `explain` prints its reasons, tests use it as the oracle for every backend.
 */
export function evaluate(model: RoutingModel, asked: RoutedRequest): Decision {
  const reasons: Reason[] = [];
  const request = asTold(asked, model.settings);
  tellTold(request, model.settings.said, reasons);
  const tell = (reason: Reason): void => void reasons.push(reason);
  const host = chooseHost(model.virtualHosts, request.host, reasons);
  if (host === undefined)
    return { verdict: badHost, reasons: [...reasons, { step: 'answer', text: '400: the Host header is not a valid host name' }] };
  const path = normalizePath(splitTarget(request.target).path);
  if (path === undefined)
    return { verdict: badPath, reasons: [...reasons, { step: 'answer', text: '400: the path cannot be decoded or leaves the root' }] };
  if (path !== splitTarget(request.target).path)
    reasons.push({ step: 'path', text: `matched as ${path}: decoded, slashes merged, dots resolved; the upstream gets the path as sent` });
  const early = blockedRequest(request, model.settings, host, tell) ?? beforeRouting(request, host, path, tell);
  if (early !== undefined) return { verdict: early, reasons };
  const route = chooseRoute(host, path, reasons);
  if (route === undefined) throw new TypeError(`virtual host ${host.name} has no route for every path`);
  const verdict = decideAtRoute({ request, host, route, path }, (id) => model.upstreams.find((upstream) => upstream.id === id), tell);
  return { verdict, reasons };
}

function tellTold({ told, clientAddress }: RoutedRequest, said: RoutingModel['settings']['said'], reasons: Reason[]): void {
  const from = said.find(({ key }) => key === 'use-forwarded-headers' || key === 'enable-real-ip')?.from;
  if (told === undefined || from === undefined) return;
  reasons.push({
    step: 'listener',
    text: `by its headers: from ${clientAddress}, ${told.scheme}, host ${told.host}, port ${told.port}`,
    from,
  });
}

function chooseHost(hosts: readonly VirtualHost[], header: string, reasons: Reason[]): VirtualHost | undefined {
  const name = header === '' ? '' : canonicalHost(header);
  if (name === undefined) return undefined;
  const names = hosts.flatMap((host) => [host.match, ...(host.aliases?.matches ?? [])].map((match) => ({ host, match })));
  const inOrder = names.toSorted((a, b) => hostRank(a.match) - hostRank(b.match) || Number(isAlias(a)) - Number(isAlias(b)));
  const found = inOrder.find(({ match }) => hostMatches(match, name));
  if (found === undefined) throw new TypeError('a routing model has a virtual host for every other name');
  const { host, match } = found;
  const from = isAlias(found) ? host.aliases?.from : undefined;
  reasons.push({ step: 'host', text: describeHost(match, host, name), from: from ?? host.from });
  return host;
}

function isAlias({ host, match }: { readonly host: VirtualHost; readonly match: HostMatch }): boolean {
  return match !== host.match;
}

function describeHost(match: HostMatch, host: VirtualHost, name: string): string {
  if (match !== host.match) return `host ${name} is an alias of ${host.name}`;
  if (match.kind === 'any') return `no rule names the host ${name || '(none)'}: the catch-all host takes it`;
  return match.kind === 'exact' ? `host ${name}` : `host ${name} through the wildcard ${host.name}`;
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
  if (match.kind === 'regex') {
    const start = match.anywhere === undefined ? '^' : '';
    return `the regular expression ${start}${match.path}${match.ignoreCase ? ' (without regard to case)' : ''}`;
  }
  return match.kind === 'exact' ? `the exact path ${match.path}` : `the prefix ${match.path}`;
}

function whyLater({ match: chosen }: Route, { match: other }: Route): string {
  if (chosen.kind === 'exact' && other.kind === 'prefix') return 'an exact path comes before prefixes';
  if (chosen.kind === 'regex' && chosen.anywhere !== undefined) return 'the expressions of the server snippet come first';
  if (chosen.path.length === other.path.length) return 'of texts of the same length the one that sorts last comes first';
  return chosen.kind === 'regex' ? 'the longer text comes first' : 'the longer path comes first';
}
