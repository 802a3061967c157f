import type { Origin } from '../origin.ts';

/** One passed check of address, password or external service is enough; without this policy all must pass. */
export interface SatisfyAnyPolicy {
  readonly kind: 'satisfy-any';
  readonly from: Origin;
}
