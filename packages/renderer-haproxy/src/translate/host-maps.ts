import { binary, ruleText, serverNameOf, serverPlanOf } from '@sluice/core';
import type { ClientAuth, PathMatch, PlanPattern, Route, VirtualHost } from '@sluice/core';
import { digestOf, escapeWord, recordOf } from './record.ts';
import type { MapRecord } from './record.ts';
import { planRoute } from './route-plan.ts';
import type { PlannedRoute } from './route-plan.ts';
import { routePattern } from './route-pattern.ts';
import type { MappedPattern, RoutePattern } from './route-pattern.ts';
import type { Demand } from './way.ts';

/** A host as Lua gets it: a record under the digest of the whole host. */
export interface HostMaps {
  /** 24 hexadecimal digits, of the host with its routes. */
  readonly digest: string;
  /** Of the map `records`, that of the host itself first. */
  readonly records: readonly MapRecord['entries'][number][];
  /** Of the map `routes`. */
  readonly routes: readonly (readonly [key: string, value: string])[];
  /** Of a map of expressions, in order. */
  readonly patterns: readonly MappedPattern[];
  readonly demands: readonly Demand[];
  /** Routes that no request can reach, because HAProxy takes no request line that is so long. */
  readonly unreachable: readonly Route[];
}

/** The longest path that is looked up; longer request lines do not fit into HAProxy's buffer. */
const LONGEST_PATH = 4000;

/** How a match is written in front of its path. */
const MARKS = { exact: '=', prefix: '~' } as const;

/** What Lua knows of a host besides its routes; 1 is yes. */
interface HostRecord {
  readonly name: string;
  /** What log and metrics call its requests that no route has. */
  readonly rule: string;
  /** Most slashes of a prefix; absent without prefixes. */
  readonly depth?: number;
  /** Some routes are exact. */
  readonly exact?: 1;
  /** Some routes are in a map of expressions. */
  readonly patterns?: 1;
  /** Routes whose expressions only Lua can look for: position, expression, digest of the plan. */
  readonly found?: readonly (readonly [position: number, pattern: PlanPattern, plan: string])[];
  readonly server?: object;
  readonly appRoot?: string;
  readonly clientAuth?: object;
}

interface Placed extends PlannedRoute {
  readonly route: Route;
  readonly position: number;
  readonly record: MapRecord;
}

/** Translates a host on its own: nothing here depends on other hosts or on endpoints. */
export function hostMaps(host: VirtualHost, httpsPort: number): HostMaps {
  const placed = host.routes.map((route, position): Placed => {
    const planned = planRoute(host, route, httpsPort);
    return { route, position, record: recordOf(planned.plan), ...planned };
  });
  const reachable = placed.filter(({ route }) => route.match.path.length <= LONGEST_PATH);
  const keyed = reachable.flatMap(literalRoute);
  const patterns = reachable.flatMap(({ route: { match }, position, record }) => expression(match, position, record.digest));
  const mapped = patterns.filter((one) => one.kind === 'mapped');
  const found = patterns.flatMap((one) => (one.kind === 'found' ? [[one.position, one.pattern, one.plan] as const] : []));
  const whole = { ...recordBase(host, reachable), ...(mapped.length > 0 && { patterns: 1 as const }), ...(found.length > 0 && { found }) };
  const own = recordOf(whole satisfies HostRecord);
  const digest = digestOf(JSON.stringify([own.digest, keyed, mapped]));
  return {
    digest,
    records: exact([...recordAt(digest, own), ...placed.flatMap(({ record }) => record.entries)]),
    routes: exact(uniqueKeys(keyed.map(([mark, path, value]) => [`${digest}${mark}${path}`, value] as const))),
    patterns: mapped,
    demands: exact(placed.flatMap(({ demands }) => demands)),
    unreachable: placed.flatMap(({ route }) => (route.match.path.length > LONGEST_PATH ? route : [])),
  };
}

/** Arrays that grew have room for sixteen more, which is much for as many hosts as there are. */
function exact<Item>(grown: readonly Item[]): readonly Item[] {
  return grown.slice();
}

function recordBase(host: VirtualHost, placed: readonly Placed[]): HostRecord {
  const prefixes = placed.filter(({ route }) => route.match.kind === 'prefix').map(({ route }) => route.match.path.split('/').length);
  const server = serverPlanOf(host);
  return {
    name: serverNameOf(host),
    rule: ruleText(host, {}),
    ...(prefixes.length > 0 && { depth: Math.max(...prefixes) }),
    ...(placed.some(({ route }) => route.match.kind === 'exact') && { exact: 1 as const }),
    ...(server && { server }),
    ...(host.appRoot && { appRoot: host.appRoot.path }),
    ...(host.clientAuth && { clientAuth: clientAuthOf(host.clientAuth) }),
  };
}

/** What is looked at in the certificate of a client; HAProxy has checked it by itself. */
function clientAuthOf(auth: ClientAuth): object {
  if (auth.kind === 'unusable') return { refused: 1 };
  const { mode, authorities, revocations, subject, errorPage, passCertificate } = auth;
  return {
    mode,
    ...(subject !== undefined && { subject: { pattern: subject } }),
    ...(errorPage !== undefined && { errorPage }),
    ...(passCertificate && { pass: 1 }),
    // What certificates are held against.
    ...(mode !== 'off' && { checked: digestOf(JSON.stringify([authorities, revocations])) }),
  };
}

function literalRoute({ route: { match }, position, record }: Placed): (readonly [mark: string, path: string, value: string])[] {
  if (match.kind === 'regex') return [];
  return [[MARKS[match.kind], escapeWord(match.path), `${position},${record.digest}`]];
}

function expression(match: PathMatch, position: number, plan: string): readonly RoutePattern[] {
  return match.kind === 'regex' ? [routePattern(match, position, plan)] : [];
}

/** The record of a host is found under the digest of the host with its routes. */
function recordAt(digest: string, { digest: own, entries }: MapRecord): readonly (readonly [string, string])[] {
  return entries.map(([key, value]) => [digest + key.slice(own.length), value] as const);
}

/** The first route of a match is the one that counts. */
function uniqueKeys(entries: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  const seen = new Set<string>();
  return entries.filter(([key]) => !seen.has(key) && seen.add(key));
}

/** The key of a name in the map `hosts`. */
export function hostKey(name: string): string {
  return escapeWord(binary(name));
}
