import { policyOf, ruleText } from '@sluice/core';
import type { Route, ServingSettings, VirtualHost } from '@sluice/core';
import { block, directive, literal, luaBlock, variable } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';
import { silence } from './access-log.ts';
import { access } from './access.ts';
import { errorPages } from './error-pages.ts';
import { externalAuth } from './external-auth.ts';
import { forwarding } from './forwarding.ts';
import { strictTransport } from './globals.ts';
import type { LocationArguments } from './location-match.ts';
import { mirror } from './mirror.ts';
import { changesTarget, editedRequestHeaders, planOf } from './plan.ts';
import type { PlannedLocation } from './plan.ts';
import { requestHeaders, sentHeaders } from './request-headers.ts';
import { forwardedPrefix, redirects, rewriting, theirPrefix } from './rewrite-phase.ts';
import { textVariables } from './route-texts.ts';
import { needsLua, staticPolicies } from './static-policies.ts';
import { httpsPortOf, isLive } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { passing } from './upstream-pass.ts';

/** A route with what it is translated in. `plan` is there when Lua takes its steps, under a key. */
interface Routed {
  readonly host: VirtualHost;
  readonly route: Route;
  readonly around: Surroundings;
  readonly plan?: PlannedLocation;
  readonly key?: string;
}

/** What is in the locations of a route, and other locations of the server that belong to it. */
interface RouteBody {
  readonly directives: readonly Directive[];
  readonly locations: readonly Directive[];
}

/** The locations of a route, and those of its server that belong to it. */
export function routeLocations(
  host: VirtualHost,
  route: Route,
  takes: readonly LocationArguments[],
  around: Surroundings,
): readonly Directive[] {
  const { directives, locations } = routeBody({ host, route, around, ...planned(host, route, around) });
  const own = takes.map((args) => ({ ...block('location', args, directives), from: route.from }));
  return [...own, ...locations].map((location) => withInherited(location, around.settings));
}

/** Headers that a location adds or hides replace those of the http block. */
function withInherited(location: Directive, { answerHeaders: { hidden } }: ServingSettings): Directive {
  const body = location.block ?? [];
  const has = (name: string): boolean => body.some((one) => one.name === name);
  const added = has('add_header') ? [strictTransport] : [];
  const hides = has('proxy_hide_header') ? hidden.map((name) => directive('proxy_hide_header', name)) : [];
  return added.length + hides.length === 0 ? location : { ...location, block: [...body, ...added, ...hides] };
}

function planned(host: VirtualHost, route: Route, { deployment, resources, settings }: Surroundings): Pick<Routed, 'plan' | 'key'> {
  if (!isLive(deployment)) return {};
  const plan = planOf(host, route, { httpsPort: httpsPortOf(deployment), sent: sentHeaders(host, route, settings) });
  return plan === undefined ? {} : { plan, key: resources.plan(plan) };
}

function routeBody(routed: Routed): RouteBody {
  const { host, route, around } = routed;
  const pages = errorPages(route, (upstream, rewrite) => passing({ route, upstream, around, rewrite }));
  const rule = directive('set', variable('sluice_rule'), literal(ruleText(host, route)));
  const common = [rule, ...bodyLimit(route), ...silence(route, around.deployment)];
  const refused = refusal(routed);
  if (refused !== undefined)
    return { directives: [...common, ...pages.directives, directive('return', refused)], locations: pages.locations };
  const forwarded = route.action.kind === 'forward' ? forwardedBody(routed) : { directives: [], locations: [] };
  return {
    directives: [
      ...common,
      ...rewritePhase(routed),
      ...textVariables(host, route, isLive(around.deployment)),
      ...forwarded.directives,
      // The first page of a status counts: the way to a sign-in page goes before.
      ...pages.directives,
      ...answer(routed),
    ],
    locations: [...forwarded.locations, ...pages.locations],
  };
}

/** The status of a route that lets nobody in; also of one that asks for what this nginx cannot do: the fidelity table tells its owner. */
function refusal({ route, around: { deployment }, plan }: Routed): number | undefined {
  const unasked = policyOf(route, 'external-auth') !== undefined && !deployment.capabilities.authRequest;
  if (unasked || (!isLive(deployment) && needsLua(route))) return 503;
  return plan === undefined && route.action.kind === 'refuse' ? route.action.status : undefined;
}

function rewritePhase({ route, around, plan, key }: Routed): readonly Directive[] {
  if (plan === undefined || key === undefined)
    return [
      ...(isLive(around.deployment) ? [] : staticPolicies(route, around.resources)),
      ...redirects(route, around),
      ...forwardedPrefix(route),
    ];
  // What Lua looks at and fills in (`lua/sluice/plan.lua`), and its filter for answers that come before it has run.
  return [
    directive('set', variable('sluice_plan'), key),
    ...(plan.rewrite?.forwardedPrefix === undefined ? [] : [theirPrefix]),
    ...editedRequestHeaders(plan).map((held) => directive('set', variable(held.variable), literal(''))),
    luaBlock('header_filter_by_lua_block', `require("sluice.answer").filter("${key}")`),
  ];
}

/** Who may pass, who else is asked, what the upstream is told. */
function forwardedBody({ host, route, around, plan, key }: Routed): RouteBody {
  const live = isLive(around.deployment);
  const auth = externalAuth(host, route, { live, plan: key }, around.resources);
  const copies = mirror(route, live);
  return {
    directives: [
      ...access(route, around.resources),
      ...auth.directives,
      ...copies.directives,
      ...requestHeaders(host, route, { edited: plan === undefined ? [] : editedRequestHeaders(plan), settings: around.settings }),
      ...forwarding(route, around.resources),
    ],
    locations: [...auth.locations, ...copies.locations],
  };
}

function answer({ route, around, plan }: Routed): readonly Directive[] {
  const { action } = route;
  if (action.kind === 'respond') return plan === undefined ? [directive('return', action.status)] : [];
  if (action.kind !== 'forward') return [];
  const { upstream } = action;
  if (plan === undefined) return passing({ route, upstream, around, main: true, rewrite: rewriting(route) });
  return passing({ route, upstream, around, main: true, retargets: changesTarget(plan) });
}

/** The limit of the http block is 1 MB, as in ingress-nginx. */
const USUAL_BODY_BYTES = 1_048_576;

function bodyLimit(route: Route): readonly Directive[] {
  const bytes = policyOf(route, 'body-limit')?.bytes ?? 0;
  return bytes === USUAL_BODY_BYTES ? [] : [directive('client_max_body_size', bytes)];
}
