import { planPattern, routePlanOf, serverPlanOf } from '@sluice/core';
import type { PlanPattern, PlanStep, PlanSurroundings, Route, RoutePlan, ServerPlan, VirtualHost } from '@sluice/core';
import { checksHandshake } from './client-auth.ts';
import { planSlots } from './plan-slots.ts';
import type { PlanSlot, UpstreamHeader } from './plan-slots.ts';

/** What Lua does with a request where directives of nginx would take steps in another order than the evaluator (`lua/sluice/plan.lua`). */
export type RequestPlan = PlannedLocation | PlannedServer;

/** The plan of a route, and the request headers that it may change. */
export interface PlannedLocation extends RoutePlan {
  readonly slots?: readonly PlanSlot[];
}

/** The plan of a host, and which clients it refuses before that. */
export interface PlannedServer extends ServerPlan {
  /** Nobody may ask. */
  readonly refused?: 1;
  /** Certificates of other handshakes do not count. */
  readonly handshake?: 1;
  /** What the subject of the client's certificate must match. */
  readonly subject?: PlanPattern;
}

/** What the plan of a location needs to know besides the route. */
export interface LocationSurroundings extends PlanSurroundings {
  /** What the location sends to its upstream if nothing changes it. */
  readonly sent: readonly UpstreamHeader[];
}

/** Policies whose steps directives of nginx would take in another order. */
const PLANNED: ReadonlySet<string> = new Set(['cors', 'host-headers', 'response-headers', 'snippet']);

/** The plan of a route; undefined for one that directives serve exactly. */
export function planOf(host: VirtualHost, route: Route, { sent, httpsPort }: LocationSurroundings): PlannedLocation | undefined {
  if (!route.policies.some(({ kind }) => PLANNED.has(kind))) return undefined;
  const plan = routePlanOf(host, route, { httpsPort });
  const slots = route.action.kind === 'forward' ? planSlots([...(plan.hostSteps ?? []), ...(plan.steps ?? [])], sent) : [];
  return { ...plan, ...(slots.length > 0 && { slots }) };
}

/** What a host does before a route is looked for; undefined when it has no snippet with steps that answer. */
export function plannedServer(host: VirtualHost): PlannedServer | undefined {
  const plan = serverPlanOf(host);
  if (plan === undefined || plan.steps.length === 0) return undefined;
  const { clientAuth } = host;
  return {
    ...plan,
    ...(clientAuth?.kind === 'unusable' && { refused: 1 as const }),
    ...(checksHandshake(host) && { handshake: 1 as const }),
    ...(clientAuth?.kind === 'verify' && clientAuth.subject !== undefined && { subject: planPattern(clientAuth.subject, false) }),
  };
}

/** The request headers that a plan may change: the location sends the value of each variable under the name, and nothing else under it. */
export function editedRequestHeaders(plan: RequestPlan): readonly { readonly name: string; readonly variable: string }[] {
  if (plan.kind === 'server') return [];
  return (plan.slots ?? []).flatMap(({ name, variables }) => variables.map((variable) => ({ name, variable })));
}

/** Whether a plan may give the upstream another target: the location passes to it with `$sluice_target` behind its name. */
export function changesTarget(plan: RequestPlan): boolean {
  return plan.kind === 'route' && plan.action.kind === 'forward' && (plan.rewrite !== undefined || rewrites(plan.steps ?? []));
}

function rewrites(steps: readonly PlanStep[]): boolean {
  return steps.some((step) => (step.kind === 'rewrite' && step.redirect === undefined) || (step.kind === 'if' && rewrites(step.steps)));
}
