import { serverNameOf } from '../../evaluate/server-name.ts';
import type { CorsPolicy } from '../../model/policy/cors.ts';
import type { HttpsRedirectPolicy } from '../../model/policy/https-redirect.ts';
import { policyOf } from '../../model/policy/policy.ts';
import type { RewritePolicy } from '../../model/policy/rewrite.ts';
import type { Route } from '../../model/route.ts';
import type { VirtualHost } from '../../model/virtual-host.ts';
import { planLocation } from './location-plan.ts';
import type { LocationPlan } from './location-plan.ts';
import { planPattern, planSteps } from './plan-step.ts';
import type { PlanPattern, PlanStep } from './plan-step.ts';

/**
 * What Lua does with a request of a route, and with header lines; fields in the order of the evaluator. Plain data without booleans (1 is yes,
 * absent is no); strings are binary. `lua/sluice/plan_route.lua` runs it. Data planes add fields of their own.
 */
export interface RoutePlan {
  readonly kind: 'route';
  /** What the host is called where a request names none. */
  readonly host: string;
  readonly cors?: CorsPlan;
  readonly steps?: readonly PlanStep[];
  readonly action: ActionPlan;
  readonly https?: HttpsPlan;
  readonly rewrite?: RewritePlan;
  /** Header lines of every answer, of `response-headers`. */
  readonly lines?: readonly (readonly [name: string, value: string])[];
  /** Header lines of `host-headers`. */
  readonly hostSteps?: readonly PlanStep[];
  /** Statuses that something else makes the page of. */
  readonly pages?: readonly number[];
}

/** What a route does with requests that got so far. */
export type ActionPlan =
  | { readonly kind: 'forward' }
  | { readonly kind: 'redirect'; readonly status: number; readonly location: LocationPlan }
  | { readonly kind: 'refuse' | 'respond'; readonly status: number };

interface HttpsPlan {
  readonly status: number;
  readonly namelessOnly?: 1;
  readonly location: LocationPlan;
}

/** Texts with numbers for groups. */
interface RewritePlan extends PlanPattern {
  readonly target: readonly (string | number)[];
  readonly forwardedPrefix?: readonly (string | number)[];
}

interface CorsPlan {
  /** What stands before and after the one label that may be any; alone it is the whole origin. Absent: everybody is allowed. */
  readonly origins?: readonly (readonly [before: string, after?: string])[];
  /** After `Access-Control-Allow-Origin`. */
  readonly lines: readonly (readonly [name: string, value: string])[];
}

/** What a plan needs to know besides the route. */
export interface PlanSurroundings {
  /** Where redirects with a port lead. */
  readonly httpsPort: number;
}

/** The plan of a route. */
export function routePlanOf(host: VirtualHost, route: Route, around: PlanSurroundings): RoutePlan {
  const { action } = route;
  const hostSteps = planSteps(policyOf(route, 'host-headers')?.steps ?? [], { host, route });
  const common = { kind: 'route', host: serverNameOf(host), ...(hostSteps.length > 0 && { hostSteps }) } as const;
  if (action.kind === 'refuse') return { ...common, action: { kind: 'refuse', status: action.status } };
  const steps = planSteps(policyOf(route, 'snippet')?.steps ?? [], { host, route, upstream: true });
  return { ...common, ...policiesOf(route, around), ...(steps.length > 0 && { steps }) };
}

function policiesOf(
  route: Route,
  { httpsPort }: PlanSurroundings,
): Pick<RoutePlan, 'action' | 'cors' | 'https' | 'lines' | 'pages' | 'rewrite'> {
  const [cors, https, rewrite] = [policyOf(route, 'cors'), policyOf(route, 'https-redirect'), policyOf(route, 'rewrite')];
  const lines = route.policies
    .filter((policy) => policy.kind === 'response-headers')
    .flatMap((policy) => policy.lines.map(({ name, value }) => [name, value] as const));
  const pages = policyOf(route, 'error-pages')?.codes ?? [];
  const forwards = route.action.kind === 'forward';
  return {
    action: actionOf(route, httpsPort),
    ...(cors && { cors: corsOf(cors) }),
    ...(https && route.action.kind !== 'redirect' && { https: httpsOf(https, httpsPort) }),
    ...(rewrite && forwards && { rewrite: rewriteOf(rewrite) }),
    ...(lines.length > 0 && { lines }),
    ...(pages.length > 0 && { pages }),
  };
}

function actionOf({ action }: Route, httpsPort: number): ActionPlan {
  switch (action.kind) {
    case 'forward':
      return { kind: 'forward' };
    case 'redirect':
      return { kind: 'redirect', status: action.redirect.status, location: planLocation(action.redirect.location, httpsPort) };
    case 'refuse':
    case 'respond':
      return { kind: action.kind, status: action.status };
  }
}

function httpsOf({ status, keepTrailingSlash, withPort, namelessOnly }: HttpsRedirectPolicy, httpsPort: number): HttpsPlan {
  const location = planLocation({ kind: 'https', keepTrailingSlash, ...(withPort && { withPort }) }, httpsPort);
  return { status, location, ...(namelessOnly && { namelessOnly: 1 as const }) };
}

function rewriteOf({ pattern, target, forwardedPrefix }: RewritePolicy): RewritePlan {
  return {
    ...planPattern(pattern, true),
    target: withGroups(target),
    ...(forwardedPrefix !== undefined && { forwardedPrefix: withGroups(forwardedPrefix) }),
  };
}

/** A text in which only `$0` to `$9` mean something. */
function withGroups(written: string): readonly (string | number)[] {
  const parts = written.split(/(\$\d|\$\{\d\})/).filter((part) => part !== '');
  return parts.map((part) => (/^\$\{?\d/.test(part) ? Number(part.replace(/\D/g, '')) : part));
}

function corsOf({ origins, credentials, methods, headers, expose, maxAgeSeconds }: CorsPolicy): CorsPlan {
  const lines: (readonly [string, string])[] = [
    ...(credentials ? [['Access-Control-Allow-Credentials', 'true'] as const] : []),
    ['Access-Control-Allow-Methods', methods],
    ['Access-Control-Allow-Headers', headers],
    ...(expose === undefined ? [] : [['Access-Control-Expose-Headers', expose] as const]),
    ['Access-Control-Max-Age', String(maxAgeSeconds)],
  ];
  return { lines, ...(origins !== 'any' && { origins: origins.map(originPlan) }) };
}

function originPlan(pattern: string): readonly [string, string?] {
  const star = pattern.indexOf('*');
  return star < 0 ? [pattern] : [pattern.slice(0, star), pattern.slice(star + 1)];
}
