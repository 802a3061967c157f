import type { Origin } from '../origin.ts';

/** How long endpoints may take on this route; absent ones are those of the data plane. */
export interface UpstreamTimeoutsPolicy {
  readonly kind: 'upstream-timeouts';
  /** For a connection to be established. */
  readonly connectMs?: number;
  /** Between two reads. */
  readonly readMs?: number;
  /** Between two writes. */
  readonly sendMs?: number;
  readonly from: Origin;
}
