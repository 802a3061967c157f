import { policyOf } from '@sluice/core';
import type { Policy, Route, VariableText, VirtualHost } from '@sluice/core';
import { block, directive, literal, luaBlock, variable } from '../render/directive.ts';
import type { Argument, Directive } from '../render/directive.ts';
import { access } from './access.ts';
import { errorPages } from './error-pages.ts';
import { escapedTarget, externalAuth } from './external-auth.ts';
import { forwarding } from './forwarding.ts';
import { strictTransport } from './globals.ts';
import type { LocationArguments } from './location-match.ts';
import { mirror } from './mirror.ts';
import { pcre } from './pattern.ts';
import { changesTarget, editedRequestHeaders, planOf } from './plan.ts';
import type { RoutePlan } from './plan.ts';
import { redirectLocation, redirecting } from './redirect.ts';
import { hasStandIn, requestHeaders, sentHeaders, standInVariables } from './request-headers.ts';
import { needsLua, staticPolicies } from './static-policies.ts';
import { isLive } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { passing } from './upstream-pass.ts';
import { escapesTarget, namesUpstream } from './variables.ts';

/** The locations of a route, and those of its server that belong to it. */
export function routeLocations(
  host: VirtualHost,
  route: Route,
  takes: readonly LocationArguments[],
  around: Surroundings,
): readonly Directive[] {
  const { directives, locations } = routeBody(host, route, around);
  const own = takes.map((args) => ({ ...block('location', args, directives), from: route.from }));
  return [...own, ...locations].map(withStrictTransport);
}

/** Headers that a location adds replace those of the http block. */
function withStrictTransport(location: Directive): Directive {
  const body = location.block ?? [];
  return body.some(({ name }) => name === 'add_header') ? { ...location, block: [...body, strictTransport] } : location;
}

interface RouteBody {
  readonly directives: readonly Directive[];
  readonly locations: readonly Directive[];
}

function routeBody(host: VirtualHost, route: Route, around: Surroundings): RouteBody {
  const pages = errorPages(route, (upstream, rewrite) => passing({ route, upstream, around, rewrite }));
  const common = [...bodyLimit(route), ...accessLog(route)];
  const live = isLive(around.deployment);
  if (isBeyond(route, around)) return { directives: [...common, ...pages.directives, directive('return', 503)], locations: pages.locations };
  const plan = live ? planOf(host, route, { httpsPort: httpsPortOf(around), sent: sentHeaders(host, route) }) : undefined;
  if (plan === undefined && route.action.kind === 'refuse')
    return { directives: [...common, ...pages.directives, directive('return', route.action.status)], locations: pages.locations };
  const key = plan && around.resources.plan(plan);
  const auth = externalAuth(host, route, { live, plan: key }, around.resources);
  const copies = mirror(route, live);
  const edited = plan === undefined ? [] : editedRequestHeaders(plan);
  const planned = plan === undefined || key === undefined ? [] : planVariables(plan, key, edited);
  const forwards = route.action.kind === 'forward';
  return {
    directives: [
      ...common,
      ...planned,
      ...texts(route, live),
      ...(live ? [] : staticPolicies(route, around.resources)),
      ...(plan === undefined ? rewritePhase(route, around) : []),
      ...(forwards ? [...access(route, around.resources), ...auth.directives, ...copies.directives] : []),
      // The first page of a status counts: the way to a sign-in page goes before.
      ...pages.directives,
      ...(forwards ? [...requestHeaders(host, route, edited), ...forwarding(route, around.resources)] : []),
      ...(plan === undefined ? forwardedPrefix(route) : []),
      ...action(route, around, plan),
    ],
    locations: [...auth.locations, ...copies.locations, ...pages.locations],
  };
}

/** Whether nginx cannot do what the route asks for, so that nobody may pass; the fidelity table tells the owner. */
function isBeyond(route: Route, { deployment }: Surroundings): boolean {
  const unasked = policyOf(route, 'external-auth') !== undefined && !deployment.capabilities.authRequest;
  return unasked || (!isLive(deployment) && needsLua(route));
}

/** What Lua looks at and fills in (`lua/sluice/plan.lua`), and its filter for answers that come before it has run. */
function planVariables(plan: RoutePlan, key: string, edited: readonly { readonly variable: string }[]): readonly Directive[] {
  return [
    directive('set', variable('sluice_plan'), key),
    ...(plan.rewrite?.forwardedPrefix === undefined
      ? []
      : [directive('set', variable('sluice_forwarded_prefix'), variable('http_x_forwarded_prefix'))]),
    ...edited.map((held) => directive('set', variable(held.variable), literal(''))),
    luaBlock('header_filter_by_lua_block', `require("sluice.answer").filter("${key}")`),
  ];
}

function httpsPortOf({ deployment }: Surroundings): number {
  return deployment.https[0]?.port ?? 443;
}

/** The limit of the http block is 1 MB, as in ingress-nginx. */
const USUAL_BODY_BYTES = 1_048_576;

