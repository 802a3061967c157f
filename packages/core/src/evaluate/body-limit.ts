import { policyOf } from '../model/policy/policy.ts';
import type { Route } from '../model/route.ts';

/** How many bytes a request body of a route may have; Infinity where there is no limit. */
export function bodyLimitOf(route: Route): number {
  return policyOf(route, 'body-limit')?.bytes || Infinity;
}
