import type { Policy } from '../model/policy/policy.ts';
import type { Route } from '../model/route.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import type { ServingSettings } from '../model/settings/serving-settings.ts';
import type { Upstream } from '../model/upstream.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import { blockedRequest } from './blocks.ts';
import { canonicalHost } from './canonical-host.ts';
import { decideAtRoute } from './at-route.ts';
import { bodyLimitOf } from './body-limit.ts';
import { badHost, badPath, beforeRouting } from './conclude.ts';
import { HostIndex } from './host-index.ts';
import { normalizePath, splitTarget } from './normalize-path.ts';
import type { RoutedRequest } from './request.ts';
import { RouteIndex } from './route-index.ts';
import type { Verdict } from './verdict.ts';

/** Answers the same as `evaluate`, fast: what a data plane in this process serves with. */
export interface RouteTable {
  readonly settings: ServingSettings;
  /** The virtual host that answers for a name (with or without port); undefined for one that is not valid. */
  hostOf(name: string): VirtualHost | undefined;
  decide(request: RoutedRequest): Verdict;
  upstream(id: string): Upstream | undefined;
}

/** The distinct Host headers remembered by a table; attackers may send any number of others. */
const REMEMBERED_HOSTS = 4096;

/** Policies that look at the request while it is decided; all others are the same for every request of a route. */
const DECIDING: ReadonlySet<Policy['kind']> = new Set([
  'cors',
  'error-pages',
  'https-redirect',
  'rewrite',
  'source-range',
  'upstream-host',
  'request-headers',
  'host-headers',
  'snippet',
] as const);

const indexes = new WeakMap<VirtualHost, RouteIndex>();
const hostIndexes = new WeakMap<RoutingModel['virtualHosts'], HostIndex>();

/** Prepares a model for serving. Virtual hosts, and lists of them, that are the same objects as in an earlier model are not compiled again. */
export function compileRoutes(model: RoutingModel): RouteTable {
  return new CompiledTable(model);
}

/** A verdict that is the same for every request with a body that is small enough. */
interface Settled {
  readonly verdict: Verdict;
  readonly bodyLimit: number;
}

function hostIndexOf(hosts: RoutingModel['virtualHosts']): HostIndex {
  let index = hostIndexes.get(hosts);
  if (index === undefined) hostIndexes.set(hosts, (index = new HostIndex(hosts)));
  return index;
}

class CompiledTable implements RouteTable {
  readonly settings: ServingSettings;
  readonly #hosts: HostIndex;
  readonly #upstreams: ReadonlyMap<string, Upstream>;
  readonly #blocks: boolean;
  readonly #remembered = new Map<string, VirtualHost>();
  /** Verdicts that are the same for every request. */
  readonly #settled = new Map<Route, Settled>();

  constructor(model: RoutingModel) {
    this.settings = model.settings;
    const { userAgents, referers } = model.settings.blocked;
    this.#blocks = userAgents.length + referers.length > 0;
    this.#hosts = hostIndexOf(model.virtualHosts);
    this.#upstreams = new Map(model.upstreams.map((upstream) => [upstream.id, upstream]));
  }

  hostOf(name: string): VirtualHost | undefined {
    return this.#remembered.get(name) ?? this.#find(name);
  }

  decide(request: RoutedRequest): Verdict {
    const host = this.hostOf(request.host);
    if (host === undefined) return badHost;
    const path = normalizePath(splitTarget(request.target).path);
    if (path === undefined) return badPath;
    const early = this.#early(request, host, path);
    if (early !== undefined) return early;
    const route = indexOf(host).find(path);
    if (route === undefined) throw new TypeError(`virtual host ${host.name} has no route for every path`);
    const settled = this.#settled.get(route);
    if (settled !== undefined && request.bodyBytes <= settled.bodyLimit) return settled.verdict;
    return this.#conclude(request, host, route, path);
  }

  /** What is decided before a route is looked for. */
  #early(request: RoutedRequest, host: VirtualHost, path: string): Verdict | undefined {
    const blocked = this.#blocks ? blockedRequest(request, this.settings, host) : undefined;
    if (blocked !== undefined) return blocked;
    const looks = host.appRoot !== undefined || host.clientAuth !== undefined || host.snippet !== undefined;
    return looks ? beforeRouting(request, host, path) : undefined;
  }

  upstream(id: string): Upstream | undefined {
    return this.#upstreams.get(id);
  }

  #conclude(request: RoutedRequest, host: VirtualHost, route: Route, path: string): Verdict {
    const verdict = decideAtRoute({ request, host, route, path }, (id) => this.#upstreams.get(id));
    if (verdict.kind === 'forward' && !this.#chooses(route) && !route.policies.some(({ kind }) => DECIDING.has(kind)))
      this.#settled.set(route, { verdict, bodyLimit: bodyLimitOf(route) });
    return verdict;
  }

  /** Whether the upstream of a route has a canary, so that it is decided for each request. */
  #chooses({ action }: Route): boolean {
    return action.kind === 'forward' && this.#upstreams.get(action.upstream)?.canary !== undefined;
  }

  #find(header: string): VirtualHost | undefined {
    const name = header === '' ? '' : canonicalHost(header);
    if (name === undefined) return undefined;
    const host = this.#hosts.find(name);
    if (host !== this.#hosts.any && this.#remembered.size < REMEMBERED_HOSTS) this.#remembered.set(header, host);
    return host;
  }
}

function indexOf(host: VirtualHost): RouteIndex {
  let index = indexes.get(host);
  if (index === undefined) indexes.set(host, (index = new RouteIndex(host.routes)));
  return index;
}
