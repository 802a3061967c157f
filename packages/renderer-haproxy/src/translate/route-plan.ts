import { addressRanges, binary, planText, policyOf, routePlanOf, ruleText } from '@sluice/core';
import type {
  AddressRanges,
  ErrorPagesPolicy,
  ExternalAuthPolicy,
  LimitPolicy,
  PlanText,
  Route,
  RoutePlan,
  VirtualHost,
} from '@sluice/core';
import { digestOf, escapeWord } from './record.ts';
import { demandKey, usualWay, wayOf } from './way.ts';
import type { Demand } from './way.ts';
import { planValues } from './value-plan.ts';
import type { ValuesPlan } from './value-plan.ts';

/** What Lua does with the requests of a route (`lua/sluice/`): the steps of the core's plan, and what is done besides. 1 is yes. */
export interface HaproxyPlan extends RoutePlan {
  readonly namespace: string;
  readonly ingress: string;
  /** What log and metrics call its requests. */
  readonly rule: string;
  /** Keys of the map `upstreams`. Absent where the route does not forward. */
  readonly upstream?: UpstreamPlan;
  readonly access?: AccessPlan;
  readonly limit?: LimitPlan;
  readonly basic?: { readonly realm: string; readonly users: string };
  readonly external?: ExternalPlan;
  /** One passed check is enough. */
  readonly any?: 1;
  readonly errorPages?: ErrorPagesPlan;
  readonly mirror?: { readonly target: PlanText; readonly host?: PlanText; readonly body?: 1 };
  /** Most bytes of a body. */
  readonly bodyBytes?: number;
  readonly readMs?: number;
  /** Host header for the upstream. */
  readonly hostHeader?: PlanText;
  readonly connection?: string;
  /** Header lines for the upstream: `set` or `add`, name, value. */
  readonly told?: readonly (readonly [op: string, name: string, value: PlanText])[];
  readonly values?: ValuesPlan;
  /** Path of affinity cookies; absent where the route gives none. */
  readonly cookiePath?: string;
  /** No line in the access log. */
  readonly silent?: 1;
}

/** Keys of an upstream, for clients without TLS and with it. */
interface UpstreamKeys {
  readonly plain: string;
  readonly secure: string;
}

export interface UpstreamPlan extends UpstreamKeys {
  /** What answers while it has no endpoint. */
  readonly standIn?: UpstreamKeys;
  readonly service: string;
  readonly port: string;
}

interface AccessPlan {
  readonly deny: AddressRanges;
  readonly allow: AddressRanges;
}

interface LimitPlan {
  readonly zone: string;
  readonly perSecond?: readonly [requests: number, burst: number];
  readonly perMinute?: readonly [requests: number, burst: number];
  readonly connections?: number;
  readonly rateStatus: number;
  readonly connectionStatus: number;
  readonly exempt: AddressRanges;
}

interface ExternalPlan {
  readonly url: PlanText;
  readonly urlText: string;
  readonly method?: string;
  readonly signin?: PlanText;
  readonly responseHeaders: readonly string[];
  readonly cache?: { readonly key: PlanText; readonly place: string; readonly durations: readonly CachePlan[] };
  readonly setHeaders: readonly (readonly [string, PlanText])[];
  readonly alwaysSetCookie?: 1;
  readonly requestRedirect?: string;
}

/** No statuses: any. */
interface CachePlan {
  readonly statuses?: readonly number[];
  readonly ms: number;
}

interface ErrorPagesPlan {
  readonly codes: readonly number[];
  /** Key of the map `upstreams`; absent: the built-in 404. */
  readonly upstream?: string;
  readonly replaces?: 1;
  readonly namespace: string;
  readonly ingress: string;
}

/** A plan, with the upstreams that it names. */
export interface PlannedRoute {
  readonly plan: HaproxyPlan;
  readonly demands: readonly Demand[];
}

export function planRoute(host: VirtualHost, route: Route, httpsPort: number): PlannedRoute {
  const demands: Demand[] = [];
  const demand = (upstream: string, way = usualWay): string => {
    demands.push({ upstream, way });
    return escapeWord(binary(demandKey({ upstream, way })));
  };
  const { namespace, name } = route.from.object;
  const plan: HaproxyPlan = {
    ...routePlanOf(host, route, { httpsPort }),
    namespace: namespace ?? '',
    ingress: name,
    rule: ruleText(host, route),
    ...upstreamOf(route, demand),
    ...gatesOf(host, route),
    ...pagesOf(route, demand),
    ...transportOf(host, route),
    ...mirrorOf(host, route),
  };
  return { plan, demands };
}

type AddDemand = (upstream: string, way?: Demand['way']) => string;

function upstreamOf(route: Route, demand: AddDemand): Pick<HaproxyPlan, 'upstream'> {
  const { action } = route;
  if (action.kind !== 'forward') return {};
  const protocol = policyOf(route, 'backend-protocol')?.protocol;
  const standIn = policyOf(route, 'error-pages')?.upstream;
  const [, service = '', port = ''] = /^[^/]*\/(.*):([^:]*)$/.exec(action.upstream) ?? [];
  const by = (upstream: string, secure: boolean): string =>
    demand(upstream, wayOf(route, protocol === 'https' || (protocol === 'as-client' && secure)));
  const both = (upstream: string): UpstreamKeys => ({
    plain: by(upstream, false),
    secure: by(upstream, true),
  });
  return { upstream: { ...both(action.upstream), service, port, ...(standIn !== undefined && { standIn: both(standIn) }) } };
}

