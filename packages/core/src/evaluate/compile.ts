import type { Route } from '../model/route.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import type { Upstream } from '../model/upstream.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import { canonicalHost } from './canonical-host.ts';
import { badHost, badPath, conclude } from './conclude.ts';
import { wildcardAbove } from './match.ts';
import { normalizePath, splitTarget } from './normalize-path.ts';
import type { RoutedRequest } from './request.ts';
import { RouteIndex } from './route-index.ts';
import type { Verdict } from './verdict.ts';

/** Answers the same as `evaluate`, fast: what a data plane in this process serves with. */
export interface RouteTable {
  decide(request: RoutedRequest): Verdict;
}

/** The distinct Host headers remembered by a table; attackers may send any number of others. */
const REMEMBERED_HOSTS = 4096;

const indexes = new WeakMap<VirtualHost, RouteIndex>();

/** Prepares a model for serving. Virtual hosts that are the same objects as in an earlier model are not compiled again. */
export function compileRoutes(model: RoutingModel): RouteTable {
  return new CompiledTable(model);
}

class CompiledTable implements RouteTable {
  readonly #exact = new Map<string, VirtualHost>();
  readonly #wildcard = new Map<string, VirtualHost>();
  readonly #any: VirtualHost;
  readonly #upstreams: ReadonlyMap<string, Upstream>;
  readonly #remembered = new Map<string, VirtualHost>();
  readonly #forwards = new Map<Route, Verdict>();

  constructor(model: RoutingModel) {
    let any: VirtualHost | undefined;
    for (const host of model.virtualHosts) {
      if (host.match.kind === 'exact') this.#exact.set(host.match.name, host);
      else if (host.match.kind === 'wildcard') this.#wildcard.set(`*${host.match.suffix}`, host);
      else any = host;
    }
    if (any === undefined) throw new TypeError('a routing model has a virtual host for every other name');
    this.#any = any;
    this.#upstreams = new Map(model.upstreams.map((upstream) => [upstream.id, upstream]));
  }

  decide(request: RoutedRequest): Verdict {
    const host = this.#remembered.get(request.host) ?? this.#find(request.host);
    if (host === undefined) return badHost;
    const path = normalizePath(splitTarget(request.target).path);
    if (path === undefined) return badPath;
    const route = indexOf(host).find(path);
    if (route === undefined) throw new TypeError(`virtual host ${host.name} has no route for every path`);
    const known = this.#forwards.get(route);
    if (known !== undefined && (request.secure || route.policies.length === 0)) return known;
    const verdict = this.#conclude(request, host, route);
    if (verdict.kind === 'forward') this.#forwards.set(route, verdict);
    return verdict;
  }

  #conclude(request: RoutedRequest, host: VirtualHost, route: Route): Verdict {
    const upstream = route.action.kind === 'forward' ? this.#upstreams.get(route.action.upstream) : undefined;
    return conclude(request, host, route, upstream);
  }

  #find(header: string): VirtualHost | undefined {
    const name = header === '' ? '' : canonicalHost(header);
    if (name === undefined) return undefined;
    const host = this.#exact.get(name) ?? this.#wildcard.get(wildcardAbove(name) ?? '') ?? this.#any;
    if (host !== this.#any && this.#remembered.size < REMEMBERED_HOSTS) this.#remembered.set(header, host);
    return host;
  }
}

function indexOf(host: VirtualHost): RouteIndex {
  let index = indexes.get(host);
  if (index === undefined) indexes.set(host, (index = new RouteIndex(host.routes)));
  return index;
}
