import fc from 'fast-check';
import type { UnnamedIngress } from '../rule-set.ts';
import { wideRequest } from './wide-request.ts';
import type { WideRequest } from './wide-request.ts';
import { wideSpecs } from './wide-rules.ts';

/** A rule set and requests for it; equal seeds give equal ones. */
export function drawn(
  seed: number,
  count: number,
): { readonly specs: readonly UnnamedIngress[]; readonly requests: readonly WideRequest[] } {
  const [specs = []] = fc.sample(wideSpecs, { seed, numRuns: 1 });
  return { specs, requests: fc.sample(wideRequest(specs), { seed, numRuns: count }) };
}
