import { policyOf } from '@sluice/core';
import type { BasicAuthPolicy, ExternalAuthPolicy, LimitPolicy, Route } from '@sluice/core';

/** What stands between a route and its upstream. */
export interface RouteGates {
  readonly limit: LimitPolicy | undefined;
  readonly basic: BasicAuthPolicy | undefined;
  readonly external: ExternalAuthPolicy | undefined;
  /** One passed check is enough. */
  readonly any: boolean;
  /** Addresses count among the checks: a request that is not admitted by its address has failed that one. */
  readonly byAddress: boolean;
}

const known = new WeakMap<Route, RouteGates | null>();

/** The gates of a route, put together once; undefined when it has none. */
export function gatesOf(route: Route): RouteGates | undefined {
  if (route.policies.length === 0) return undefined;
  let gates = known.get(route);
  if (gates === undefined) known.set(route, (gates = read(route)));
  return gates ?? undefined;
}

function read(route: Route): RouteGates | null {
  const [limit, basic, external] = [policyOf(route, 'limit'), policyOf(route, 'basic-auth'), policyOf(route, 'external-auth')];
  if (limit === undefined && basic === undefined && external === undefined) return null;
  const any = policyOf(route, 'satisfy-any') !== undefined;
  return { limit, basic, external, any, byAddress: (policyOf(route, 'source-range')?.allow.length ?? 0) > 0 };
}