function bodyLimit(route: Route): readonly Directive[] {
  const bytes = policyOf(route, 'body-limit')?.bytes ?? 0;
  return bytes === USUAL_BODY_BYTES ? [] : [directive('client_max_body_size', bytes)];
}

function accessLog(route: Route): readonly Directive[] {
  return policyOf(route, 'access-log')?.enabled === false ? [directive('access_log', 'off')] : [];
}

/** Variables that texts of the route are made of, where they cost something. */
function texts(route: Route, live: boolean): readonly Directive[] {
  const all = route.policies.flatMap(textsOf);
  const names = all.some(namesUpstream);
  return [
    ...(names ? upstreamNames(route) : []),
    ...(all.some(escapesTarget) ? [escapedTarget(live)] : []),
    ...(hasStandIn(route) ? standInVariables() : []),
  ];
}

function textsOf(policy: Policy): readonly VariableText[] {
  switch (policy.kind) {
    case 'upstream-host':
      return [policy.host];
    case 'mirror':
      return [policy.target, ...(policy.host === undefined ? [] : [policy.host])];
    case 'external-auth':
      return [policy.url, ...(policy.signin === undefined ? [] : [policy.signin]), ...policy.setHeaders.map(([, value]) => value)];
    default:
      return [];
  }
}

/** What is known of the upstream before a side of it is chosen; Lua says which one it was in the end. */
function upstreamNames({ action }: Route): readonly Directive[] {
  const [, namespace = '', service = '', port = ''] =
    action.kind === 'forward' ? (/^([^/]*)\/(.*):([^:]*)$/.exec(action.upstream) ?? []) : [];
  return [
    directive('set', variable('sluice_names'), 1),
    directive('set', variable('sluice_service_namespace'), literal(namespace)),
    directive('set', variable('sluice_service_name'), literal(service)),
    directive('set', variable('sluice_service_port'), literal(port)),
  ];
}

/** What nginx's rewrite module does, in the order of the evaluator: redirect, HTTPS. */
function rewritePhase(route: Route, around: Surroundings): readonly Directive[] {
  const httpsPort = httpsPortOf(around);
  if (route.action.kind === 'redirect') return redirecting(route.action.redirect, httpsPort);
  return httpsRedirect(route, httpsPort);
}

function httpsRedirect(route: Route, httpsPort: number): readonly Directive[] {
  const policy = policyOf(route, 'https-redirect');
  if (policy === undefined) return [];
  const { status, keepTrailingSlash, withPort, namelessOnly, from } = policy;
  const location = redirectLocation({ kind: 'https', keepTrailingSlash, ...(withPort && { withPort }) }, httpsPort);
  const condition = namelessOnly ? [variable('sluice_nameless_http')] : [variable('scheme'), '=', 'http'];
  return [{ ...block('if', ['(', ...condition, ')'], [directive('return', status, location)]), from }];
}

function rewriting(route: Route): readonly Directive[] {
  const policy = policyOf(route, 'rewrite');
  if (policy === undefined) return [];
  const pattern = pcre(policy.pattern, { ignoreCase: true, anchored: false, inline: true });
  // Keys of hashes are made of the path as it was.
  const before = directive('set', variable('sluice_path'), variable('uri'));
  return [before, { ...directive('rewrite', pattern, withGroups(policy.target), 'break'), from: policy.from }];
}

/** Told where the rewrite takes effect; otherwise what the client says passes. */
function forwardedPrefix(route: Route): readonly Directive[] {
  const policy = policyOf(route, 'rewrite');
  if (policy?.forwardedPrefix === undefined) return [];
  const pattern = pcre(policy.pattern, { ignoreCase: true, anchored: false });
  const told = directive('set', variable('sluice_forwarded_prefix'), withGroups(policy.forwardedPrefix));
  return [
    directive('set', variable('sluice_forwarded_prefix'), variable('http_x_forwarded_prefix')),
    block('if', ['(', variable('uri'), '~*', pattern, ')'], [told]),
  ].map((one) => ({ ...one, from: policy.from }));
}

/** A text in which only `$1` to `$9` mean something. */
function withGroups(written: string): Argument {
  const parts = written.split(/(\$\d|\$\{\d\})/);
  return { kind: 'text', parts: parts.filter((part) => part !== '').map((part) => (/^\$\{?\d/.test(part) ? { variable: part.replace(/\D/g, '') } : part)) };
}

function action(route: Route, around: Surroundings, plan: RoutePlan | undefined): readonly Directive[] {
  switch (route.action.kind) {
    case 'forward':
      return passing({
        route,
        upstream: route.action.upstream,
        around,
        main: true,
        retargets: plan !== undefined && changesTarget(plan),
        rewrite: plan === undefined ? rewriting(route) : [],
      });
    case 'respond':
      return plan === undefined ? [directive('return', route.action.status)] : [];
    case 'redirect':
    case 'refuse':
      return [];
  }
}
