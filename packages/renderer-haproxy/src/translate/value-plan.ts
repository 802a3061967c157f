import { planPattern, policyOf } from '@sluice/core';
import type { PlanPattern, Route, ValueRewrite } from '@sluice/core';

/** What Lua looks for in a value, and what takes its place: a prefix, or a pattern. */
export type ValuePlan = { readonly prefix: string; readonly to: string } | { readonly pattern: PlanPattern; readonly to: string };

/** How values of headers that upstreams send reach the client. */
export interface ValuesPlan {
  readonly location?: ValuePlan;
  readonly domain?: ValuePlan;
  readonly path?: ValuePlan;
}

/** The values that a route changes; undefined for none. */
export function planValues(route: Route): ValuesPlan | undefined {
  const [location, domain, path] = [policyOf(route, 'location-rewrite'), policyOf(route, 'cookie-domain'), policyOf(route, 'cookie-path')];
  if (location === undefined && domain === undefined && path === undefined) return undefined;
  return {
    ...(location && { location: planValue(location) }),
    ...(domain && { domain: planValue(domain) }),
    ...(path && { path: planValue(path) }),
  };
}

function planValue({ find, replacement }: ValueRewrite): ValuePlan {
  if (find.kind === 'prefix') return { prefix: find.text, to: replacement };
  return { pattern: planPattern(find.pattern, find.ignoreCase), to: replacement };
}
