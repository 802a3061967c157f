import { createHash } from 'node:crypto';
import { policyOf, serverNameOf } from '@sluice/core';
import type { CorsPolicy, HttpsRedirectPolicy, RewritePolicy, Route, VirtualHost } from '@sluice/core';
import { bencode, binary } from '../render/bencode.ts';
import type { Bencodable } from '../render/bencode.ts';
import { checksHandshake } from './client-auth.ts';
import { planLocation } from './plan-location.ts';
import type { LocationPlan } from './plan-location.ts';
import { planSlots } from './plan-slots.ts';
import type { PlanSlot, UpstreamHeader } from './plan-slots.ts';
import { planPattern, planSteps } from './plan-steps.ts';
import type { PlanPattern, PlanStep } from './plan-steps.ts';
import type { TextPlace } from './plan-text.ts';

/**
 * What Lua does with a request where directives of nginx would take steps in another order than the evaluator. Plain data without
 * booleans (1 is yes, absent is no); strings are binary. `lua/sluice/plan.lua` runs it.
 */
export type RequestPlan = RoutePlan | ServerPlan;

/** What a route does in the rewrite phase, and to headers; fields in the order of the evaluator. */
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
  /** Statuses that another location makes the page of. */
  readonly pages?: readonly number[];
  readonly slots?: readonly PlanSlot[];
}

/** What a host does before a route is looked for: refuses clients, runs its snippet, redirects its root. */
export interface ServerPlan {
  readonly kind: 'server';
  readonly host: string;
  /** Nobody may ask. */
  readonly refused?: 1;
  /** Certificates of other handshakes do not count. */
  readonly handshake?: 1;
  /** What the subject of the client's certificate must match. */
  readonly subject?: PlanPattern;
  readonly steps: readonly PlanStep[];
  readonly appRoot?: string;
}

type ActionPlan =
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
  /** What the location sends to its upstream if nothing changes it. */
  readonly sent: readonly UpstreamHeader[];
}

/** Policies whose steps directives of nginx would take in another order. */
const PLANNED: ReadonlySet<string> = new Set(['cors', 'host-headers', 'response-headers', 'snippet']);

/** The plan of a route; undefined for one that directives serve exactly. */
export function planOf(host: VirtualHost, route: Route, around: PlanSurroundings): RoutePlan | undefined {
  if (!route.policies.some(({ kind }) => PLANNED.has(kind))) return undefined;
  const { action } = route;
  const hostSteps = planSteps(policyOf(route, 'host-headers')?.steps ?? [], { host, route });
  const common = { kind: 'route', host: serverNameOf(host), ...(hostSteps.length > 0 && { hostSteps }) } as const;
  if (action.kind === 'refuse') return { ...common, action: { kind: 'refuse', status: action.status } };
  return { ...common, ...policiesOf(route, around), ...stepsOf({ host, route }, hostSteps, around) };
}

function stepsOf(place: Required<Pick<TextPlace, 'host' | 'route'>>, hostSteps: readonly PlanStep[], { sent }: PlanSurroundings) {
  const { route } = place;
  const steps = planSteps(policyOf(route, 'snippet')?.steps ?? [], { ...place, upstream: true });
  const slots = route.action.kind === 'forward' ? planSlots([...hostSteps, ...steps], sent) : [];
  return { ...(steps.length > 0 && { steps }), ...(slots.length > 0 && { slots }) };
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

/** What a host does before a route is looked for; undefined when it has no snippet with steps that answer. */
export function serverPlanOf(host: VirtualHost): ServerPlan | undefined {
  const { snippet, appRoot, clientAuth } = host;
  if (snippet?.steps.some(({ kind }) => !kind.endsWith('-header')) !== true) return undefined;
  return {
    kind: 'server',
    host: serverNameOf(host),
    ...(clientAuth?.kind === 'unusable' && { refused: 1 as const }),
    ...(checksHandshake(host) && { handshake: 1 as const }),
    ...(clientAuth?.kind === 'verify' && clientAuth.subject !== undefined && { subject: planPattern(clientAuth.subject, false) }),
    steps: planSteps(snippet.steps, { host }),
    ...(appRoot && { appRoot: appRoot.path }),
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

/** Tells plans apart: 16 hexadecimal digits. */
export function planKey(plan: RequestPlan): string {
  return createHash('sha256').update(encode(plan), 'latin1').digest('hex').slice(0, 16);
}

/** The file that Lua reads: plans by key. A binary string. */
export function encodePlans(plans: ReadonlyMap<string, RequestPlan>): string {
  return encode(Object.fromEntries(plans));
}

/** A text of a user may have chars that are no bytes: it must not keep the others from being written. */
function encode(value: object): string {
  const bytes = JSON.parse(JSON.stringify(value), (_, part: Bencodable) => (typeof part === 'string' ? binary(part) : part)) as Bencodable;
  return bencode(bytes);
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
