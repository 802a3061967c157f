import type { NextUpstreamPolicy, Route, TryFailure, UpstreamTls } from '@sluice/core';
import { policyOf } from '@sluice/core';
import type { ProxyTimeouts } from './proxy-context.ts';

/** What the policies of a route say about getting a request to an endpoint, ready for use. */
export interface ForwardingPlan {
  /** Failures after which another endpoint is asked. */
  readonly nextOn: ReadonlySet<TryFailure>;
  /** Statuses after which another endpoint is asked. */
  readonly nextStatuses: ReadonlySet<number>;
  readonly nonIdempotent: boolean;
  /** 0: every endpoint once. */
  readonly tries: number;
  /** No try begins later than this after the first; Infinity for no limit. */
  readonly retryMs: number;
  /** Path of the affinity cookies that clients get here; undefined where they get none. */
  readonly cookiePath: string | undefined;
  /** Limits of the route over those of the server. */
  readonly limits: Partial<Pick<ProxyTimeouts, 'connectMs' | 'readMs' | 'sendMs'>> | undefined;
  /** HTTP/1.0 is spoken where it can be. */
  readonly http10: boolean;
  readonly tls: 'never' | 'always' | 'as-client';
  readonly tlsSettings: UpstreamTls | undefined;
}

/** As ingress-nginx has it where nothing is said. */
export const standardPlan: ForwardingPlan = {
  nextOn: new Set(['error', 'timeout']),
  nextStatuses: new Set(),
  nonIdempotent: false,
  tries: 3,
  retryMs: Infinity,
  cookiePath: undefined,
  limits: undefined,
  http10: false,
  tls: 'never',
  tlsSettings: undefined,
};

const plans = new WeakMap<Route, ForwardingPlan>();

/** The plan of a route, made once. */
export function forwardingPlan(route: Route): ForwardingPlan {
  let plan = plans.get(route);
  if (plan === undefined) plans.set(route, (plan = route.policies.length === 0 ? standardPlan : planOf(route)));
  return plan;
}

function planOf(route: Route): ForwardingPlan {
  const protocol = policyOf(route, 'backend-protocol')?.protocol;
  return {
    ...standardPlan,
    ...nextOf(policyOf(route, 'next-upstream')),
    cookiePath: policyOf(route, 'session-cookie')?.path,
    limits: policyOf(route, 'upstream-timeouts'),
    http10: policyOf(route, 'upstream-http-version') !== undefined,
    tls: protocol === undefined ? 'never' : TLS_FOR[protocol],
    tlsSettings: policyOf(route, 'upstream-tls')?.tls,
  };
}

const TLS_FOR = { https: 'always', 'as-client': 'as-client' } as const;

function nextOf(next: NextUpstreamPolicy | undefined): Partial<ForwardingPlan> {
  if (next === undefined) return {};
  const { on, nonIdempotent, tries, timeoutMs } = next;
  const statuses = on.filter((failure) => failure.startsWith('http_')).map((failure) => Number(failure.slice('http_'.length)));
  return { nextOn: new Set(on), nextStatuses: new Set(statuses), nonIdempotent, tries, retryMs: timeoutMs || Infinity };
}

/** The limits of a route, completed by those of the server. */
export function timeoutsOf({ limits }: ForwardingPlan, server: ProxyTimeouts): ProxyTimeouts {
  return limits === undefined ? server : { ...server, ...limits };
}