function gatesOf(host: VirtualHost, route: Route): Pick<HaproxyPlan, 'access' | 'any' | 'basic' | 'external' | 'limit'> {
  const [range, limit] = [policyOf(route, 'source-range'), policyOf(route, 'limit')];
  const [basic, external] = [policyOf(route, 'basic-auth'), policyOf(route, 'external-auth')];
  return {
    ...(range && { access: { deny: addressRanges(range.deny), allow: addressRanges(range.allow) } }),
    ...(limit && { limit: limitOf(limit) }),
    ...(basic && { basic: { realm: basic.realm, users: basic.users.fingerprint.slice(0, 24) } }),
    ...(external && { external: externalOf(host, route, external) }),
    ...(policyOf(route, 'satisfy-any') && (basic || external) && { any: 1 as const }),
  };
}

function limitOf({ zone, perSecond, perMinute, connections, rateStatus, connectionStatus, exempt }: LimitPolicy): LimitPlan {
  return {
    // Names are longer than keys of HAProxy's tables.
    zone: digestOf(zone),
    ...(perSecond && { perSecond: [perSecond.requests, perSecond.burst] as const }),
    ...(perMinute && { perMinute: [perMinute.requests, perMinute.burst] as const }),
    ...(connections !== undefined && { connections }),
    rateStatus,
    connectionStatus,
    exempt: addressRanges(exempt),
  };
}

function externalOf(host: VirtualHost, route: Route, policy: ExternalAuthPolicy): ExternalPlan {
  const { url, urlText, method, signin, responseHeaders, cache, setHeaders, alwaysSetCookie, requestRedirect } = policy;
  const place = { host, route, upstream: true };
  return {
    url: planText(url, place),
    urlText,
    ...(method !== undefined && { method }),
    ...(signin && { signin: planText(signin, place) }),
    responseHeaders,
    ...(cache && {
      cache: {
        key: planText(cache.key, place),
        place: [host.name, route.match.kind, route.match.path, urlText].join('\0'),
        durations: cache.durations.map(({ statuses, ms }) => ({ ...(statuses !== 'any' && { statuses }), ms })),
      },
    }),
    setHeaders: setHeaders.map(([name, value]) => [name, planText(value, place)] as const),
    ...(alwaysSetCookie && { alwaysSetCookie: 1 as const }),
    ...(requestRedirect !== undefined && { requestRedirect }),
  };
}

function pagesOf(route: Route, demand: AddDemand): Pick<HaproxyPlan, 'errorPages'> {
  const policy: ErrorPagesPolicy | undefined = policyOf(route, 'error-pages');
  if (policy === undefined || policy.codes.length === 0) return {};
  const { namespace, name } = policy.from.object;
  return {
    errorPages: {
      codes: policy.codes,
      ...(policy.upstream !== undefined && { upstream: demand(policy.upstream) }),
      ...(policy.replacesUpstreams && { replaces: 1 as const }),
      namespace: namespace ?? '',
      ingress: name,
    },
  };
}

function transportOf(
  host: VirtualHost,
  route: Route,
): Pick<HaproxyPlan, 'bodyBytes' | 'connection' | 'cookiePath' | 'hostHeader' | 'readMs' | 'silent' | 'told' | 'values'> {
  const [bodyBytes, readMs] = [policyOf(route, 'body-limit')?.bytes || undefined, policyOf(route, 'upstream-timeouts')?.readMs];
  const [values, cookie] = [planValues(route), policyOf(route, 'session-cookie')];
  return {
    ...toldUpstream(host, route),
    ...(bodyBytes !== undefined && { bodyBytes }),
    ...(readMs !== undefined && { readMs }),
    ...(values && { values }),
    ...(cookie && { cookiePath: cookie.path }),
    ...(policyOf(route, 'access-log')?.enabled === false && { silent: 1 as const }),
  };
}

function toldUpstream(host: VirtualHost, route: Route): Pick<HaproxyPlan, 'connection' | 'hostHeader' | 'told'> {
  const lines = route.policies.filter((policy) => policy.kind === 'request-headers').flatMap((policy) => policy.lines);
  const [hostHeader, connection] = [policyOf(route, 'upstream-host'), policyOf(route, 'upstream-connection')];
  return {
    ...(hostHeader && { hostHeader: planText(hostHeader.host, { host, route, upstream: true }) }),
    ...(connection && { connection: connection.value }),
    ...(lines.length > 0 && {
      told: lines.map(({ op, name, value }) => [op, name, planText(value, { host, route, upstream: true })] as const),
    }),
  };
}

function mirrorOf(host: VirtualHost, route: Route): Pick<HaproxyPlan, 'mirror'> {
  const mirror = policyOf(route, 'mirror');
  if (mirror === undefined) return {};
  const place = { host, route, upstream: true };
  return {
    mirror: {
      target: planText(mirror.target, place),
      ...(mirror.host && { host: planText(mirror.host, place) }),
      ...(mirror.body && { body: 1 as const }),
    },
  };
}
